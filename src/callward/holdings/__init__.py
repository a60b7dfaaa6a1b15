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
