"""What a force hands over: versioned tables of ids, codes and times, and of nobody's name.

The same shapes are views over a force's own database (`casework.figures`) and the tables of an extract; every
measure is written against them once. Columns that name a person hold an identity's id; those that tell numbers
and places apart hold a count that means nothing outside the reading it came from.
"""

from throughline.handover.methods import Method, call_methods
from throughline.handover.shapes import METHOD, SHAPES, VERSION, Shape, table

__all__ = ["METHOD", "SHAPES", "VERSION", "Method", "Shape", "call_methods", "table"]
