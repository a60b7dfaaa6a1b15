"""What an answer of an S3 store means, by name: the words of its answer are all that is told."""

from __future__ import annotations

import re
from contextlib import contextmanager
from enum import StrEnum
from http import HTTPStatus
from typing import TYPE_CHECKING

from obstore.exceptions import AlreadyExistsError, BaseError, PreconditionError

from callward.vault.errors import (
    BucketMissingError,
    ObjectExistsError,
    ObjectNotFoundError,
    ObjectStoreError,
    ObjectStoreFullError,
    ObjectStoreKeyError,
    ObjectStoreReadOnlyError,
    ObjectStoreSlowError,
    ObjectStoreUnreachableError,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from callward.vault.errors import VaultError

_STATUS = re.compile(r"status code: (\d{3})")
_CODE = re.compile(r"<Code>(\w+)</Code>|\(code: (\w+)\)")
_REFUSED_KEYS = frozenset(
    {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "RequestTimeTooSkewed"}
)
_FULL = frozenset({"QuotaExceeded", "InsufficientStorage", "XMinioStorageFull"})
_SLOW = frozenset({"SlowDown", "RequestTimeout", "TooManyRequests"})
_NO_WAY = frozenset({HTTPStatus.BAD_GATEWAY, HTTPStatus.GATEWAY_TIMEOUT})
_SLOWLY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


def is_behind_the_end(error: BaseError) -> bool:
    """Whether a range was asked for that begins at the end of its object, or behind it."""
    status = _STATUS.search(str(error))
    return status is not None and int(status[1]) == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE


class Act(StrEnum):
    """What was asked of the store."""

    READ = "read"
    WRITE = "write"
    DELETE = "delete"


@contextmanager
def named(act: Act) -> Iterator[None]:
    """Let a refusal of the store come out under its name, without what it said of paths."""
    try:
        yield
    except (AlreadyExistsError, PreconditionError):
        raise ObjectExistsError from None
    except BaseError as error:
        raise meaning_of(str(error), act) from None
    except FileNotFoundError as error:
        if not _STATUS.search(str(error)):
            raise  # a file of the caller's, and none of the store's
        raise meaning_of(str(error), act) from None


def meaning_of(said: str, act: Act) -> VaultError:
    """Name what obstore tells of a request that failed."""
    status, code = _STATUS.search(said), _CODE.search(said)
    if status or code:
        number = int(status[1]) if status else HTTPStatus.OK
        return refusal_of(number, (code[1] or code[2]) if code else "", act)
    slow = "kind: Timeout" in said or "TimedOut" in said
    return ObjectStoreSlowError() if slow else ObjectStoreUnreachableError()


def refusal_of(status: int, code: str, act: Act) -> VaultError:
    """Name a refusal by its status and S3's code for it."""
    if code == "NoSuchBucket":
        return BucketMissingError()
    if status == HTTPStatus.NOT_FOUND or code == "NoSuchKey":
        return ObjectNotFoundError()
    if code in _REFUSED_KEYS or status == HTTPStatus.UNAUTHORIZED:
        return ObjectStoreKeyError()
    if code in _FULL or status == HTTPStatus.INSUFFICIENT_STORAGE:
        return ObjectStoreFullError()
    if status == HTTPStatus.FORBIDDEN or code == "AccessDenied":
        return ObjectStoreKeyError() if act is Act.READ else ObjectStoreReadOnlyError()
    return _trouble_of(status, code, act)


def _trouble_of(status: int, code: str, act: Act) -> VaultError:
    if code in _SLOW or status in _SLOWLY:
        return ObjectStoreSlowError()
    if status in _NO_WAY:
        return ObjectStoreUnreachableError()
    # A store that is full says only that it failed (seen of SeaweedFS), and it still reads.
    if act is Act.WRITE and status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ObjectStoreFullError()
    return ObjectStoreError(why=f"{status} {code}".strip())
