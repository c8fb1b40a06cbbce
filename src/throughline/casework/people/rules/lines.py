"""A file of people taken apart into its records, whatever is wrong with it. Nothing is judged here.

Bytes come in and bytes go out, so that a row in a wrong encoding spoils itself and no other. Memory holds one
record at a time: a line beyond the limit is passed over, not read.
"""

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

LONGEST_ROW: Final = 65_536
# a quoted cell may run over some lines; beyond this many a quote was left open
MOST_LINES: Final = 50
# our names of encodings, as Python's codecs write them
ENCODINGS: Final = ("utf-8", "cp1252", "iso8859-1", "iso8859-15", "utf-16", "utf-16-le", "utf-16-be")

_BLOCK = 1 << 20
_WRONG_FILE = 10  # lines that are not UTF-8, from which on the file is taken to be in another encoding


class FileProblem(Exception):
    """The file cannot be used at all. The text is for whoever brings it in and quotes none of it."""


class Record(NamedTuple):
    """One row as it stands in the file, and the line it begins on; or why it is none."""

    line: int
    raw: bytes
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Survey:
    """What one reading of the file tells before anything is done: its SHA-256 and how many lines it has."""

    digest: str
    lines: int


def known_encoding(name: str) -> str:
    """An encoding as Python writes it. Raises LookupError for one that is none of `ENCODINGS`."""
    found = codecs.lookup(name).name
    if found not in ENCODINGS:
        raise LookupError(name)
    return found


def survey(path: Path, encoding: str = "utf-8") -> Survey:
    """Read the whole file once. Raises FileProblem where it is empty, no text, or in another encoding."""
    digest, lines, odd, wrong = sha256(), 0, 0, 0
    last = b"\n"
    with _opened(path) as file:
        while block := file.read(_BLOCK):
            if not digest.digest_size or lines == 0:
                _refuse_other_encoding(block, encoding)
            if b"\0" in block and not encoding.startswith("utf-16"):
                line = lines + block[: block.index(b"\0")].count(b"\n") + 1
                raise FileProblem(f"Line {line} holds a NUL byte: the file is damaged, or is no text")
            digest.update(block)
            lines += block.count(b"\n")
            last = block[-1:]
            if encoding == "utf-8" and not block.isascii():
                told = [line for line in block.split(b"\n")[1:-1] if not line.isascii()]
                odd += len(told)
                wrong += sum(not _is_utf8(line) for line in told)
        size = file.tell()
    if not size:
        raise FileProblem("The file is empty")
    if encoding.startswith("utf-16") and size % 2:
        raise FileProblem("The file ends in the middle of a UTF-16 character: it was cut off")
    if wrong >= _WRONG_FILE and wrong * 2 > odd:
        raise FileProblem(
            "The file is not UTF-8. If it was written by Windows, put the line 'encoding: cp1252' into the map"
        )
    return Survey(digest.hexdigest(), lines + (last != b"\n"))


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise FileProblem(f"The file cannot be read: {error.strerror}") from error


def _refuse_other_encoding(start: bytes, encoding: str) -> None:
    if encoding.startswith("utf-16"):
        if encoding == "utf-16" and not start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            raise FileProblem("The file does not begin as UTF-16 does; the map says 'encoding: utf-16'")
        return
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise FileProblem("The file is UTF-16: put the line 'encoding: utf-16' into the map")
    for order, places in (("le", start[1:400:2]), ("be", start[0:400:2])):
        if len(places) > 4 and places.count(0) * 2 > len(places):
            raise FileProblem(f"The file looks like UTF-16: put 'encoding: utf-16-{order}' into the map")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def read_header(path: Path, encoding: str) -> list[str]:
    """The names of the columns. Raises FileProblem where the first line gives none."""
    with _lines(path, encoding) as lines:
        first = next(lines, (1, b""))[1]
    if len(first) > LONGEST_ROW:
        raise FileProblem("The first line is too long to be the names of columns: is it a CSV file?")
    try:
        header = next(csv.reader([first.decode(_carried(encoding))], strict=True), [])
    except (UnicodeDecodeError, csv.Error) as error:
        raise FileProblem("The first line cannot be read as the names of columns") from error
    header = [name.strip() for name in header]
    if not any(header):
        raise FileProblem("The first line must give the names of the columns")
    return header


