"""What holds of working with partners, whatever the database: independent advisers, and criteria for a MARAC."""

from types import MappingProxyType
from typing import Final

from throughline.casework.partnership.rules.advising import STEPS
from throughline.foundations.access.rules import Actor, system

#: Writes into the police's own tables what an adviser did, and reads from them the slice that she is shown.
PARTNERS: Final[Actor] = system("partners")
#: Drawn in docs/generated/transitions.md. A referral to a MARAC has none: it is made, and stays made.
TRANSITIONS: Final = MappingProxyType({"referral to an independent adviser": STEPS})
