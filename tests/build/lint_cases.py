"""What breaks each newer lint rule: code, sample, what breaks it, what of that is right again."""

from __future__ import annotations

from build.policies import ABSENT

THERAPY, METERING, CLINIC = "therapy-association", "smart-metering", "dermatology-clinic"
SHOP, VOIP = "web-shop", "voip-provider"
REC = "activity.call-recording"
ALL_USES = ["storage", "consent", "legal-claims", "rights-of-others", "public-interest"]
DOCUMENT = {"id": "extra", "url": "https://therapy.example/extra"}
JOINT = {
    "id": "laboratory",
    "role": "joint-controller",
    "service": "joint-service",
    "activity": "visit",
    "country": "BG",
}
ADVERTS = {"dpv": "dpv:DirectMarketing", "interest": "tell-customers", "balancing": "LIA-9"}

LAW = [
    ("L-33", THERAPY, {"jurisdiction": "FR"}, {}),
    ("L-33", THERAPY, {"authority": {"name": "The Authority"}}, {}),
    ("L-33", THERAPY, {"holidays": ["2026-12-25"]}, {}),
    ("L-33", THERAPY, {"purpose.legal-duty.law": "gdpr-99"}, {}),
    ("L-33", THERAPY, {"dpo.law": "officers-act"}, {"dpo.law": "gdpr-37"}),
    ("L-33", THERAPY, {"rights.cites": {"A15": "gdpr-1"}}, {"rights.cites": {"A15": "gdpr-15"}}),
    ("L-33", VOIP, {"control.transport.law": "tls-act"}, {"control.transport.law": "gdpr-32"}),
    ("L-33", VOIP, {"breach.cites": {"client": "x"}}, {"breach.cites": {"client": "gdpr-34"}}),
    ("L-33", VOIP, {"activity.accounting.floor.law": "archives"}, {}),
    (
        "L-04",
        METERING,
        {"authority": {"email": "anspdc@dataprotection.ro"}},
        {"authority": {"email": "anspdcp@dataprotection.ro"}},
    ),
    (
        "L-05",
        METERING,
        {"authority": {"address": "28-30 G-ral. Gheorghe Magheru Boulevard, county 1"}},
        {
            "authority": {
                "address": "28-30 G-ral Gheorghe Magheru Boulevard, Sector 1, "
                "010336 Bucharest, Romania"
            }
        },
    ),
    (
        "L-06",
        VOIP,
        {"authority": {"name": "Autoritatea pentru Prelucrarea Datelor"}},
        {
            "authority": {
                "name": "National Supervisory Authority for Personal Data Processing",
                "address": "somewhere",
            }
        },
    ),
    ("L-06", VOIP, {"authority": {"site": "https://www.dataprotection.ro"}}, {}),
    (
        "L-06",
        VOIP,
        {"controller.sender": "noreplay@voip.example"},
        {"controller.sender": "noreply@voip.example"},
    ),
    ("L-06", VOIP, {"controller.sender": "no-repply@voip.example"}, {"controller.sender": ABSENT}),
    ("L-09", VOIP, {"dpo.law": "eu-2016-680"}, {"dpo.law": "gdpr-39"}),
    ("L-09", VOIP, {"control.transport.law": "eu-2016-680"}, {"control.transport.law": "gdpr-32"}),
    ("L-10", VOIP, {"rights.cites": {"A77": "gdpr-14-e"}}, {"rights.cites": {"A77": "gdpr-77"}}),
    ("L-10", VOIP, {"rights.cites": {"A15": "gdpr-33"}}, {"rights.cites": {"A15": "gdpr-15"}}),
    (
        "L-11",
        VOIP,
        {"breach.cites": {"authority": "gdpr-34"}},
        {"breach.cites": {"authority": "gdpr-33", "person": "gdpr-34"}},
    ),
    (
        "L-14",
        VOIP,
        {
            "activity.accounting.floor.period": "P10Y",
            "activity.accounting.retain.period": "P10Y1D",
        },
        {"activity.accounting.floor.period": "P5Y6M"},
    ),
    ("P-12", VOIP, {"activity.accounting.floor.period": "P5Y"}, {}),
    (
        "L-41",
        VOIP,
        {
            "activity.cdr.floor": {
                "kind": "floor",
                "period": "P3Y",
                "start": "contract.ended",
                "law": "ro-506-2004",
            }
        },
        {},
    ),
    ("L-41", VOIP, {"activity.cdr.retain.period": "P4Y"}, {"activity.cdr.retain.period": "P3Y"}),
]

