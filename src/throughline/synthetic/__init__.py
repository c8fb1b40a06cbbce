"""Invented people, for the demonstration and the tests. Nobody here exists.

It does not import the recogniser, which is judged by mistakes that it has not seen.
"""

from throughline.synthetic.export import write_calls, write_csv
from throughline.synthetic.misremembering import Heard, Noise, misremember, strangers
from throughline.synthetic.people import Group, InventedPerson
from throughline.synthetic.population import people
from throughline.synthetic.stories import Story, stories

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
