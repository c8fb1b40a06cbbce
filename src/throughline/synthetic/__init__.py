"""Invented people, for the demonstration and the tests. Nobody here exists.

It does not import the recogniser, which is judged by mistakes that it has not seen.
"""

from throughline.synthetic.demonstration import Story, stories
from throughline.synthetic.export import write_calls, write_csv
from throughline.synthetic.misremembering import Heard, Noise, misremember, strangers
from throughline.synthetic.person import Group, InventedPerson
from throughline.synthetic.population import people

__all__ = [
    "Group",
    "Heard",
    "InventedPerson",
    "Noise",
    "Story",
    "misremember",
    "people",
    "stories",
    "strangers",
    "write_calls",
    "write_csv",
]