ANSWERS = [
    (
        "L-17",
        THERAPY,
        {"rights.erasure_grounds": ["online-service"]},
        {"rights.erasure_grounds": ["child-online-service"]},
    ),
    (
        "L-18",
        THERAPY,
        {"rights.restricted_uses": ["own-rights"]},
        {"rights.restricted_uses": [*ALL_USES, "own-rights"]},
    ),
    (
        "L-19",
        THERAPY,
        {"rights.automated": {"exceptions": ["contract", "law", "consent"]}},
        {
            "rights.automated": {
                "exceptions": ["contract"],
                "safeguards": ["human", "own-view", "contest"],
            }
        },
    ),
    (
        "L-19",
        THERAPY,
        {"profiling": "automated-decision", "rights.automated": ABSENT},
        {"rights.automated": ABSENT},
    ),
    (
        "L-21",
        THERAPY,
        {"rights.erasure_grounds": ["consent-withdrawn"], "rights.all": ["A15", "A77"]},
        {"rights.erasure_grounds": ["unlawful"], "rights.all": ["A15", "A77"]},
    ),
    ("L-25", METERING, {"rights.form": "official-letter"}, {"rights.form": "any"}),
    ("L-25", METERING, {"rights.form": "written"}, {"rights.form": ABSENT}),
    ("L-26", CLINIC, {"rights.extension_reasons": ["beyond-control"]}, {}),
    ("X-09", THERAPY, {"rights.extension_reasons": ["exceptional"]}, {}),
    ("X-09", THERAPY, {"rights.refusal_reasons": ["justified-case"]}, {}),
    ("G-07", SHOP, {"rights.refusal_reasons": ABSENT}, {}),
    (
        "G-07",
        SHOP,
        {"rights.extension_reasons": ABSENT},
        {"rights.extension_reasons": ABSENT, "rights.extend": ABSENT},
    ),
    ("L-37", METERING, {"rights.form": "official-letter"}, {}),
    (
        "L-37",
        METERING,
        {"rights.withdrawal_channels": ["post", "visit"]},
        {"rights.withdrawal_channels": ["post", "email"]},
    ),
    ("L-43", THERAPY, {"rights.objection_shown": ["set-apart"]}, {}),
    ("L-43", THERAPY, {"rights.objection_shown": ABSENT}, {}),
    ("G-14", METERING, {"record.consent": ABSENT}, {}),
]

SITES = [
    ("L-22", THERAPY, {"change.acceptance": "by-use"}, {"change.acceptance": "not-asked"}),
    ("L-22", THERAPY, {"change.reader_rechecks": True}, {"change.reader_rechecks": False}),
    ("L-22", THERAPY, {"change.announce": []}, {}),
    (
        "L-23",
        THERAPY,
        {"document": [{**DOCUMENT, "subjects": ["site", "cookies", "donations", "terms"]}]},
        {"document": [{**DOCUMENT, "subjects": ["site", "cookies"]}]},
    ),
    (
        "L-23",
        THERAPY,
        {
            "document": [
                {**DOCUMENT, "subjects": ["call-recording"]},
                {**DOCUMENT, "id": "again", "subjects": ["call-recording"]},
            ]
        },
        {},
    ),
    (
        "L-24",
        METERING,
        {"remark": [{"language": "ro", "text": "Dreptul la portabilitate*"}]},
        {"remark": [{"language": "ro", "text": "Dreptul la portabilitate."}]},
    ),
    ("L-24", METERING, {"remark": [{"language": "ro", "text": "☐ dreptul la informare"}]}, {}),
    ("L-24", METERING, {"remark": [{"language": "ro", "text": "Pentru клиенти."}]}, {}),
    (
        "L-24",
        CLINIC,
        {"remark": [{"language": "bg", "text": "Обадете се or write to us по всяко време."}]},
        {"remark": [{"language": "bg", "text": "Клиника Example работи всеки ден."}]},
    ),
    (
        "L-31",
        VOIP,
        {"cookie.seen": {"purpose": "analytics", "life": "P1M", "anonymous": True}},
        {
            "cookie.seen": {
                "purpose": "analytics",
                "life": "P1M",
                "anonymous": True,
                "checked": "2026-02-01",
            }
        },
    ),
    (
        "L-32",
        VOIP,
        {"control.transport.protocols": ["ssl"]},
        {"control.transport.protocols": ["tls-1.3"]},
    ),
    (
        "L-34",
        THERAPY,
        {"controller.disclaims": ["account-misuse", "payment-processor"]},
        {"controller.disclaims": ["other-sites"]},
    ),
    (
        "X-25",
        THERAPY,
        {"account": {"sign_in": ["phone", "password"]}},
        {"account": {"sign_in": ["phone", "one-time-code"]}},
    ),
    ("L-36", THERAPY, {"cookies.choice": "browser-settings"}, {"cookies.choice": "asked-first"}),
    (
        "L-36",
        THERAPY,
        {"cookies": ABSENT, "cookie.ads": {"purpose": "advertising", "session": True}},
        {"cookies": ABSENT, "cookie": {"own": {"purpose": "necessary", "session": True}}},
    ),
    ("L-36", THERAPY, {"cookie.session.session": ABSENT}, {}),
    ("L-36", THERAPY, {"cookie.session.shared": True}, {}),
    (
        "L-36",
        THERAPY,
        {"cookie.session.third_party": "nobody"},
        {"cookie.session.shared": True, "cookie.session.third_party": "telephony-carrier"},
    ),
    ("X-06", THERAPY, {"cookie.session.uses": ["session-state", "advertising"]}, {}),
    (
        "X-22",
        THERAPY,
        {"cookie.ads": {"purpose": "advertising", "session": True}},
        {
            "profiling": "with-human-decision",
            "cookie.ads": {"purpose": "advertising", "session": True},
        },
    ),
    ("X-22", THERAPY, {"cookie.session.uses": ["statistics"]}, {}),
    ("X-22", THERAPY, {"cookie.session.uses": ["advertising"]}, {}),
    (
        "G-19",
        VOIP,
        {
            "controller.brand": ABSENT,
            "controller.site": [{"name": "Other", "url": "https://voip.example"}],
        },
        {},
    ),
    (
        "G-19",
        THERAPY,
        {f"{REC}.inbound.says": ["processed", "recorded"]},
        {f"{REC}.inbound.says": ["processed", "recorded", "who"]},
    ),
    ("P-37", THERAPY, {"payment.ways": ["card-form"]}, {"payment.ways": ["processor-page"]}),
    ("P-36", VOIP, {"notification.happy-birthday": {"channels": ["email"]}}, {}),
]

