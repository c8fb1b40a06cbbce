"""Which contacts a supervisor listens to or reads: every handler, at random, and so that it can be done again.

Contacts are drawn by handler as files are by offence.
"""

from throughline.casework.cases.rules.drawing import draw, seed

__all__ = ["draw", "seed"]
