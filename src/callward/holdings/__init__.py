"""What Callward keeps of people: the categories, the declarations of the models, the holders."""

from callward.holdings.declarations import DECLARED, DataCategory, holds
from callward.holdings.kinds import KINDS, Kind, kinds_of
from callward.holdings.registry import (
    Holder,
    HolderTwiceError,
    destroy_everywhere,
    holders,
    register,
    register_late,
)

__all__ = [
    "DECLARED",
    "KINDS",
    "DataCategory",
    "Holder",
    "HolderTwiceError",
    "Kind",
    "destroy_everywhere",
    "holders",
    "holds",
    "kinds_of",
    "register",
    "register_late",
]