TWO_WAYS = [
    ("X-01", THERAPY, {"only_purpose": "bookings"}, {}),
    (
        "X-03",
        THERAPY,
        {f"{REC}.inbound.says": ["processed", "who"]},
        {f"{REC}.inbound.says": ["processed", "who", "recorded"]},
    ),
    ("X-04", THERAPY, {f"{REC}.retain.or_periods": ["as-needed"]}, {}),
    ("X-05", THERAPY, {"activity.booking-account.stays_in": ABSENT}, {}),
    (
        "X-10",
        METERING,
        {"purpose.quality.or_basis": ["A6-1-c", "A6-1-f"]},
        {"purpose.quality.or_basis": ["A6-1-a"]},
    ),
    (
        "L-02",
        CLINIC,
        {"purpose.contact.or_basis": ["A6-1-f"]},
        {"purpose.contact.or_basis": ["A6-1-f"], "purpose.contact.own_similar_products": True},
    ),
    ("L-02", CLINIC, {"purpose.adverts": {**ADVERTS, "basis": "A6-1-f"}}, {}),
    (
        "X-13",
        VOIP,
        {"notification.voice-message.delivery": "audio"},
        {"notification.voice-message.delivery": "link"},
    ),
    (
        "X-14",
        VOIP,
        {"account_admin": {"powers": ["restrict-editing"]}},
        {"account_admin": {"powers": ["restrict-editing"], "rights_path": "email"}},
    ),
    ("X-16", METERING, {f"{REC}.release.other_voices": "veto"}, {}),
    ("X-17", CLINIC, {"activity.testimonial.opt_out": ["objection"]}, {}),
    ("X-17", VOIP, {"activity.offers.opt_out": ABSENT}, {}),
    ("X-18", THERAPY, {"recipient.0.delete": ABSENT}, {}),
    ("X-19", VOIP, {"breach.authority_as_provider": ABSENT}, {}),
    (
        "X-20",
        THERAPY,
        {
            "controller.office": [
                {"name": "Seat", "address": "One"},
                {"name": "Seat", "address": "Two"},
            ]
        },
        {},
    ),
    (
        "X-20",
        METERING,
        {
            "controller.site": [
                {"name": "Own", "url": "https://metering.example"},
                {"name": "Own", "url": "https://group.metering.example"},
            ]
        },
        {},
    ),
    (
        "X-20",
        VOIP,
        {
            "controller.desk": [
                {"name": "support", "email": "support@voip.example"},
                {"name": "support", "email": "help@voip.example"},
            ]
        },
        {},
    ),
    ("X-20", CLINIC, {"recipient": [JOINT, {**JOINT, "country": "DE"}]}, {}),
    (
        "X-23",
        THERAPY,
        {f"{REC}.outbound.or_reasons": ["booking", "order"]},
        {f"{REC}.outbound.or_reasons": ["booking"]},
    ),
    (
        "P-35",
        THERAPY,
        {"purpose.bookings.dpv": "cw:information", "purpose.information.dpv": "cw:information"},
        {},
    ),
]

