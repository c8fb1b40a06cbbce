"""What reviewers found in drawn files, item by item, over the files to which it applies.

HMIC drew 10 files of each category in most forces and 15 in larger ones (2015, note 18 and Annex G).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from throughline.measures.intervals import Share, wilson

FORM: Final = "file-review"
#: Files of each group, unless somebody says otherwise.
EACH: Final = 10
MOST_EACH: Final = 100
# the group of domestic incidents of which no crime is recorded
NO_CRIME: Final = "no-crime"
YES, NO, NOT_APPLICABLE = "yes", "no", "not-applicable"


@dataclass(frozen=True, slots=True)
class Tally:
    """One item over some files: how many it applies to, and of how many of those it is so.

    ``not_said`` are files that do not say, or of which the reviewer has not answered. They are neither.
    """

    item: str
    files: int
    not_applicable: int
    not_said: int
    share: Share | None

    @property
    def applicable(self) -> int:
        return self.share.of if self.share else 0


def tally(item: str, forms: Iterable[Mapping[str, object]]) -> Tally:
    """One item over the answers of some forms. Only the files that it applies to are counted in the share."""
    given = [form.get(item) for form in forms]
    so, not_so = given.count(YES), given.count(NO)
    not_applicable = given.count(NOT_APPLICABLE)
    return Tally(
        item=item,
        files=len(given),
        not_applicable=not_applicable,
        not_said=len(given) - so - not_so - not_applicable,
        share=wilson(so, so + not_so),
    )
