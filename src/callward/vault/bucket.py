"""What obstore cannot ask of a bucket: whether it keeps versions, and what was begun and left."""

from __future__ import annotations

import http.client
import re
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from callward.kernel import clock
from callward.kernel.http_connection import connection_to
from callward.sealing.request_signature import signed_headers
from callward.vault.errors import ObjectStoreSlowError, ObjectStoreUnreachableError
from callward.vault.objects import ABANDONED_AFTER
from callward.vault.store_answers import Act, meaning_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from callward.deployment.values import Objects

_PATIENCE = 10.0  # seconds for one answer
_ANSWERED = range(200, 300)
_STATUS = re.compile(r"<Status>(\w+)</Status>")
_UPLOAD = re.compile(r"<Upload>(.*?)</Upload>", re.DOTALL)
_FACT = re.compile(r"<(Key|UploadId|Initiated)>(.*?)</")
_MORE = "<IsTruncated>true</IsTruncated>"
_ACTS = {"GET": Act.READ, "DELETE": Act.DELETE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a store said, and when by its own clock."""

    text: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A stream that was begun and has no end yet; no list of objects has its parts."""

    name: str
    upload_id: str
    begun_at: datetime


class Bucket:
    """Asks about a bucket itself."""

    def __init__(self, chosen: Objects) -> None:
        self._chosen = chosen
        self._secret = chosen.secret.read()
        self._parts = urlsplit(chosen.endpoint)

    def keeps_versions(self) -> bool:
        """Whether what is deleted stays readable: versions are on, or were and are suspended."""
        return bool(_STATUS.search(self._ask("GET", {"versioning": ""}).text))

    def abandoned(self) -> Iterator[Upload]:
        """Streams that were begun so long ago that nobody can be writing them any more."""
        query = {"uploads": "", "prefix": self._chosen.prefix}
        while True:
            answer = self._ask("GET", query)
            begun = [_upload(text) for text in _UPLOAD.findall(answer.text)]
            yield from (one for one in begun if _age(one, answer) > ABANDONED_AFTER)
            if _MORE not in answer.text or not begun:
                return
            query |= {"key-marker": begun[-1].name, "upload-id-marker": begun[-1].upload_id}

    def abandon(self, upload: Upload) -> None:
        """Throw away what was begun."""
        self._ask("DELETE", {"uploadId": upload.upload_id}, name=upload.name)

    def _ask(self, method: str, query: Mapping[str, str], *, name: str = "") -> Answer:
        """Ask one thing; raises ObjectStoreError where the store refuses."""
        place = f"{self._parts.path.rstrip('/')}/{self._chosen.bucket}"
        path = quote(f"{place}/{name}" if name else place)
        words = "&".join(f"{key}={quote(told, safe='')}" for key, told in sorted(query.items()))
        try:
            with closing(connection_to(self._parts, patience=_PATIENCE)) as opened:
                opened.request(
                    method, f"{path}?{words}", headers=self._headers(method, path, words)
                )
                answer = opened.getresponse()
                text = answer.read().decode(errors="replace")
        except TimeoutError:
            raise ObjectStoreSlowError from None
        except (OSError, http.client.HTTPException):
            raise ObjectStoreUnreachableError from None
        if answer.status not in _ANSWERED:
            raise meaning_of(f"status code: {answer.status} {text}", _ACTS[method])
        told = answer.getheader("Date")
        at = parsedate_to_datetime(told) if told else clock.SystemClock().now()
        return Answer(text=text, at=at)

    def _headers(self, method: str, path: str, words: str) -> dict[str, str]:
        """The store compares the time of a request with its own, whatever the house's clock."""
        return signed_headers(
            method, f"//{self._parts.netloc}{path}?{words}", b"", region=self._chosen.region,
            key_id=self._chosen.key_id, secret=self._secret, at=clock.SystemClock().now(),
        )  # fmt: skip


def _age(upload: Upload, answer: Answer) -> float:
    return (answer.at - upload.begun_at).total_seconds()


def _upload(text: str) -> Upload:
    told = {name: unescape(value) for name, value in _FACT.findall(text)}
    begun = datetime.fromisoformat(told["Initiated"])
    return Upload(name=told["Key"], upload_id=told["UploadId"], begun_at=begun)
