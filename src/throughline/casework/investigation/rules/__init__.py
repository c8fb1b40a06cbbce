"""The rules of the room: who investigates, what a plan needs, which suspects come first, what is looked at without her."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from throughline.casework.investigation.rules.allocating import ALLOCATION_STEPS

#: What can be done from which state, for docs/generated.
TRANSITIONS: Final[Mapping[str, Mapping[tuple[str, str], str]]] = MappingProxyType(
    {"allocation": ALLOCATION_STEPS}
)