def _carried(encoding: str) -> str:
    """The encoding in which records are handed on: UTF-16 is carried as UTF-8, others as they are."""
    return "utf-8" if encoding.startswith("utf-16") else encoding


@contextmanager
def _lines(path: Path, encoding: str) -> Iterator[Iterator[tuple[int, bytes]]]:
    """The file's lines and their numbers; of one that is too long, its beginning."""
    with _opened(path) as file:
        if encoding.startswith("utf-16"):
            # half characters pass through here, and spoil their own row where it is decoded
            text = io.TextIOWrapper(file, encoding=encoding, errors="surrogatepass", newline="\n")
            readline = lambda: text.readline(LONGEST_ROW + 1).encode("utf-8", "surrogatepass")  # noqa: E731
        else:
            readline = lambda: file.readline(LONGEST_ROW + 1)  # noqa: E731
        yield _numbered(readline)


def _numbered(readline) -> Iterator[tuple[int, bytes]]:  # type: ignore[no-untyped-def]
    number = 0
    while line := readline():
        number += 1
        whole = line
        while len(line) > LONGEST_ROW - 4 and not line.endswith(b"\n"):
            line = readline()
            if not line:
                break
        yield number, whole.removeprefix(codecs.BOM_UTF8) if number == 1 else whole


@contextmanager
def opened_records(path: Path, encoding: str, width: int) -> Iterator[Iterator[Record]]:
    """The rows below the header, in order; ``width`` is the number of columns."""
    with _lines(path, encoding) as lines:
        next(lines, None)
        yield records(lines, width)


def records(lines: Iterable[tuple[int, bytes]], width: int) -> Iterator[Record]:
    """Lines put together into records where a quoted cell runs over several.

    A quote that is never closed spoils the line that opened it: reading goes on with the next line.
    """
    stream = iter(lines)
    returned: deque[tuple[int, bytes]] = deque()
    while (at := returned.popleft() if returned else next(stream, None)) is not None:
        number, raw = at
        if len(raw) > LONGEST_ROW:
            yield Record(number, b"", f"is longer than {LONGEST_ROW} bytes")
        elif raw.isspace():
            continue
        elif raw.count(b'"') % 2 == 0:
            yield Record(number, raw)
        else:
            gathered = [at]
            while len(gathered) < MOST_LINES and sum(line.count(b'"') for _, line in gathered) % 2:
                following = returned.popleft() if returned else next(stream, None)
                if following is None:
                    break
                gathered.append(following)
            whole = b"".join(line for _, line in gathered)
            if len(whole) <= LONGEST_ROW and _is_one_row(whole, width):
                yield Record(number, whole)
            else:
                yield Record(number, b"", "has a quotation mark without its partner")
                returned.extendleft(reversed(gathered[1:]))


def _is_one_row(raw: bytes, width: int) -> bool:
    # every encoding that is carried here writes commas, quotes and ends of lines as ASCII does
    try:
        rows = list(csv.reader(io.StringIO(raw.decode("latin-1"), newline=""), strict=True))
    except csv.Error:
        return False
    return len(rows) == 1 and len(rows[0]) == width


def cells(record: Record, encoding: str) -> list[str]:
    """The cells of a row. Raises ValueError, which says why in words, where it is none."""
    if record.fault:
        raise ValueError(record.fault)
    try:
        text = record.raw.decode(_carried(encoding))
    except UnicodeDecodeError:
        raise ValueError(f"is not {encoding.upper()}") from None
    try:
        [row] = csv.reader(io.StringIO(text, newline=""), strict=True)
    except (csv.Error, ValueError):
        raise ValueError("has quotation marks that cannot be read") from None
    return row
