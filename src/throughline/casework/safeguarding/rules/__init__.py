"""What holds in safeguarding whatever the database."""

from types import MappingProxyType
from typing import Final

from throughline.casework.safeguarding.rules.fitting import STEPS

TRANSITIONS: Final = MappingProxyType({"safety measure": STEPS})
