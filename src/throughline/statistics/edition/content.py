"""What an edition holds before it is written: tables, pictures and pages, as data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final, Literal

type Value = str | int | float | date | None
#: An answer is a whole number, or the words that stand in place of one.
type Kind = Literal["text", "whole", "share", "number", "date", "answer"]

#: What stands in a cell that has no number, as the Government Analysis Function advises.
MARKS = {
    "[c]": "protected: publishing it could tell of a person",
    "[u]": "the force is unable to provide it",
    "[n]": "was not yet asked for when the return was made",
    "[x]": "the force made no return, or the report does not print it",
    "[z]": "does not apply",
    "[b]": "the series breaks here: not compared",
}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its name in files, its title to read, and what it means."""

    name: str
    title: str
    kind: Kind = "text"
    means: str = ""
    #: whether a page shows it; what is for programs alone stands in the files
    page: bool = True
    #: of the lower end of a range, whose upper end is the next column: as what a page shows both in one cell
    ranged: str = ""


#: The columns by which a row tells its force.
FORCE: Final = (
    Column("force", "Code", means="Code of the force's area", page=False),
    Column("name", "Force", means="Name of the force"),
)
#: By which it tells its year, and its item of the return.
YEAR: Final = Column("year_end", "Year to", "date", "Last day of the year")
CODE: Final = Column("item", "Item", means="Code of the item of the return", page=False)
ITEM: Final = (CODE, Column("label", "Figure", means="What is counted"))


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under columns. A cell is a value, or one of the marks above as text.

    ``wide`` tables stand on their page; one that is only for machines has no page.
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    notes: tuple[str, ...] = ()
    #: left out of the spreadsheet: too long for a reader, and in the CSV
    long: bool = False
    key: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture with what it says in words, and the table of its numbers."""

    id: str
    title: str
    svg: str
    says: str
    table: Table
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A line that leads to another page of the edition."""

    path: str
    text: str
    more: str = ""


type Block = str | Table | Figure | "Heading" | "Links" | "Listing"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading within a page."""

    text: str
    id: str


@dataclass(frozen=True, slots=True)
class Links:
    """Pages that one leads to. ``listed``: one below the other, each with what it says in short."""

    links: tuple[Link, ...]
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """Short lines, one below the other."""

    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """One page: where it lies in the edition, its title, and what is on it."""

    path: str
    title: str
    blocks: tuple["Block", ...]
    group: str = ""
    """Under which heading of the contents it stands; empty for the contents themselves."""


@dataclass(frozen=True, slots=True)
class Edition:
    """All that is written of an edition. Nothing in it hangs on when it is written."""

    name: str
    title: str
    summary: str
    published: date
    invented: bool
    periods: tuple[str, ...]
    pages: tuple[Page, ...]
    contact: str
    #: tables for machines alone
    data: tuple[Table, ...] = ()
    sources: tuple[str, ...] = field(default=())
    #: what stands in place of the day of publication
    dated: str = ""

    @property
    def glance(self) -> Sequence[Link]:
        """What its first page says at a glance."""
        return [
            link
            for block in self.pages[0].blocks
            if isinstance(block, Links) and block.listed
            for link in block.links
        ]

    @property
    def figures(self) -> Sequence[tuple[Figure, Page]]:
        return [(one, page) for page in self.pages for one in page.blocks if isinstance(one, Figure)]

    @property
    def tables(self) -> Sequence[tuple[Table, Page | None]]:
        """Every table once, with the page that it stands on first."""
        found: dict[str, tuple[Table, Page | None]] = {}
        for page in self.pages:
            for one in page.blocks:
                table = one.table if isinstance(one, Figure) else one
                if isinstance(table, Table):
                    found.setdefault(table.id, (table, page))
        for table in self.data:
            found.setdefault(table.id, (table, None))
        return [*found.values()]


def contents(pages: Iterable[Page]) -> tuple[Block, ...]:
    """Links to pages under the headings of their groups, in the order in which each group first comes."""
    groups: dict[str, list[Link]] = {}
    for page in pages:
        groups.setdefault(page.group, []).append(Link(page.path, page.title))
    return tuple(
        block
        for at, (group, links) in enumerate(groups.items(), start=1)
        for block in (Heading(group, f"contents-{at}"), Links(tuple(links)))
    )
