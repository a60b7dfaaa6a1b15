"""What breaks each lint rule: code, sample, what breaks it, what of that would be right again.

An empty last column means the sample as it is. The pages of the rules show the first of each.
"""

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

A_WAIVER = {"code": "L-01", "by": "the board", "until": "2027-06-30", "reason": "until the menu"}
CAP = {"kind": "cap", "period": "P6M", "start": "call.initiated"}

FIRST = [
    ("L-16", THERAPY, {"purpose.quality.dpv": "dpv:Purpose"}, {}),
    (
        "L-16",
        THERAPY,
        {"purpose.any-other": {"dpv": "dpv:CustomerCare", "basis": "A6-1-b"}},
        {},
    ),
    ("P-01", THERAPY, {"purpose.quality.dpv": "dpv:Whatever"}, {}),
    ("P-01", THERAPY, {f"{REC}.dpv": "dpv:Listen"}, {}),
    ("P-02", THERAPY, {"purpose.polls": {"dpv": "dpv:CustomerCare", "basis": "A6-1-b"}}, {}),
    ("P-03", THERAPY, {"purpose.quality": ABSENT}, {}),
    ("P-03", THERAPY, {"category.voice": ABSENT}, {}),
    ("P-05", THERAPY, {f"{REC}.purposes": []}, {}),
    ("P-05", THERAPY, {f"{REC}.categories": []}, {}),
    ("P-34", THERAPY, {"category.shoe-size": {"dpv": "pd:Age"}}, {}),
    ("L-35", THERAPY, {"purpose.quality.basis": ABSENT}, {}),
    ("L-03", THERAPY, {"purpose.quality.interest": ABSENT}, {}),
    ("L-03", THERAPY, {"purpose.quality.balancing": ABSENT}, {}),
    ("P-44", THERAPY, {"purpose.legal-duty.law": ABSENT}, {}),
    ("L-01", METERING, {f"{REC}.inbound.consent": "continued"}, {}),
    ("L-01", METERING, {f"{REC}.outbound.consent": "continued"}, {}),
    ("P-04", METERING, {f"{REC}.inbound.consent": "none"}, {}),
    ("P-04", CLINIC, {"activity.marketing.consent": ABSENT}, {}),
    ("P-45", METERING, {}, {"purpose.training.basis": "A6-1-b", "purpose.needs.basis": "A6-1-b"}),
    (
        "L-42",
        THERAPY,
        {},
        {"purpose.quality.basis": "A6-1-a", "purpose.therapy-offer.basis": "A6-1-a"},
    ),
    ("X-02", THERAPY, {f"{REC}.inbound.announce": "never"}, {}),
    ("X-02", THERAPY, {f"{REC}.inbound.announce": "after-identification"}, {}),
    ("X-02", THERAPY, {f"{REC}.outbound.announce": "never"}, {}),
    ("P-06", THERAPY, {f"{REC}.outbound.announce": "after-identification"}, {}),
    ("P-06", THERAPY, {f"{REC}.outbound.announce": "before-connect"}, {}),
    ("P-07", THERAPY, {f"{REC}.inbound": ABSENT}, {}),
    ("P-07", THERAPY, {f"{REC}.outbound": ABSENT}, {}),
    ("P-07", THERAPY, {f"{REC}.directions": []}, {}),
    ("P-08", THERAPY, {f"{REC}.outbound.reasons": []}, {}),
    ("P-09", THERAPY, {f"{REC}.stop.on": ["hangup"]}, {}),
    ("P-09", THERAPY, {f"{REC}.stop": ABSENT}, {}),
    ("G-01", THERAPY, {f"{REC}.unrecorded": []}, {}),
    ("G-13", THERAPY, {f"{REC}.inbound.refuse": ABSENT}, {}),
    ("G-13", THERAPY, {f"{REC}.outbound.refuse": ABSENT}, {}),
    ("P-20", THERAPY, {f"{REC}.intake": ABSENT}, {}),
    ("P-20", THERAPY, {f"{REC}.intake.formats": []}, {}),
    ("P-20", THERAPY, {f"{REC}.intake.max_bytes": 0}, {}),
    ("P-20", THERAPY, {f"{REC}.intake.match_within": "P1D"}, {}),
    ("X-21", THERAPY, {f"{REC}.retain": ABSENT}, {}),
    ("X-21", THERAPY, {f"{REC}.retain.kind": ABSENT}, {}),
    ("X-21", THERAPY, {f"{REC}.retain.period": ABSENT}, {}),
    ("X-21", THERAPY, {f"{REC}.retain.start": ABSENT}, {}),
    ("X-21", THERAPY, {f"{REC}.intake.quarantine.start": ABSENT}, {}),
    ("X-21", THERAPY, {"backup.keys.period": ABSENT}, {}),
    ("X-21", THERAPY, {"record.audit.retain.start": ABSENT}, {}),
    ("X-21", THERAPY, {"recipient.0.delete.start": ABSENT}, {}),
    ("P-10", THERAPY, {f"{REC}.retain.kind": "deadline"}, {}),
    ("P-10", THERAPY, {"backup.data.kind": "floor"}, {}),
    ("L-15", THERAPY, {f"{REC}.retain.period": "as-needed"}, {}),
    ("L-15", THERAPY, {f"{REC}.retain.period": "indeterminate"}, {}),
    ("L-15", THERAPY, {f"{REC}.hold.0.max": "endless"}, {}),
    ("L-15", THERAPY, {f"{REC}.hold.0.max": ABSENT}, {}),
    ("L-15", THERAPY, {f"{REC}.hold.0.review": ABSENT}, {}),
    ("P-11", VOIP, {"activity.accounting.retain": ABSENT}, {}),
    ("P-11", VOIP, {"activity.accounting.retain.kind": "floor"}, {}),
    ("X-24", VOIP, {"activity.accounting.floor.law": ABSENT}, {}),
    ("X-15", VOIP, {"activity.accounting.retain.period": "P10Y"}, {}),
    ("X-15", VOIP, {"activity.accounting.retain.period": "P9Y"}, {}),
    ("X-15", VOIP, {"activity.accounting.retain.period": "PT24H"}, {}),
    ("X-15", VOIP, {"activity.accounting.retain.start": "contract.ended"}, {}),
    ("P-13", THERAPY, {f"{REC}.hold.0.review": "P4Y"}, {}),
    ("P-14", THERAPY, {f"{REC}.hold.1.reason": "complaint"}, {}),
    ("X-11", THERAPY, {f"{REC}.hold": []}, {}),
    ("X-11", SHOP, {f"{REC}.hold": []}, {}),
    ("P-15", THERAPY, {f"{REC}.access.roles": []}, {}),
    ("P-15", THERAPY, {f"{REC}.access": ABSENT}, {}),
    ("P-16", THERAPY, {f"{REC}.access.purposes": []}, {}),
    ("P-17", THERAPY, {f"{REC}.access.purposes": ["quality", "sites-and-systems"]}, {}),
    ("P-18", THERAPY, {f"{REC}.access.needs": ["own-login"]}, {}),
    ("P-19", THERAPY, {f"{REC}.access.playback": ABSENT}, {}),
    ("P-19", THERAPY, {f"{REC}.access.playback": "P1D"}, {}),
    ("P-25", THERAPY, {f"{REC}.access.roles": ["call-reviewer", "administrator"]}, {}),
    ("P-21", THERAPY, {f"{REC}.release": ABSENT}, {}),
    ("P-21", THERAPY, {f"{REC}.release.to": ["authority"]}, {}),
    ("P-21", THERAPY, {f"{REC}.release.channels": []}, {}),
    ("L-08", THERAPY, {f"{REC}.release.other_voices": "veto"}, {}),
    ("P-22", THERAPY, {f"{REC}.locate": ABSENT}, {}),
    ("P-22", THERAPY, {f"{REC}.locate.regions": []}, {}),
    ("P-52", THERAPY, {"recipient.0.activity": "nothing"}, {}),
    ("P-51", THERAPY, {"recipient.0.contract": ABSENT}, {}),
    ("L-07", METERING, {"controller.fax": ABSENT}, {}),
    ("L-07", METERING, {"rights.channels": ["account"]}, {}),
    ("L-07", THERAPY, {f"{REC}.release.channels": ["courier"]}, {}),
    ("P-23", THERAPY, {"rights.channels": []}, {}),
    ("X-07", THERAPY, {"rights.answer": ABSENT}, {}),
    ("X-08", THERAPY, {"rights.answer": "P31D"}, {"rights.answer": "P1M"}),
    ("X-08", THERAPY, {"rights.answer": "P2M"}, {"rights.answer": "P28D"}),
    ("X-08", THERAPY, {"rights.extend": "P61D"}, {"rights.extend": "P60D"}),
    ("L-30", THERAPY, {}, {"rights.answer": "P1M", "rights.extend": ABSENT}),
    ("P-24", THERAPY, {"rights.all": ["A15", "A16", "A17", "A18", "A77"]}, {}),
    ("P-24", CLINIC, {"rights.all": ["A15", "A16", "A17", "A18", "A20", "A21", "A77"]}, {}),
    ("L-38", SHOP, {}, {"rights.all": ["A15", "A16", "A17", "A18", "A21", "A77"]}),
    ("G-12", THERAPY, {"rights.restriction_clock": ABSENT}, {}),
    ("L-29", THERAPY, {"controller.post": ABSENT, "controller.email": ABSENT}, {}),
    ("G-06", THERAPY, {"controller.registration": ABSENT}, {}),
    ("G-06", THERAPY, {"dpo": ABSENT}, {}),
    ("G-06", THERAPY, {"dpo": {}}, {}),
    ("P-26", THERAPY, {"breach.authority": ABSENT}, {}),
    ("P-26", THERAPY, {"breach.authority": "P4D"}, {}),
    ("L-13", VOIP, {"breach.authority_as_provider": ABSENT}, {}),
    ("L-13", VOIP, {"breach.authority_as_provider": "PT72H"}, {}),
    ("L-12", THERAPY, {"breach.contents": ["nature"]}, {}),
    ("G-16", THERAPY, {"record.audit": ABSENT}, {}),
    ("P-30", THERAPY, {"two_person": {}}, {}),
    ("P-30", THERAPY, {"two_person": {"second": "dpo", "delay": "endless"}}, {}),
]

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
    ("L-12", VOIP, {"breach.told": {"client": ["nature", "people"]}}, {}),
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
    ("G-11", CLINIC, {"others": ABSENT}, {}),
    ("L-29", SHOP, {"profiling": ABSENT}, {}),
    ("L-29", CLINIC, {"recipient": [], "transfers": ABSENT}, {}),
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
    ("G-18", CLINIC, {"activity.feedback.retain": ABSENT, "record.survey": ABSENT}, {}),
    ("G-18", CLINIC, {"activity.feedback": ABSENT, "record.survey": ABSENT}, {}),
    ("G-03", THERAPY, {"children": ABSENT}, {}),
    ("G-03", THERAPY, {f"{REC}.art9": ABSENT}, {}),
    ("L-27", CLINIC, {"dpo": ABSENT}, {}),
    (
        "P-32",
        THERAPY,
        {"profiling": "automated-decision", "rights.automated": ABSENT},
        {
            "profiling": "automated-decision",
            "rights.automated": {
                "exceptions": ["contract"],
                "safeguards": ["human", "own-view", "contest"],
            },
        },
    ),
    ("P-54", THERAPY, {"activity.quiz": {"dpv": "dpv:Store"}}, {}),
    ("P-54", THERAPY, {"activity.booking-sms.fields": ["phone", "shoe_size"]}, {}),
    ("P-54", THERAPY, {"category.booking.fields": ["star_sign"]}, {}),
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
    ("P-03", THERAPY, {"activity.booking-account.stays_in": ["nowhere"]}, {}),
    ("P-03", THERAPY, {"staff.purposes": ["gossip"]}, {}),
    ("P-56", METERING, {f"{REC}.inbound.consent": "written"}, {}),
    ("P-56", METERING, {f"{REC}.outbound.consent": "per-channel"}, {}),
    ("P-54", CLINIC, {"activity.visit.art9": "A9-2-d"}, {}),
    ("P-55", THERAPY, {"recipient.0.service": ABSENT}, {}),
    ("P-55", CLINIC, {"recipient": [JOINT]}, {"recipient": [{**JOINT, "name": "Laboratory"}]}),
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

WAIVED = [
    ("P-40", THERAPY, {"waiver": [{**A_WAIVER, "code": "L-99"}]}, {}),
    ("P-41", THERAPY, {"waiver": [{**A_WAIVER, "code": "X-02"}]}, {}),
    ("P-42", THERAPY, {"waiver": [{**A_WAIVER, "until": "2026-03-28"}]}, {}),
    ("P-43", THERAPY, {"waiver": [A_WAIVER]}, {}),
]

CASES = [*FIRST, *LAW, *ANSWERS, *SITES, *TWO_WAYS, *GAPS, *RECIPIENTS, *WAIVED]
