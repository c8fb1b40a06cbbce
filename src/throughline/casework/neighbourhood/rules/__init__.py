"""Judgements of this room that need no database: a task and its clocks, whether it is safe to call, a marker that lapses."""

from types import MappingProxyType
from typing import Final

from throughline.casework.neighbourhood.rules.disrupting import STEPS

#: Drawn in docs/generated/transitions.md.
TRANSITIONS: Final = MappingProxyType({"disruption": STEPS})
