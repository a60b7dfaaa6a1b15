"""The routes of the api, version 1."""

from __future__ import annotations

from base64 import b64decode
from typing import TYPE_CHECKING, Annotated
from uuid import UUID  # noqa: TC003  # ninja reads the signatures

from django.http import HttpRequest  # noqa: TC002  # ninja reads the signatures
from django.utils.translation import gettext
from ninja import File, Form, Header, NinjaAPI, Query, Status
from ninja.errors import AuthenticationError, ValidationError
from ninja.files import UploadedFile  # noqa: TC002  # ninja reads the signatures
from ninja.security import HttpBearer

from callward.accounts import services as accounts
from callward.accounts.errors import CapabilityMissingError, TokenRefusedError
from callward.api.errors import MalformedRequestError, MissingTokenError
from callward.api.schemas import DeliveriesOut, DeliveryOut, ProblemOut, ReceiptOut
from callward.api.upload_batches import Waiting, gatherer
from callward.audit import services as audit
from callward.intake import selectors, services as intake
from callward.intake.errors import TooLargeError
from callward.intake.states import IntakeCapability, Outcome
from callward.kernel import clock
from callward.kernel.actors import carrier_actor
from callward.kernel.errors import (
    BadInputError,
    CallwardError,
    NotFoundError,
    RefusedError,
    UnavailableError,
)

if TYPE_CHECKING:
    from django.http import HttpResponse

    from callward.accounts.selectors import TokenView
    from callward.kernel.actors import Actor

_STATUS_OF_PROBLEM: tuple[tuple[type[CallwardError], int], ...] = (
    (MissingTokenError, 401),
    (TokenRefusedError, 401),
    (TooLargeError, 413),
    (NotFoundError, 404),
    (RefusedError, 403),
    (BadInputError, 400),
    (UnavailableError, 503),
)
_OUR_FAULT = 500


def handle_problems(api: NinjaAPI) -> None:
    """Answer every error of ours, and ninja's own, in the one form."""

    @api.exception_handler(CallwardError)
    def callward(request: HttpRequest, error: CallwardError) -> HttpResponse:
        return _answer(api, request, error)

    @api.exception_handler(AuthenticationError)
    def unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
        del error
        return _answer(api, request, MissingTokenError())

    @api.exception_handler(ValidationError)
    def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
        place = error.errors[0].get("loc", ())
        where = ".".join(str(part) for part in place[1:3])
        return _answer(api, request, MalformedRequestError(where=where))


def _answer(api: NinjaAPI, request: HttpRequest, error: CallwardError) -> HttpResponse:
    status = next(
        (code for kind, code in _STATUS_OF_PROBLEM if isinstance(error, kind)), _OUR_FAULT
    )
    body = {
        "code": error.code,
        "fact": gettext(error.fact) % error.facts,
        "mend": gettext(error.mend) % error.facts,
    }
    answer = api.create_response(request, body, status=status)
    if isinstance(error, UnavailableError):
        answer["Retry-After"] = str(error.again_seconds)
    return answer


_STATUS = {
    Outcome.TAKEN_IN: 201,
    Outcome.DUPLICATE: 200,
    Outcome.QUARANTINED: 202,
    Outcome.PAST_DUE: 410,
    Outcome.ERASED_BEFORE: 410,
}
_PROBLEMS = dict.fromkeys((400, 401, 403, 404, 413, 503), ProblemOut)
_MOST_ROWS = 200


class Bearer(HttpBearer):
    """A token of one machine, for one controller and one act."""

    def authenticate(self, request: HttpRequest, token: str) -> TokenView:
        """Look the token up; raises TokenRefusedError, CapabilityMissingError."""
        del request
        bearer = accounts.token_bearer(token, at=clock.now())
        if bearer.withdrawn_at is not None:
            raise TokenRefusedError
        if bearer.capability != IntakeCapability.UPLOAD:
            error = CapabilityMissingError(capability=str(IntakeCapability.UPLOAD))
            _note_refusal(error, bearer)
            raise error
        return bearer


api = NinjaAPI(
    title="Callward",
    version="1",
    description="Hands recordings over, sealed before they are acknowledged.",
    urls_namespace="api",
    docs_url=None,  # its page loads scripts from strangers; openapi.json is the document
    auth=Bearer(),
)
handle_problems(api)


def _actor(bearer: TokenView) -> Actor:
    return carrier_actor(str(bearer.ref))


def _note_refusal(error: RefusedError, bearer: TokenView) -> None:
    """The refusal stands in the audit although nothing else was changed."""
    audit.record_refusal(error, item=bearer.ref, actor=_actor(bearer), at=clock.now())


@api.post(
    "/recordings",
    response={frozenset(_STATUS.values()): ReceiptOut, **_PROBLEMS},
    summary="Hand over one recording with its envelope (callward.intake/1)",
    by_alias=True,
)
def hand_over(
    request: HttpRequest,
    envelope: Annotated[str | None, Form()] = None,
    recording: Annotated[UploadedFile | None, File()] = None,
    callward_envelope: Annotated[str | None, Header()] = None,
) -> Status[ReceiptOut]:
    """Answer once the recording is sealed, durable, read back and in the books.

    A form brings the fields `envelope` and `recording`. Or else the body is the recording, and the
    header `Callward-Envelope` is the envelope in base64.
    """
    bearer: TokenView = request.auth  # type: ignore[attr-defined]  # ninja puts it there
    if callward_envelope is not None:
        upload = _upload(_decoded(callward_envelope), request.read())
    elif envelope is None or recording is None:
        raise MalformedRequestError(where="envelope" if envelope is None else "recording")
    else:
        upload = _upload(envelope.encode(), recording.read())
    waiting = Waiting(
        upload=upload,
        controller_ref=bearer.controller_ref,
        actor=_actor(bearer),
    )
    try:
        receipt = gatherer.hand_over(waiting).result()
    except RefusedError as error:
        _note_refusal(error, bearer)
        raise
    body = ReceiptOut(
        outcome=receipt.outcome,
        ref=receipt.ref,
        reason=receipt.reason,
        certificate_ref=receipt.certificate_ref,
    )
    return Status(_STATUS[receipt.outcome], body)


def _upload(envelope: bytes, audio: bytes) -> intake.Upload:
    return intake.Upload(envelope=intake.parse_envelope(envelope), audio=audio)


def _decoded(header: str) -> bytes:
    try:
        return b64decode(header, validate=True)
    except ValueError:
        raise MalformedRequestError(where="Callward-Envelope") from None


@api.get(
    "/deliveries",
    response={200: DeliveriesOut, **_PROBLEMS},
    summary="What this token has handed over, newest first",
)
def deliveries(
    request: HttpRequest,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=_MOST_ROWS)] = 50,
) -> DeliveriesOut:
    """Only one's own deliveries, a page at a time."""
    bearer: TokenView = request.auth  # type: ignore[attr-defined]  # ninja puts it there
    page = selectors.deliveries_of(
        str(_actor(bearer)), bearer.controller_ref, after=after, limit=limit
    )
    return DeliveriesOut(
        deliveries=[DeliveryOut.model_validate(row, from_attributes=True) for row in page.rows],
        after=page.after,
    )
