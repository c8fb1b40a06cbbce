"""Somebody's index of known persons, read into memory: to be searched, and to fit the model to it."""

import os
import time
from array import array
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from hashlib import blake2b
from itertools import islice
from multiprocessing import get_context, parent_process
from pathlib import Path
from random import Random
from threading import Thread
from typing import NamedTuple, TextIO

import numpy as np
import numpy.typing as npt

from .columns import Columns, ColumnsBuilder
from .description import Description
from .features import Features, features, pack
from .files import LONG, FileError, describe_as_far, each_row, header_of, said_twice
from .fitting import values_of, with_households, with_shares, with_strangers
from .keys import record_keys
from .layout import Layout, LayoutError, is_missing
from .model import Model, versioned
from .snapshot import KeyTable, Snapshot

Say = Callable[[str], None]

SAID_EVERY = 10.0
"""Seconds between two words of how far it has come."""
NOBODY = -1
"""Whose a row is, where nobody says or nobody is known."""
_SECRET = b"a replay keeps nothing, so its keys need no secret of the force"
_BATCH = 2_000
_FEW = 20_000
"""Rows below which a second process takes longer to start than it saves."""
_SAMPLE = 5_000
"""Known records of whom strangers and households are drawn."""
_HOME = 20
"""An address that more records share is a hostel or a tower: no household."""


@dataclass(frozen=True)
class Known:
    """The known records: packed, with their keys, whose each is, and what the exact search goes by."""

    snapshot: Snapshot
    exact: KeyTable
    person: npt.NDArray[np.int32]
    numbers: Mapping[str, int]
    values: Mapping[tuple[str, str], int]

    def __len__(self) -> int:
        return len(self.person)

    @cached_property
    def joined(self) -> npt.NDArray[np.int32] | None:
        """Whose each record is, as the site has it once a person has joined those of one; None where nobody has two."""
        told = self.person[self.person != NOBODY]
        if len(np.unique(told)) == len(told):
            return None
        alone = len(self.numbers) + np.arange(len(self), dtype=np.int32)
        return np.where(self.person == NOBODY, alone, self.person)

    def mapped(self, path: Path) -> "Known":
        """The same with the records written to a file and mapped from it, as processes that share them have it."""
        self.snapshot.write(path, {"records": len(self)})
        return replace(self, snapshot=Snapshot.mapped(path, _SECRET))


# -- reading -------------------------------------------------------------------------------------------


def usable(
    path: Path, layout: Layout, truth: str | None, what: str, say: Say, *, further: bool = False
) -> Layout:
    """The part of the layout that a file has columns for; what it lacks is said. Without ``further`` what recognition
    does not know is passed over, which is said as well.

    Raises FileError or LayoutError: nothing of the map is there, or no truth.
    """
    header = header_of(path)
    if truth is not None and truth not in header:
        raise LayoutError(f"the {what} have no column '{truth}', which was given as the truth")
    present = layout.among(header)
    if not further:
        for name in layout.more:
            say(f"the {what}: {name} is not compared, and is passed over")
        layout, present = layout.without_more(), present.without_more()
    for _, told in layout.lacking(header):
        say(f"the {what} have {told}")
    for told in said_twice(present, header):
        say(f"the {what}: {told}")
    if not present.columns.keys() - {"id"}:
        raise LayoutError(f"the {what} have none of the columns that the map names")
    return present


def whose(value: str | None) -> str:
    """A person's mark as it is compared: a whole number that a spreadsheet wrote as 12.0, or in another file as 0012, is 12."""
    text = (value or "").strip()
    number, _dot, rest = text.partition(".")
    if number.isdigit() and not rest.strip("0"):
        return number.lstrip("0") or "0"
    return "" if is_missing(text, "id") else text


@dataclass(frozen=True, slots=True)
class _Reading:
    """How the rows of a file are made ready in another process."""

    layout: Layout
    columns: tuple[str, ...]
    on: date
    with_names: bool

    def ready(self, batch: Sequence[tuple[str, ...]]) -> "_Ready":
        """A batch of rows, described, cleaned, keyed and packed."""
        unread: Counter[str] = Counter()
        ready = _Ready([], array("i"), array("q"), array("i"), array("q"), [], Counter(), unread)
        for values in batch:
            row = dict(zip(self.columns, values, strict=True))
            described = describe_as_far(row, self.layout, on=self.on, unread=unread)
            cleaned = features(described)
            keys = record_keys(cleaned, _SECRET)
            exact = exact_keys(cleaned)
            ready.values.update(values_of(cleaned))
            ready.packed.append(pack(cleaned))
            ready.key_counts.append(len(keys))
            ready.keys.extend(keys)
            ready.exact_counts.append(len(exact))
            ready.exact.extend(exact)
            if self.with_names:
                ready.texts.append("\t".join(plain_text(described, cleaned)))
        return ready


class _Ready(NamedTuple):
    packed: list[bytes]
    key_counts: "array[int]"
    keys: "array[int]"
    exact_counts: "array[int]"
    exact: "array[int]"
    texts: list[str]
    values: Counter[tuple[str, str]]
    unread: Counter[str]


