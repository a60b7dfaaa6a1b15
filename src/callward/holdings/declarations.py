"""How a model says which of its fields tell something about a person (K-13)."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

Model = TypeVar("Model", bound=type)

DECLARED: dict[type, Mapping[str, DataCategory]] = {}


class DataCategory(StrEnum):
    """The categories that the notices name; a column holds one of them or nothing personal."""

    VOICE = "voice"
    SAID = "said"
    PHONE_NUMBER = "phone_number"
    NAME = "name"
    EMAIL = "email"
    ADDRESS = "address"
    HEALTH = "health"
    NOTE = "note"
    IMAGE = "image"
    CALL_RECORD = "call_record"
    CONSENT = "consent"
    EVALUATION = "evaluation"
    CONTRACT = "contract"
    PAYMENT = "payment"
    IDENTIFIER = "identifier"
    IP_ADDRESS = "ip_address"
    STAFF_NAME = "staff_name"
    STAFF_CREDENTIAL = "staff_credential"
    STAFF_TRAINING = "staff_training"
    STAFF_ACTIVITY = "staff_activity"

    @property
    def of_staff(self) -> bool:
        """Whether it tells about a person of staff rather than about a caller."""
        return self.startswith("staff_")


def holds(**fields: DataCategory) -> Callable[[Model], Model]:
    """Declare the personal fields of a model; every model must, even with none."""

    def declare(model: Model) -> Model:
        DECLARED[model] = MappingProxyType(dict(fields))
        return model

    return declare