GAPS = [
    ("G-05", CLINIC, {"activity.site-log.categories": []}, {}),
    ("G-05", CLINIC, {"dpo": {}}, {}),
    ("G-05", CLINIC, {"cookie": {}}, {}),
    ("G-05", THERAPY, {f"{REC}.hold": []}, {}),
    (
        "G-08",
        VOIP,
        {"rights.all": ["A13", "A16", "A17", "A18", "A20", "A21", "withdraw", "A77"]},
        {},
    ),
    ("G-08", VOIP, {"category.call-record.dpv": "pd:Communication"}, {}),
    ("G-09", THERAPY, {f"{REC}.giving": ABSENT}, {}),
    ("G-09", THERAPY, {f"{REC}.if_not_given": ABSENT}, {}),
    ("G-09", THERAPY, {"purpose.quality.weighed": ABSENT}, {}),
    ("G-10", THERAPY, {"staff": ABSENT}, {}),
    ("G-11", THERAPY, {"others": ABSENT}, {}),
    ("G-11", VOIP, {"others": ABSENT}, {}),
    ("G-15", THERAPY, {"breach.client": ABSENT}, {}),
    ("G-15", THERAPY, {"breach.person": ABSENT}, {}),
    ("G-17", THERAPY, {"activity.booking-request.retain": ABSENT}, {}),
    ("G-17", THERAPY, {"category.shoe-size": {"dpv": "pd:Age"}}, {}),
    (
        "G-17",
        THERAPY,
        {"category.credentials.dpv": "pd:Age"},
        {
            "category.credentials.dpv": "pd:Age",
            "account.retain": {"kind": "cap", "period": "P1D", "start": "erasure.asked"},
        },
    ),
    ("G-18", METERING, {"record.fax": ABSENT}, {}),
    ("G-18", VOIP, {"record.message-log": ABSENT}, {}),
    ("G-18", CLINIC, {"record.chat": ABSENT}, {}),
    ("G-18", CLINIC, {"activity.feedback": ABSENT, "record.survey": ABSENT}, {}),
    ("G-03", THERAPY, {"children": ABSENT}, {}),
    ("G-03", THERAPY, {f"{REC}.art9": ABSENT}, {}),
    ("L-27", CLINIC, {"dpo": ABSENT}, {}),
    ("L-20", THERAPY, {}, {f"{REC}.purposes": ["quality", "complaints"]}),
    ("L-40", VOIP, {"residue": {"servers": "endless"}}, {"residue": {"servers": "P30D"}}),
    ("P-38", THERAPY, {f"{REC}.digits": {"agree": "9"}}, {f"{REC}.digits": {"agree": "2"}}),
    ("P-39", THERAPY, {"languages": ["ro", "fr"]}, {}),
    ("P-39", THERAPY, {f"{REC}.inbound.languages": ["lt"]}, {f"{REC}.inbound.languages": ["ro"]}),
    (
        "P-31",
        THERAPY,
        {f"{REC}.pause": {"max": "endless", "reasons": ["card-payment"]}},
        {f"{REC}.pause": {"max": "PT5M", "reasons": ["card-payment"]}},
    ),
    ("P-31", THERAPY, {f"{REC}.pause": {"max": "P1D", "reasons": ["card-payment"]}}, {}),
    ("P-31", THERAPY, {f"{REC}.pause": {"max": "PT5M", "reasons": []}}, {}),
    (
        "P-53",
        METERING,
        {"dpo.phone": "+442079460201", f"{REC}.officer_unrecorded": ABSENT},
        {"dpo.phone": "+442079460201", f"{REC}.officer_unrecorded": True},
    ),
]

RECIPIENTS = [
    ("G-04", THERAPY, {"transfers": ABSENT}, {}),
    (
        "G-04",
        THERAPY,
        {"transfers": {"outside": "with-safeguards"}},
        {
            "transfers": {
                "outside": "with-safeguards",
                "countries": ["US"],
                "safeguards": ["standard-clauses"],
            },
            f"{REC}.locate.regions": ["RO", "US"],
        },
    ),
    ("G-04", THERAPY, {f"{REC}.locate.regions": ["RO", "US"]}, {}),
    ("G-04", THERAPY, {"recipient.0.country": "US"}, {}),
    ("X-12", THERAPY, {"recipient.0.country": "DE"}, {}),
    ("X-12", CLINIC, {"recipient": []}, {}),
    ("G-02", THERAPY, {"recipient": []}, {}),
    ("L-28", SHOP, {f"{REC}.release.to": ["subject", "authority", "others"]}, {}),
    (
        "L-39",
        CLINIC,
        {"recipient": [JOINT]},
        {
            "recipient": [
                {**JOINT, "arrangement": ["informing", "answering-rights", "contact-point"]}
            ]
        },
    ),
    ("L-35", THERAPY, {"purpose.quality.interest": "whatever we like"}, {}),
]

CASES = [*LAW, *ANSWERS, *SITES, *TWO_WAYS, *GAPS, *RECIPIENTS]
