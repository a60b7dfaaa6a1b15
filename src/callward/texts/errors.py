"""Why a notice or a prompt cannot be written; keys only, never values of the policy."""

from __future__ import annotations

from callward.kernel.errors import BadInputError, CallwardError, gettext_noop


class TextsError(CallwardError):
    """A text cannot be written from this policy."""

    code = "texts"
    fact = gettext_noop("The text cannot be written.")
    mend = gettext_noop("Run `callward policy lint` and correct the policy.")


class UnknownLanguageError(TextsError, BadInputError):
    """There are no sentences in this language."""

    code = "texts-unknown-language"
    fact = gettext_noop("Callward has no sentences in the language “%(language)s”.")
    mend = gettext_noop("Choose one of %(known)s.")


class SentenceMissingError(TextsError):
    """A catalogue lacks a sentence, a term or a form of it."""

    code = "texts-sentence-missing"
    fact = gettext_noop("The catalogue “%(language)s” has no “%(sentence)s”.")
    mend = gettext_noop("Add it to the catalogue of every language.")


class CatalogueBrokenError(TextsError):
    """A catalogue file says something twice or in a form that cannot be read."""

    code = "texts-catalogue-broken"
    fact = gettext_noop("The catalogue “%(language)s” cannot be used at “%(sentence)s”.")
    mend = gettext_noop("Correct the entry; an id may stand only once, a slot is written {name}.")


class UnknownTermError(TextsError, BadInputError):
    """The policy uses a word that has no words for people."""

    code = "texts-unknown-term"
    fact = gettext_noop("There are no words for “%(term)s” of “%(key)s”.")
    mend = gettext_noop("Use a term of docs/reference/notices.md, or add words in every language.")


class UnsayableRuleError(TextsError, BadInputError):
    """No sentence says this rule truthfully."""

    code = "texts-unsayable-rule"
    fact = gettext_noop("No sentence can say the rule “%(rule)s” truthfully.")
    mend = gettext_noop("Complete or correct the rule; see docs/reference/notices.md.")


class EmptySectionError(TextsError, BadInputError):
    """A section of a notice would stand without a sentence (G-01, G-05)."""

    code = "texts-empty-section"
    fact = gettext_noop("The section “%(section)s” of the notice “%(kind)s” would be empty.")
    mend = gettext_noop("Fill in the table “%(key)s” of the policy.")


class UnprintableLetterError(TextsError, BadInputError):
    """A name holds a letter that is in no font of the paper."""

    code = "texts-unprintable-letter"
    fact = gettext_noop(
        "A letter of this notice is in none of the fonts that Callward prints with."
    )
    mend = gettext_noop("Write names in Latin, Greek or Cyrillic letters, or use HTML or Markdown.")


class NoSuchNoticeError(TextsError, BadInputError):
    """A policy gives no notice of this kind."""

    code = "texts-no-such-notice"
    fact = gettext_noop("This policy gives no notice “%(kind)s”.")
    mend = gettext_noop("Choose one of %(known)s.")
