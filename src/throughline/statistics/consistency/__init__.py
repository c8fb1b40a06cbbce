"""Do the printed figures of a report follow from each other?

A report's figures come as rows (`facts`), each with what it counts, where, over which period, how it is qualified and
where it is printed. From the shape of the rows follow relations between them: the same thing printed twice, a
percentage of stated counts, a change between two periods, parts of a whole, forces counted and forces named. Each
relation that does not hold, once rounding is understood (`rounding`), is a `Finding` with its arithmetic.
"""

from throughline.statistics.consistency.checking import check
from throughline.statistics.consistency.facts import (
    COLUMNS,
    Fact,
    FileError,
    Finding,
    Printed,
    read,
    read_file,
)

__all__ = ["COLUMNS", "Fact", "FileError", "Finding", "Printed", "check", "read", "read_file"]
