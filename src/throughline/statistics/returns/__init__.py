"""A force's data return: what it holds, its template, reading one, and every question that its figures raise."""

from throughline.statistics.returns.building import build, year_to
from throughline.statistics.returns.items import Item, items
from throughline.statistics.returns.reading import Problem, read_return
from throughline.statistics.returns.rules import Counted, Entry, Query, Return
from throughline.statistics.returns.signing import binds_all, canonical, changed, digest, told_in
from throughline.statistics.returns.template import write_return, write_template
from throughline.statistics.returns.verifying import (
    against_others,
    against_outside,
    against_past,
    beside_outside,
    within_itself,
    without_method,
)

__all__ = [
    "Counted",
    "Entry",
    "Item",
    "Problem",
    "Query",
    "Return",
    "against_others",
    "against_outside",
    "against_past",
    "beside_outside",
    "binds_all",
    "build",
    "canonical",
    "changed",
    "digest",
    "items",
    "read_return",
    "told_in",
    "within_itself",
    "without_method",
    "write_return",
    "write_template",
    "year_to",
]
