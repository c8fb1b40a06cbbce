"""What holds in safeguarding whatever the database."""

from types import MappingProxyType
from typing import Final

from throughline.casework.safeguarding.rules.fitting import STEPS
from throughline.casework.safeguarding.rules.serving import REQUEST_STEPS

#: Drawn in docs/generated/transitions.md.
TRANSITIONS: Final = MappingProxyType({"safety measure": STEPS, "request to safeguard": REQUEST_STEPS})
