"""The ids of the Data Privacy Vocabulary that a policy may use, and our own beside them.

DPV has no word for some things: those are `cw:` terms, each under a term of DPV.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

DPV_VERSION = "2.3"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# our term -> the term of DPV that it stands under
_PURPOSES = {
    "cw:quality-improvement": "dpv:ImproveExistingProductsAndServices",
    "cw:service-improvement": "dpv:ImproveExistingProductsAndServices",
    "cw:offer-improvement": "dpv:ImproveExistingProductsAndServices",
    "cw:understanding-needs": "dpv:ImproveExistingProductsAndServices",
    "cw:statistics": "dpv:ImproveExistingProductsAndServices",
    "cw:complaint-handling": "dpv:CustomerCare",
    "cw:requests": "dpv:CustomerCare",
    "cw:proof-of-interaction": "dpv:LegalCompliance",
    "cw:evidence-of-requests": "dpv:LegalCompliance",
    "cw:claims-and-controls": "dpv:LegalCompliance",
    "cw:accounting": "dpv:LegalCompliance",
    "cw:regulator-duty": "dpv:LegalCompliance",
    "cw:bookings": "dpv:ServiceProvision",
    "cw:orders": "dpv:ServiceProvision",
    "cw:account-keeping": "dpv:ServiceProvision",
    "cw:delivery-of-goods": "dpv:ServiceProvision",
    "cw:visit-reminder": "dpv:ServiceProvision",
    "cw:information": "dpv:CommunicationForCustomerCare",
    "cw:service-announcements": "dpv:CommunicationForCustomerCare",
    "cw:site-operation": "dpv:EnforceSecurity",
    "cw:testimonial-publication": "dpv:DirectMarketing",
    "cw:cookie-statistics": "dpv:ImproveExistingProductsAndServices",
}
_CATEGORIES = {
    "cw:said": "pd:Communication",
    "cw:volunteered": "pd:Communication",
    "cw:request-text": "pd:Communication",
    "cw:letter": "pd:Communication",
    "cw:note": "pd:Communication",
    "cw:evaluation": "pd:Communication",
    "cw:tag": "pd:CommunicationsMetadata",
    "cw:contact-case": "pd:CommunicationsMetadata",
    "cw:proof-of-interaction": "pd:CommunicationsMetadata",
    "cw:message-log": "pd:CommunicationsMetadata",
    "cw:booking": "pd:Purchase",
    "cw:order": "pd:Purchase",
    "cw:invoice": "pd:Purchase",
    "cw:account": "pd:Name",
    "cw:identity": "pd:Name",
    "cw:delivery": "pd:Name",
    "cw:credentials": "pd:Name",
    "cw:device": "pd:IPAddress",
    "cw:cookie": "pd:IPAddress",
    "cw:fax": "pd:Communication",
    "cw:chat": "pd:Communication",
    "cw:testimonial": "pd:HealthRecord",
    "cw:survey-answer": "pd:Communication",
}
_ACTIVITIES = {
    "cw:transcription": "dpv:Record",
    "cw:take-message": "dpv:Record",
    "cw:crypto-shred": "dpv:Destruct",
}
# For the JSON-LD beside a notice: what DPV cannot say of a duration or a consent.
_OTHERS = {
    "cw:Cap": "dpv:StorageDuration",
    "cw:Floor": "dpv:StorageDuration",
    "cw:Deadline": "dpv:StorageDuration",
    "cw:StartEvent": "dpv:StorageDuration",
}

CW_TERMS: Mapping[str, str] = MappingProxyType(
    {**_PURPOSES, **_CATEGORIES, **_ACTIVITIES, **_OTHERS}
)
PURPOSE_TERMS = frozenset(_PURPOSES) | _words("""
    dpv:CustomerCare dpv:CommunicationForCustomerCare dpv:StaffTraining
    dpv:ImproveExistingProductsAndServices dpv:LegalCompliance dpv:FraudPreventionAndDetection
    dpv:EnforceSecurity dpv:DirectMarketing dpv:ServiceProvision dpv:IdentityVerification
""")
CATEGORY_TERMS = frozenset(_CATEGORIES) | _words("""
    pd:VoiceCommunicationRecording pd:CallLog pd:CommunicationsMetadata pd:Communication
    pd:VoiceMail pd:TelephoneNumber pd:Name pd:EmailAddress pd:IPAddress pd:MedicalHealth
    pd:HealthRecord pd:Gender pd:Age pd:Purchase
""")
ACTIVITY_TERMS = frozenset(_ACTIVITIES) | _words("""
    dpv:Record dpv:Collect dpv:Store dpv:Disclose dpv:Copy dpv:Export dpv:Erase dpv:Destruct
""")
TERMS = PURPOSE_TERMS | CATEGORY_TERMS | ACTIVITY_TERMS

# The names of activities and fields that the notice has words for, in every language.
ACTIVITY_NAMES = _words("""
    account accounting booking-account booking-request booking-sms call-centre-data call-log
    call-recording call-records cdr chat complaints contact-cases contact-form contracts
    correspondence donations fax feedback invoicing marketing medical-papers newsletter offers
    orders payments recruitment regulator-papers shipping site-log testimonial transcription visit
    visit-reminder voicemail
""")
FIELD_NAMES = _words("""
    address age amount at card_number date diagnosis duration email from health ip item model name
    names number password payment_way phone photo quantity redirects service_place sex sms_text
    sms_to softphone_content speciality story surname system text to
""")
