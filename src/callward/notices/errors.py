"""The facts that stop us about notices."""

from __future__ import annotations

from callward.kernel.errors import (
    BadInputError,
    CallwardError,
    NotFoundError,
    RefusedError,
    gettext_noop,
)


class NoticesError(CallwardError):
    """The root of this room's errors."""

    code = "notices"


class NoticeVersionNotFoundError(NoticesError, NotFoundError):
    """There is no such version of a notice, or it is not public."""

    code = "edition-not-found"
    fact = gettext_noop("There is no version %(ref)s of these notices.")
    mend = gettext_noop("Choose one from the list of versions.")


class NoticeNotFoundError(NoticesError, NotFoundError):
    """A version has no such notice in this language and form."""

    code = "notice-not-found"
    fact = gettext_noop("This version has no notice %(ref)s.")
    mend = gettext_noop("Choose one of the notices that are listed.")


class NothingPublishedError(NoticesError, NotFoundError):
    """The controller has not published a notice yet."""

    code = "nothing-published"
    fact = gettext_noop("%(ref)s has not published a notice yet.")
    mend = gettext_noop("Publish what is in force with: callward notice publish")


class AnnouncementNotFoundError(NoticesError, NotFoundError):
    """There is no such announcement."""

    code = "announcement-not-found"
    fact = gettext_noop("There is no announcement %(ref)s.")
    mend = gettext_noop("Open the version again and choose one of its announcements.")


class VersionTakenError(NoticesError, BadInputError):
    """Another version of the notices bears this name for ever."""

    code = "version-taken"
    fact = gettext_noop("The version %(version)s exists already and never changes.")
    mend = gettext_noop("Write a new version into the file.")


class NotADraftError(NoticesError, RefusedError):
    """The act is only possible for a draft."""

    code = "not-a-draft"
    fact = gettext_noop("The version %(version)s is no draft any more.")
    mend = gettext_noop("Draft a new version.")


class OneAtATimeError(NoticesError, RefusedError):
    """Another version waits for its approval or its day."""

    code = "another-version-waits"
    fact = gettext_noop("The version %(version)s waits for its approval or for its day.")
    mend = gettext_noop("Publish or withdraw it first.")


class NoticeTooShortError(NoticesError, RefusedError):
    """People would not be told in time of a change that needs notice."""

    code = "notice-too-short"
    fact = gettext_noop(
        "The version %(version)s changes what people must be told %(days)s days before."
    )
    mend = gettext_noop("Write an effective date not before %(earliest)s into the file.")


class AlreadyPublishedError(NoticesError, RefusedError):
    """What is published stays published."""

    code = "already-published"
    fact = gettext_noop("The version %(version)s is published and stays in the archive.")
    mend = gettext_noop("Publish a newer version.")


class NotPublishedError(NoticesError, RefusedError):
    """Only what is published is reviewed."""

    code = "not-published"
    fact = gettext_noop("The version %(version)s is not published.")
    mend = gettext_noop("Review the version that is in effect.")


class PublishingBlockedError(NoticesError, RefusedError):
    """A check behind a sentence is red or stale."""

    code = "publishing-blocked"
    fact = gettext_noop("Publishing is blocked by checks that are red or too old: %(checks)s.")
    mend = gettext_noop("Make the checks green first; the protection officer sees each of them.")


class NoticeFileError(NoticesError, BadInputError):
    """A file that is no notice was handed in for verification."""

    code = "no-notice-file"
    fact = gettext_noop("The file is not a notice in JSON.")
    mend = gettext_noop("Hand in the file notice.json as it was published.")
