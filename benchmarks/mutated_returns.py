"""Whether any file that a force may send breaks the reading of a return.

    python benchmarks/mutated_returns.py --out benchmarks/results/mutated_returns.json

10,000 filled returns, a third each folders of CSV, spreadsheets, and folders with both of which one is spoilt, in one of
twelve ways. Each is read, and what is read is judged, one after another in one process. Nothing may be raised, nothing may load
in part, and no file may take more than 5 seconds or take the process above 300 MB; seconds of the processor stand beside, for a
machine that others use. Beside it, the same spreadsheets as openpyxl alone would read them, with nothing judged before: how many
break it, and at what time and size, each in a process of its own that is stopped at 20 seconds and 2 GB.
"""

import argparse
import io
import multiprocessing
import random
import re
import resource
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
from invented_returns import YEAR, invented
from scratch import tell

from throughline.statistics.returns import (
    Counted,
    Return,
    items,
    read_return,
    within_itself,
    without_method,
    write_return,
)

SECONDS, MEGABYTES = 5.0, 300
ALONE_SECONDS, ALONE_BYTES = 20.0, 2_000_000_000
SHEET = "xl/worksheets/sheet2.xml"
FORMS = ("files", "spreadsheet", "both")
type Parts = dict[str, bytes]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--alone", type=int, default=240)
    parser.add_argument("--seed", type=int, default=20150331)
    parser.add_argument("--out", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="throughline-bench-") as folder:
        base = _base(Path(folder) / "good", asked.seed)
        told = measure(base, Path(folder), files=asked.files, seed=asked.seed)
        told["openpyxl_alone"] = alone(base, Path(folder), files=asked.alone, seed=asked.seed)
    told |= {"seed": asked.seed}
    tell(told, asked.out)
    if told["raised"] or told["loaded_in_part"] or told["slowest_s"] > SECONDS or told["peak_mb"] > MEGABYTES:
        raise SystemExit(1)


