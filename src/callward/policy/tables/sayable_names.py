"""The names of activities and fields that the notice has words for, in every language."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


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
