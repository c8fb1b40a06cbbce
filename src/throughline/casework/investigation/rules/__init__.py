"""What holds in an investigation whatever the database."""

from types import MappingProxyType
from typing import Final

from throughline.casework.investigation.rules.allocating import ALLOCATION_STEPS

#: Drawn in docs/generated/transitions.md.
TRANSITIONS: Final = MappingProxyType({"allocation": ALLOCATION_STEPS})