def read_known(
    path: Path, layout: Layout, truth: str | None, *, on: date, processes: int, texts: TextIO | None, say: Say
) -> Known:
    """All known records. ``texts`` gets each one's name, birth date, telephone and postcode, a line each."""
    columns = tuple({name: None for column in layout.columns.values() for name in column.names})
    reading = _Reading(layout, columns, on, texts is not None)
    numbers: dict[str, int] = {}
    person = array("i")
    skipped: Counter[str] = Counter()

    def rows() -> Iterator[tuple[str, ...]]:
        for row in each_row(path, skipped=skipped):
            mark = whose(row.get(truth)) if truth is not None else ""
            person.append(numbers.setdefault(mark, len(numbers)) if mark else NOBODY)
            yield tuple([row.get(column) or "" for column in columns])

    columns_so_far = ColumnsBuilder()
    key_counts, keys, exact_counts, exact = array("i"), array("q"), array("i"), array("q")
    unread: Counter[str] = Counter()
    values: Counter[tuple[str, str]] = Counter()
    told = time.monotonic()
    for ready in _in_turn(reading.ready, rows(), processes):
        for row in ready.packed:
            columns_so_far.add(row)
        key_counts += ready.key_counts
        keys += ready.keys
        exact_counts += ready.exact_counts
        exact += ready.exact
        unread += ready.unread
        values.update(ready.values)
        if texts is not None:
            texts.writelines(
                f"{len(columns_so_far) - len(ready.texts) + n}\t{line}\n"
                for n, line in enumerate(ready.texts)
            )
        if time.monotonic() - told > SAID_EVERY:
            told = time.monotonic()
            say(f"{len(columns_so_far):,} known records read")
    if not len(columns_so_far):
        raise FileError("the known have a header and no rows")
    tell("known", unread + skipped, say)
    table = _key_table(keys, key_counts)
    say(f"{len(columns_so_far):,} known records of {len(numbers):,} persons, {len(keys):,} keys")
    return Known(
        Snapshot(Columns(columns_so_far.done()), table, _SECRET),
        _key_table(exact, exact_counts),
        np.asarray(person, dtype=np.int32),
        numbers,
        values,
    )


def _key_table(keys: "array[int]", counts: "array[int]") -> KeyTable:
    rows = np.repeat(np.arange(len(counts), dtype=np.int32), np.asarray(counts))
    return KeyTable(np.asarray(keys, dtype=np.int64), rows)


def tell(what: str, unread: Counter[str], say: Say) -> None:
    for name, count in unread.items():
        if name == "row":
            say(f"the {what}: {count:,} rows are no CSV and are passed over")
        elif name == LONG:
            say(f"the {what}: {count:,} rows have more cells than the header; what is beyond it is not read")
        else:
            say(f"the {what}: {count:,} values of {name} cannot be read and count as missing")


def _end_with_the_parent() -> None:
    """Called in a process that reads: when the command is killed it goes too, with the rows."""
    Thread(target=_go_after_the_parent, daemon=True).start()


def _go_after_the_parent() -> None:
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _in_turn[T](
    work: Callable[[Sequence[tuple[str, ...]]], T], rows: Iterator[tuple[str, ...]], processes: int
) -> Iterator[T]:
    """The batches of rows worked on, in their order, in other processes where there are many."""
    first = list(islice(rows, _FEW))
    if processes < 2 or len(first) < _FEW:
        yield work(first)
        while batch := list(islice(rows, _BATCH)):
            yield work(batch)
        return
    with ExitStack() as stack:
        pool = stack.enter_context(
            ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=_end_with_the_parent)
        )
        stack.callback(pool.shutdown, wait=True, cancel_futures=True)
        waiting: deque[Future[T]] = deque()
        for start in range(0, len(first), _BATCH):
            waiting.append(pool.submit(work, first[start : start + _BATCH]))
        del first
        while waiting:
            while len(waiting) < 2 * processes and (batch := list(islice(rows, _BATCH))):
                waiting.append(pool.submit(work, batch))
            yield waiting.popleft().result()


def exact_keys(cleaned: Features) -> list[int]:
    """What many forces search by today: each telephone number, and each house number with street or postcode."""
    return [*_hashed(f"p{phone}" for phone in cleaned.phones), *exact_address_keys(cleaned)]


def exact_address_keys(cleaned: Features) -> list[int]:
    """The second part of those alone."""
    return _hashed(
        f"a{place.number}|{place.street}|{place.postcode or place.town}"
        for place in cleaned.places
        if place.number and (place.street or place.postcode)
    )


def _hashed(texts: Iterable[str]) -> list[int]:
    return [
        int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), signed=True)
        for text in dict.fromkeys(texts)
    ]


def plain_text(heard: Description, cleaned: Features) -> tuple[str, str, str, str]:
    """Name, birth date, telephone and postcode as one would search for them by text alone."""
    name = heard.names[0] if heard.names else None
    text = " ".join(f"{name.forename} {name.surname} {name.full}".lower().split()) if name else ""
    return (
        text.replace("\\", ""),
        cleaned.born,
        cleaned.phones[0] if cleaned.phones else "",
        cleaned.places[0].postcode if cleaned.places else "",
    )


# -- the model -------------------------------------------------------------------------------------------


def fitted(model: Model, known: Known, seed: int) -> Model:
    """The model with what the index itself says, whoever calls: its shares, its strangers, its households."""
    draw = Random(seed)  # noqa: S311 a sample, not a secret
    model = with_shares(model, known.values)
    drawn = draw.sample(range(len(known)), min(len(known), _SAMPLE))
    sample = [known.snapshot.features(row) for row in drawn]
    model = with_strangers(model, sample)
    pairs, others, housed = [], 0, 0
    for row, one in zip(drawn, sample, strict=True):
        homes = exact_address_keys(one)
        if not homes:
            continue
        housed += 1
        beside = [other for other in known.exact.sharing(homes, cap=_HOME).tolist() if other != row]
        others += len(beside)
        pairs += [(one, known.snapshot.features(other)) for other in beside]
    return versioned(with_households(model, pairs, others / max(housed, 1)), seed)