def _base(folder: Path, seed: int) -> Parts:
    """The files of a good return."""
    methods = {one.sheet: Counted(one.sheet, "as-asked", "", "By hand") for one in items(YEAR)}
    told: Return = replace(invented(seed)["Invented 05"][1], force="E23000020", methods=methods)
    write_return(folder, told)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def measure(base: Parts, folder: Path, *, files: int, seed: int) -> dict[str, Any]:
    """What became of so many spoilt files, by how they were spoilt."""
    rng = random.Random(seed)
    became: dict[str, Counter[str]] = {kind: Counter() for kind in KINDS}
    raised: Counter[str] = Counter()
    in_part = 0
    slowest: tuple[float, str] = (0.0, "")
    worked = 0.0
    reader = _Reader()
    before = peak = reader.peak
    largest = ""
    began = time.perf_counter()
    for number in range(files):
        kind = [*KINDS][number % len(KINDS)]
        form = FORMS[number // len(KINDS) % len(FORMS)]
        path = _spoilt(base, folder / "spoilt", kind, rng, form)
        how, took, at_work, now = reader.read(path)
        slowest, worked = max(slowest, (took, kind)), max(worked, at_work)
        if now > peak:
            peak, largest = now, kind
        if how in ("read whole", "refused"):
            became[kind][how] += 1
        elif how == "in part":
            in_part += 1
        else:
            raised[f"{kind}: {how}"] += 1
        if number % 1000 == 999:
            print(f"{number + 1:,} of {files:,}", flush=True)
    reader.end()
    return {
        "files": files,
        "raised": dict(raised),
        "loaded_in_part": in_part,
        "slowest_s": round(slowest[0], 3),
        "slowest_kind": slowest[1],
        "most_of_the_processor_s": round(worked, 3),
        "peak_mb": round(peak, 1),
        "before_mb": round(before, 1),
        "largest_kind": largest,
        "seconds": round(time.perf_counter() - began, 1),
        "by_kind": {kind: dict(count) for kind, count in became.items()},
    }


class _Reader:
    """A process that reads one return after another, and makes none of them."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_read_each, args=(there,))
        self._process.start()
        self.peak: float = self._here.recv()

    def read(self, path: Path) -> tuple[str, float, float, float]:
        """What became of it, in how many seconds, of them of the processor, and how many megabytes the process has held at most."""
        self._here.send(path)
        told: tuple[str, float, float, float] = self._here.recv()
        return told

    def end(self) -> None:
        self._here.send(None)
        self._process.join()


def _read_each(there: Any) -> None:
    listed = {item.code for item in items(YEAR)}
    there.send(_peak())
    while (path := there.recv()) is not None:
        start, began = time.perf_counter(), time.process_time()
        try:
            found, problems = read_return(path)
            if found is not None:
                within_itself(found), without_method(found)
            whole = (found is None) == bool(problems) and (found is None or {*found.entries} == listed)
            how = "in part" if not whole else "read whole" if found else "refused"
        # what is raised is what is measured
        except Exception as error:
            how = type(error).__name__
        there.send((how, time.perf_counter() - start, time.process_time() - began, _peak()))


def alone(base: Parts, folder: Path, *, files: int, seed: int) -> dict[str, Any]:
    """What became of spoilt spreadsheets that openpyxl read with nothing judged before."""
    rng = random.Random(seed)
    became: Counter[str] = Counter()
    slowest, largest = 0.0, 0.0
    for number in range(files):
        path = _spoilt(base, folder / "spoilt", [*KINDS][number % len(KINDS)], rng, "spreadsheet")
        here, there = multiprocessing.Pipe(duplex=False)
        process = multiprocessing.get_context("fork").Process(target=_alone, args=(path, there))
        start = time.perf_counter()
        process.start()
        there.close()
        process.join(ALONE_SECONDS)
        if process.is_alive():
            process.kill()
            process.join()
        try:
            how, megabytes = here.recv() if here.poll() else ("stopped", 0.0)
        except EOFError:
            how, megabytes = "stopped", 0.0
        became[how] += 1
        slowest, largest = max(slowest, time.perf_counter() - start), max(largest, megabytes)
    return {
        "files": files,
        "became": dict(became),
        "slowest_s": round(slowest, 3),
        "peak_mb": round(largest, 1),
    }


def _alone(path: Path, there: Any) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (ALONE_BYTES, ALONE_BYTES))
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
        for sheet in book.worksheets:
            for _ in sheet.iter_rows(values_only=True):
                pass
        there.send(("read", _peak()))
    except BaseException as error:
        there.send((f"raised {type(error).__name__}", _peak()))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _spoilt(base: Parts, path: Path, kind: str, rng: random.Random, form: str) -> Path:
    """A return, spoilt: a folder, or a spreadsheet."""
    of_folder, of_sheet = KINDS[kind]
    if form == "spreadsheet":
        target = path.with_suffix(".xlsx")
        target.write_bytes(of_sheet(base, rng))
        return target
    good = {name: base[name] for name in ("about.csv", "figures.csv", "methods.csv")}
    if form == "both":
        path = path.with_name("both")
        spoil = rng.choice([of_folder, lambda base, rng: {"return.xlsx": of_sheet(base, rng)}])
        told = good | {"return.xlsx": base["return.xlsx"]} | spoil(base, rng)
    else:
        told = good | of_folder(base, rng)
    path.mkdir(exist_ok=True)
    for name, content in told.items():
        (path / name).write_bytes(content)
    return path


def _parts(base: Parts) -> Parts:
    with zipfile.ZipFile(io.BytesIO(base["return.xlsx"])) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _packed(parts: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


def _figures(base: Parts) -> bytes:
    return _parts(base)[SHEET]


def _with_sheet(base: Parts, content: bytes) -> bytes:
    return _packed(_parts(base) | {SHEET: content})


def _flipped(content: bytes, rng: random.Random) -> bytes:
    told = bytearray(content)
    for _ in range(rng.randint(1, 12)):
        told[rng.randrange(len(told))] ^= 1 << rng.randrange(8)
    return bytes(told)


def _one(base: Parts, rng: random.Random) -> str:
    return rng.choice(["about.csv", "figures.csv", "figures.csv", "methods.csv"])


def _flip_folder(base: Parts, rng: random.Random) -> Parts:
    name = _one(base, rng)
    return {name: _flipped(base[name], rng)}


def _flip_sheet(base: Parts, rng: random.Random) -> bytes:
    if rng.random() < 0.5:
        return _flipped(base["return.xlsx"], rng)
    parts = _parts(base)
    name = rng.choice([*parts])
    return _packed(parts | {name: _flipped(parts[name], rng)})


def _cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content))]


def _truncate_folder(base: Parts, rng: random.Random) -> Parts:
    name = _one(base, rng)
    return {name: _cut(base[name], rng)}


def _truncate_sheet(base: Parts, rng: random.Random) -> bytes:
    if rng.random() < 0.5:
        return _cut(base["return.xlsx"], rng)
    return _with_sheet(base, _cut(_figures(base), rng))


_BOMBS: dict[int, bytes] = {}


def _bomb(size: int) -> bytes:
    """A spreadsheet of some hundred kilobytes that unpacks to so many megabytes."""
    if size not in _BOMBS:
        row = b'<row><c t="inlineStr"><is><t>' + b"x" * 900 + b"</t></is></c></row>"
        main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
        inside = row * (size * 1_000_000 // len(row))
        _BOMBS[size] = b'<worksheet xmlns="' + main + b'"><sheetData>' + inside + b"</sheetData></worksheet>"
    return _BOMBS[size]


def _bomb_folder(base: Parts, rng: random.Random) -> Parts:
    cells = b"," * rng.randint(1_000, 4_000_000)
    return {
        "figures.csv": rng.choice([b"item,value,unable\n" + cells, base["figures.csv"] * 400, b'"' + cells])
    }


def _bomb_sheet(base: Parts, rng: random.Random) -> bytes:
    made = _with_sheet(base, _bomb(rng.choice([15, 19, 40, 120])))
    if rng.random() < 0.3:
        # the directory says that it is small
        at = made.index(b"PK\x01\x02", made.rindex(b"</worksheet>") if b"</worksheet>" in made else 0)
        while made[at + 46 : at + 46 + len(SHEET)] != SHEET.encode():
            at = made.index(b"PK\x01\x02", at + 4)
        return made[: at + 24] + (60).to_bytes(4, "little") + made[at + 28 :]
    return made


def _wrong_folder(base: Parts, rng: random.Random) -> Parts:
    return rng.choice(
        [
            {"figures.csv": base["about.csv"], "about.csv": base["figures.csv"]},
            {"figures.csv": base["methods.csv"]},
            {"methods.csv": base["figures.csv"]},
        ]
    )


def _wrong_sheet(base: Parts, rng: random.Random) -> bytes:
    book = _parts(base)["xl/workbook.xml"]
    old, new = rng.choice(
        [(b'"figures"', b'"Figures 1"'), (b'"about"', b'"figures"'), (b'"methods"', b'"figures"')]
    )
    return _packed(_parts(base) | {"xl/workbook.xml": book.replace(old, new)})


def _shift_folder(base: Parts, rng: random.Random) -> Parts:
    lines = base["figures.csv"].decode().splitlines()
    at = rng.randrange(1, len(lines) - 2)
    rows = [line.rsplit(",", 3) for line in lines]
    shifted = rows[: at + 1] + [[rows[n][0], *rows[n - 1][1:]] for n in range(at + 1, len(rows))]
    told = [",".join(row) for row in shifted]
    if rng.random() < 0.5:
        told.insert(at, "," * rng.randint(0, 12))
    return {"figures.csv": "\n".join(told).encode()}


def _shift_sheet(base: Parts, rng: random.Random) -> bytes:
    by = rng.choice([1, 3, 4_000, 1_048_000, 10**12])
    return _with_sheet(
        base, re.sub(rb' r="([A-Z]*)(\d+)"', lambda m: b' r="%s%d"' % (m[1], int(m[2]) + by), _figures(base))
    )


def _cells(make: Callable[[random.Random], bytes]) -> Callable[[Parts, random.Random], bytes]:
    """Some cells of numbers in the spreadsheet with something else in them."""

    def spoil(base: Parts, rng: random.Random) -> bytes:
        share = rng.choice([0.02, 0.3, 1.0])
        return _with_sheet(
            base,
            re.sub(rb"<v>\d+</v>", lambda m: make(rng) if rng.random() < share else m[0], _figures(base)),
        )

    return spoil


def _values(make: Callable[[random.Random], str]) -> Callable[[Parts, random.Random], Parts]:
    """One value of the table of figures with something else in it."""

    def spoil(base: Parts, rng: random.Random) -> Parts:
        lines = base["figures.csv"].decode().splitlines()
        at = rng.randrange(1, len(lines))
        head, _, unable, note = lines[at].rsplit(",", 3)
        lines[at] = f"{head},{make(rng)},{unable},{note}"
        return {"figures.csv": "\n".join(lines).encode()}

    return spoil


_FORMULAS = ("=1+1", "=SUM(A1:A9)", "=HYPERLINK('x')", "=A1", "@SUM(1)")
_HUGE = ("9" * 400, "1e308", "1e999", "-1e400", "99999999999", "0" * 4000, "1,000,000,000,000")
_NAN = ("NaN", "nan", "inf", "-Infinity", "#N/A", "#DIV/0!", "None", "NULL", "1_000", "²", "٣")


def _encode_folder(base: Parts, rng: random.Random) -> Parts:
    name = _one(base, rng)
    text = base[name].decode() + "Café,€\n" * rng.randint(0, 1)
    return {
        name: text.encode(
            rng.choice(["utf-16", "utf-16-le", "utf-32", "cp1252", "cp037", "utf-7"]), "replace"
        )
    }


def _encode_sheet(base: Parts, rng: random.Random) -> bytes:
    encoding = rng.choice(["utf-16", "utf-32", "cp037", "latin-1"])
    text = _figures(base).decode()
    head = f'<?xml version="1.0" encoding="{rng.choice(["utf-8", "utf-16", encoding, "none-such"])}"?>'
    return _with_sheet(base, (head + text).encode(encoding, "replace"))


def _twice_folder(base: Parts, rng: random.Random) -> Parts:
    head, _, rest = base["figures.csv"].decode().partition("\n")
    names = head.split(",")
    names[rng.randrange(len(names))] = rng.choice(names)
    return {"figures.csv": (",".join(names) + "\n" + rest).encode()}


def _twice_sheet(base: Parts, rng: random.Random) -> bytes:
    old, new = rng.choice([(b"<t>value</t>", b"<t>item</t>"), (b"<t>unable</t>", b"<t>VALUE</t>"), (b"<t>item</t>", b"<t>note</t>")])  # fmt: skip
    return _with_sheet(base, _figures(base).replace(old, new, 1))


def _deep_folder(base: Parts, rng: random.Random) -> Parts:
    return {"figures.csv": b'"' * rng.randint(1, 200_000) + base["figures.csv"]}


def _deep_sheet(base: Parts, rng: random.Random) -> bytes:
    deep = rng.choice([50, 5_000, 400_000])
    inside = b"<c>" * deep + b"</c>" * deep
    if rng.random() < 0.3:
        entity = b'<!DOCTYPE a [<!ENTITY b "' + b"b" * 999 + b'"><!ENTITY c "' + b"&b;" * 999 + b'">]>'
        return _with_sheet(base, entity + _figures(base).replace(b"<t>", b"<t>&c;", 1))
    name = rng.choice([SHEET, "xl/styles.xml", "xl/workbook.xml", "[Content_Types].xml"])
    told = _parts(base)[name]
    return _packed(_parts(base) | {name: told[: told.rfind(b"</")] + inside + told[told.rfind(b"</") :]})


def _renamed_folder(base: Parts, rng: random.Random) -> Parts:
    return {
        _one(base, rng): rng.choice([base["return.xlsx"], b"%PDF-1.7\n%\xe2\xe3", b"\xd0\xcf\x11\xe0" * 100])
    }


def _renamed_sheet(base: Parts, rng: random.Random) -> bytes:
    return rng.choice(
        [base["figures.csv"], b"%PDF-1.7\n", b"\xd0\xcf\x11\xe0" * 100, b"", _packed({"a.txt": b"a"})]
    )


type Spoilers = tuple[Callable[[Parts, random.Random], Parts], Callable[[Parts, random.Random], bytes]]
KINDS: dict[str, Spoilers] = {
    "bytes flipped": (_flip_folder, _flip_sheet),
    "truncated": (_truncate_folder, _truncate_sheet),
    "bombs": (_bomb_folder, _bomb_sheet),
    "wrong sheets": (_wrong_folder, _wrong_sheet),
    "shifted rows": (_shift_folder, _shift_sheet),
    "formulas": (
        _values(lambda rng: rng.choice(_FORMULAS)),
        _cells(lambda rng: f"<f>{rng.choice(_FORMULAS)[1:]}</f>".encode() + rng.choice([b"", b"<v>7</v>"])),
    ),
    "huge numbers": (
        _values(lambda rng: f'"{rng.choice(_HUGE)}"'),
        _cells(lambda rng: f"<v>{rng.choice(_HUGE)}</v>".encode()),
    ),
    "no numbers": (
        _values(lambda rng: rng.choice(_NAN)),
        _cells(lambda rng: f"<v>{rng.choice(_NAN)}</v>".encode()),
    ),
    "wrong encodings": (_encode_folder, _encode_sheet),
    "headings twice": (_twice_folder, _twice_sheet),
    "deep": (_deep_folder, _deep_sheet),
    "renamed": (_renamed_folder, _renamed_sheet),
}


if __name__ == "__main__":
    main()
