"""Why something sealed cannot be opened."""

from __future__ import annotations

from callward.kernel.errors import CallwardError, gettext_noop


class SealingError(CallwardError):
    """The root of this package."""

    code = "sealing"


class SealBrokenError(SealingError):
    """Something sealed is not what was sealed."""

    code = "seal-broken"
    fact = gettext_noop("The seal does not hold.")
    mend = gettext_noop("Restore the object from a backup and look at who could write to it.")


class NotSealedError(SealBrokenError):
    """The bytes do not begin as a sealed object does."""

    code = "not-sealed"
    fact = gettext_noop("This is not a sealed object.")


class UnknownSuiteError(SealBrokenError):
    """A format or suite id that this version cannot read."""

    code = "unknown-suite"
    fact = gettext_noop("The sealed object has the unknown format %(format)s, suite %(suite)s.")
    mend = gettext_noop("Open it with the version of Callward that sealed it.")


class WrongKeyError(SealBrokenError):
    """The key is not the one that sealed, or the header was altered."""

    code = "wrong-key"
    fact = gettext_noop("The key does not fit this sealed object, or its header was altered.")


class WrongContextError(SealBrokenError):
    """The object was sealed for another place than the one it is read from."""

    code = "wrong-context"
    fact = gettext_noop("The sealed object belongs to another recording or part.")


class SealDamagedError(SealBrokenError):
    """Bytes of a segment were altered."""

    code = "seal-damaged"
    fact = gettext_noop("Segment %(segment)s of the sealed object is damaged.")


class SealTruncatedError(SealDamagedError):
    """The end of the object is missing."""

    code = "seal-truncated"
    fact = gettext_noop("The sealed object is cut short after %(size)s bytes.")


class SealExtendedError(SealDamagedError):
    """Bytes were put behind the end of the object."""

    code = "seal-extended"
    fact = gettext_noop("The sealed object has foreign bytes behind its end.")


class SealReorderedError(SealDamagedError):
    """A segment stands in another place than where it was sealed."""

    code = "seal-reordered"
    fact = gettext_noop("Segment %(segment)s of the sealed object stands in a wrong place.")


class WrapBrokenError(SealingError):
    """A wrapped data key does not open under this epoch key."""

    code = "wrap-broken"
    fact = gettext_noop("The wrapped key does not open under this epoch key.")
    mend = gettext_noop("Restore the key store from its own backup.")


class SecretBrokenError(SealingError):
    """A small sealed secret does not open under this key and context."""

    code = "secret-broken"
    fact = gettext_noop("A sealed secret does not open with this key.")
    mend = gettext_noop("Check that this key store and this root key belong together.")


class SignatureBrokenError(SealingError):
    """A signature does not fit the payload and the public key."""

    code = "signature-broken"
    fact = gettext_noop("The signature does not fit.")
    mend = gettext_noop("Trust neither the document nor its copy; ask for it again.")


class KeyMalformedError(SealingError):
    """Bytes handed in as a key have the wrong length."""

    code = "key-malformed"
    fact = gettext_noop("A key must be %(wanted)s bytes long, this one has %(found)s.")
    mend = gettext_noop("Use the key file as Callward made it.")


class RootKeyMissingError(SealingError):
    """There is no root key where it was looked for."""

    code = "root-key-missing"
    fact = gettext_noop("There is no root key file.")
    mend = gettext_noop("Put the root key file back, or make a new vault.")


class RootKeyExposedError(SealingError):
    """Others than its owner may read the root key file."""

    code = "root-key-exposed"
    fact = gettext_noop("Others than its owner may read the root key file.")
    mend = gettext_noop("Set its mode to 0600 and its owner to the user that runs Callward.")


class RootKeyExistsError(SealingError):
    """A root key is never written over."""

    code = "root-key-exists"
    fact = gettext_noop("There is a root key file already.")
    mend = gettext_noop("Keep it; without it nothing opens.")
