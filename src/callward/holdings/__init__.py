"""What Callward keeps of people: the categories, the declarations of the models, the holders."""

from callward.holdings.declarations import DECLARED, DataCategory, holds
from callward.holdings.kinds import KINDS, Kind, kinds_of
from callward.holdings.registry import (
    Holder,
    HolderTwiceError,
    Identifiers,
    destroy_everywhere,
    holders,
    mentioned,
    register,
    register_late,
    related,
)

__all__ = [
    "DECLARED",
    "KINDS",
    "DataCategory",
    "Holder",
    "HolderTwiceError",
    "Identifiers",
    "Kind",
    "destroy_everywhere",
    "holders",
    "holds",
    "kinds_of",
    "mentioned",
    "register",
    "register_late",
    "related",
]
