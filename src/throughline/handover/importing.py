"""Record exports of other software, made into the tables of handover.

A row lands, or is refused with the column and the reason; what is not needed and cannot be read is left out of a row that
lands. Nobody's reference goes out: each becomes a pseudonym under the force's own key, the same in every import. No cell is
repeated in what was refused, for it may be a name in the wrong column.
"""

import csv
import hmac
import json
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

import duckdb

from throughline.handover.exports import check_columns, rows_of
from throughline.handover.mapping import (
    ELSE,
    EXCEL,
    KINDS,
    SAYS_NOTHING,
    File,
    Map,
    MapError,
    Source,
    Type,
    numbered,
    same,
)
from throughline.handover.reading import ABOUT
from throughline.handover.shapes import SHAPES, VERSION

REJECTS: Final = "rejects.csv"
_KEY: Final = 32
_LONDON: Final = ZoneInfo("Europe/London")
_YEARS: Final = range(1900, 2100)
_EXCEL_BEGINS: Final = datetime(1899, 12, 30)  # noqa: DTZ001 (London's, as all dates without a zone)
_EVERY: Final = 100_000
_OLDEST: Final = 120
#: Of kinds that stand in the rows of others the field that names one of them.
_ONCE: Final = {"incidents": "id", "crimes": "id", "custody": "id", "calls": "id", "outcomes": "crime"}
_SHAPES: Final = {shape.name: shape for shape in SHAPES}


class _LeftOut(Exception):
    """The map leaves this row out on purpose."""


class _Again(Exception):
    """The row tells once more what an earlier row told, as where there is a row for each person."""


class _Refused(Exception):
    def __init__(self, column: str, reason: str) -> None:
        self.column, self.reason = column, reason


@dataclass(slots=True)
class Landed:
    """What became of the rows of one kind of file."""

    rows: int = 0
    landed: int = 0
    again: int = 0
    left_out: int = 0
    refused: int = 0


def read_key(path: Path) -> bytes:
    """The force's key for pseudonyms; it is made, for its owner's eyes alone, where there is none. Raises MapError."""
    try:
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(secrets.token_hex(_KEY) + "\n", "ascii")
        key = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError):
        raise MapError(f"{path.name}: is no key that can be read") from None
    if len(key) < _KEY:
        raise MapError(f"{path.name}: is shorter than a key of {_KEY} bytes")
    return key


def import_records(
    told: Map,
    sources: Iterable[Path],
    out: Path,
    *,
    key: bytes,
    as_csv: bool = False,
    say: Callable[[str], None] = lambda _said: None,
) -> dict[str, Landed]:
    """Make the tables of handover in a folder, with `rejects.csv` and the version; how many rows of each kind landed.

    Nothing is written where a file or a column of the map is not there. Raises MapError, or FileExistsError where the
    folder holds anything.
    """
    paths = _by_pattern(told, [*sources])
    for file in told.files:
        for path in paths[file.pattern]:
            check_columns(path, file, told)
    if out.exists() and any(out.iterdir()):
        raise FileExistsError(f"{out.name} is not empty")
    out.parent.mkdir(parents=True, exist_ok=True)
    # beside its place, so that it moves there whole
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=".handover-") as folder:
        making = Path(folder) / "made"
        making.mkdir()
        landing = _Landing(told, key, making)
        counts = landing.land(paths, say)
        if not as_csv:
            _to_parquet(making, landing.written)
        about = {
            "version": VERSION,
            "all_crimes": told.all_crimes,
            "tables": landing.written,
            "rows": sum(count.rows for count in counts.values()),
            "landed": sum(count.landed for count in counts.values()),
            "again": sum(count.again for count in counts.values()),
            "left_out": sum(count.left_out for count in counts.values()),
            "refused": sum(count.refused for count in counts.values()),
        }
        (making / ABOUT).write_text(json.dumps(about, indent=1) + "\n", "utf-8")
        if out.exists():
            out.rmdir()
        shutil.move(making, out)
    return counts


def _by_pattern(told: Map, sources: list[Path]) -> dict[str, list[Path]]:
    """The files that each name of the map stands for: one of several kinds, where all give it by the same name."""
    found: dict[str, list[Path]] = {file.pattern: [] for file in told.files}
    for path in sources:
        named = [file for file in told.files if fnmatchcase(path.name, file.pattern)]
        if len({file.pattern for file in named}) != 1:
            kinds = " and ".join(dict.fromkeys(file.kind for file in named))
            if not named:
                names = ", ".join(dict.fromkeys(file.pattern for file in told.files))
                raise MapError(f"{path.name}: no kind of the map names it; it names {names}")
            raise MapError(f"{path.name}: is what {kinds} of the map name")
        if not path.is_file():
            raise MapError(f"{path.name}: is not there or cannot be opened")
        found[named[0].pattern].append(path)
    for file in told.files:
        if not found[file.pattern]:
            raise MapError(f"{file.kind}: the map names {file.pattern}, and no such file was given")
    return found


@dataclass(slots=True)
class _Incident:
    id: str
    at: datetime
    domestic: bool
    crime: bool = False
    victims: dict[str, str | None] = field(default_factory=dict)
    suspects: dict[str, str | None] = field(default_factory=dict)


class _Landing:
    """The rows of an export on their way into the tables: what later files refer to is held, by the source's reference."""

    def __init__(self, told: Map, key: bytes, folder: Path) -> None:
        self.told, self.key, self.folder = told, key, folder
        self.incidents: dict[str, _Incident] = {}
        # of a crime: its incident's reference, and its own pseudonym
        self.crimes: dict[str, tuple[str, str]] = {}
        self.people: dict[str, dict[str, tuple[datetime, Any]]] = {}
        self.parts: set[tuple[str, str, str]] = set()
        self.arrests: set[str] = set()
        self.outcomes: dict[str, list[tuple[datetime, int, str]]] = {}
        self.calls: set[str] = set()
        # of shared rows what each told of a crime, an arrest …, by kind and reference
        self.told_once: dict[tuple[str, str], dict[str, Any]] = {}
        # of the row that is landing the fields whose values are left out, and why
        self.lost: list[tuple[str, str]] = []
        self.two_digits = any("%y" in each for each in told.dates)
        self.written: dict[str, int] = {}

    def land(self, paths: dict[str, list[Path]], say: Callable[[str], None]) -> dict[str, Landed]:
        counts = {file.kind: Landed() for file in self.told.files}
        with ExitStack() as opened:
            self.opened = opened
            self.writers: dict[str, Any] = {}
            rejects = csv.writer(opened.enter_context(self._open(REJECTS)))
            rejects.writerow(["file", "row", "column", "reason", "landed"])
            for file in self.told.files:
                count = counts[file.kind]
                for path in paths[file.pattern]:
                    before = count.landed, count.rows
                    for number, cells in rows_of(path, file, self.told):
                        count.rows += 1
                        if count.rows % _EVERY == 0:
                            say(f"{path.name}: {count.rows:,} rows")
                        self._row(file, path.name, number, cells, count, rejects)
                    landed, rows = count.landed - before[0], count.rows - before[1]
                    say(f"{path.name}: {landed:,} of {rows:,} landed as {file.kind}")
            self._finish()
        return counts

    def _row(
        self, file: File, name: str, number: int, cells: dict[str, str] | str, count: Landed, rejects: Any
    ) -> None:
        self.lost = []
        try:
            if isinstance(cells, str):
                raise _Refused("", cells)
            row = self._read(file, cells)
            if file.shared:
                self._told_again(file.kind, row)
            getattr(self, f"_land_{file.kind}")(row)
            if file.shared and file.kind in _ONCE:
                self.told_once[file.kind, row[_ONCE[file.kind]]] = row
        except _LeftOut:
            count.left_out += 1
            return
        except _Again:
            count.again += 1
            return
        except _Refused as refused:
            count.refused += 1
            source = file.sources.get(refused.column)
            rejects.writerow(
                [name, number, source.column if source else refused.column, refused.reason, "no"]
            )
            return
        count.landed += 1
        for field_name, reason in self.lost:
            column = file.sources[field_name].column
            rejects.writerow([name, number, column, f"{reason}; it is left out", "yes"])

    def _told_again(self, kind: str, row: dict[str, Any]) -> None:
        """Raises _Again where an earlier row of shared rows told the same, and _Refused where it told the same thing otherwise."""
        earlier = self.told_once.get((kind, row[_ONCE[kind]])) if kind in _ONCE else None
        if earlier == row:
            raise _Again
        if earlier is not None and kind != "outcomes":
            other = next(name for name in row if row[name] != earlier[name])
            raise _Refused(other, "differs from what an earlier row says of the same")

    def _read(self, file: File, cells: dict[str, str]) -> dict[str, Any]:
        """A row by our fields. Raises _Refused or _LeftOut; what is not needed and cannot be read is added to ``self.lost``."""
        row: dict[str, Any] = dict.fromkeys(KINDS[file.kind])
        refused: _Refused | None = None
        for name, source in file.sources.items():
            told = cells[source.column] if source.column else ""
            try:
                row[name] = self._value(source, told)
            except ValueError as wrong:
                if source.field.needed:
                    refused = refused or _Refused(name, str(wrong))
                else:
                    self.lost.append((name, str(wrong)))
                continue
            if source.field.needed and row[name] is None:
                if not told and (
                    (file.several and name == "person")
                    or (
                        file.shared
                        and name == _ONCE.get(file.kind)
                        and not any(cells[one] for one in file.own)
                    )
                ):
                    # nobody, or nothing of this kind, is told of in this row
                    raise _LeftOut
                if told and source.field.type in (Type.CODE, Type.FLAG):
                    raise _LeftOut
                refused = refused or _Refused(name, "is empty")
        # only now: what the map leaves out on purpose is left out whatever else is wrong with it
        if refused:
            raise refused
        return row

    def _value(self, source: Source, told: str) -> Any:
        """A cell as what its field is, None where it is empty. Raises ValueError, which says why and never what it is."""
        if not source.column:
            return source.always
        if source.codes is not None:
            code = same(told)
            if code in source.codes:
                return source.codes[code]
            if not told:
                return None
            if source.field.numbered and (outcome := numbered(told, plainly=not source.told)):
                return outcome
            if not source.told and not source.field.needed and code in SAYS_NOTHING:
                return None
            if ELSE in source.codes:
                return source.codes[ELSE]
            raise ValueError("is no code that the map knows")
        if not told:
            return None
        match source.field.type:
            case Type.AT:
                return self._at(told)
            case Type.DAY:
                return self._at(told).astimezone(_LONDON).date()
            case Type.COUNT:
                told = told.removesuffix(".0")  # as a spreadsheet writes a whole number
                if not told.isascii() or not told.isdigit() or len(told) > 9:
                    raise ValueError("is no whole number")
                return int(told)
        if len(told) > 200:
            raise ValueError("is longer than a reference is")
        return told

    def _at(self, told: str) -> datetime:
        for each in self.told.dates:
            try:
                if each == EXCEL:
                    found = _EXCEL_BEGINS + timedelta(minutes=round(float(told) * 1440))
                else:
                    found = datetime.strptime(told, each)  # noqa: DTZ007 (London's, where it names no zone)
                # the first and the last years of a calendar have no instant in every zone
                if found.year in _YEARS:
                    return found.replace(tzinfo=found.tzinfo or _LONDON).astimezone(UTC)
            except (ValueError, OverflowError):
                continue
        raise ValueError("is no date in a format of the map")

    def _id(self, kind: str, reference: str) -> str:
        digest = hmac.digest(self.key, f"{kind}\x00{reference}".encode(), "sha256")
        return str(UUID(bytes=digest[:16], version=4))

    def _incident(self, row: dict[str, Any]) -> _Incident:
        """The incident that a row names, or that of the crime that it names."""
        if row["incident"] is not None:
            if (found := self.incidents.get(row["incident"])) is None:
                raise _Refused("incident", "names an incident that did not land")
            return found
        if row.get("crime") is None:
            raise _Refused("incident", "names no incident")
        if (crime := self.crimes.get(row["crime"])) is None:
            raise _Refused("crime", "names a crime that did not land")
        return self.incidents[crime[0]]

    def _land_incidents(self, row: dict[str, Any]) -> None:
        if row["id"] in self.incidents:
            raise _Refused("id", "stands in an earlier row as well")
        made = _Incident(self._id("incident", row["id"]), row["at"], row["domestic"])
        self.incidents[row["id"]] = made
        told = {"incident": made.id, "domestic": made.domestic, "joined": False, "closed_at": row["closed"]}
        self._write("handover_incident", at=made.at, **told)

    def _land_crimes(self, row: dict[str, Any]) -> None:
        if row["id"] in self.crimes:
            raise _Refused("id", "stands in an earlier row as well")
        incident = self._incident(row)
        crime = self._id("crime", row["id"])
        self.crimes[row["id"]] = row["incident"], crime
        domestic = incident.domestic if row["domestic"] is None else row["domestic"]
        incident.crime = True
        told = {"crime": crime, "incident": incident.id, "offence": row["offence"], "domestic": domestic}
        self._write("handover_crime", recorded_at=row["at"], day=_day(row["at"]), **told)

    def _land_people(self, row: dict[str, Any]) -> None:
        incident = self._incident(row)
        person = self._id("person", row["person"])
        if (incident.id, person, row["part"]) in self.parts:
            raise _Refused("person", "stands in this part of the incident in an earlier row as well")
        self.parts.add((incident.id, person, row["part"]))
        said = self.people.setdefault(person, {})
        for name in ("sex", "ethnicity", "disabled", "orientation", "gender_differs"):
            if row[name] is not None and (name not in said or said[name][0] <= incident.at):
                said[name] = incident.at, row[name]
        age, of = row["age"], "age"
        if row["born"] is not None:
            age, of = _years(row["born"], _day(incident.at)), "born"
            if age < 0 and self.two_digits:
                # of 42 a calendar makes 2042, and nobody is born after what happened to them
                age += 100
        if age is not None and not 0 <= age <= _OLDEST:
            self.lost.append((of, "makes nobody's age on the day of the incident"))
            age = None
        self._write(
            "handover_involvement",
            incident=incident.id,
            at=incident.at,
            domestic=incident.domestic,
            crime=incident.crime,
            person=person,
            part=row["part"],
            confirmed=True,
            age=age,
        )
        if row["part"] in ("victim", "suspect"):
            held = incident.victims if row["part"] == "victim" else incident.suspects
            held[person] = row["relationship"]

    def _land_custody(self, row: dict[str, Any]) -> None:
        if row["id"] in self.arrests:
            raise _Refused("id", "stands in an earlier row as well")
        incident = self._incident(row)
        self.arrests.add(row["id"])
        self._write(
            "handover_action",
            action=self._id("custody", row["id"]),
            incident=incident.id,
            at=incident.at,
            domestic=incident.domestic,
            person=self._id("person", row["person"]),
            done=row["done"],
            decided_at=row["at"],
            # each time that somebody was arrested is an occasion of its own
            stands=True,
        )

    def _land_outcomes(self, row: dict[str, Any]) -> None:
        if (crime := self.crimes.get(row["crime"])) is None:
            raise _Refused("crime", "names a crime that did not land")
        given = self.outcomes.setdefault(crime[1], [])
        given.append((row["at"], len(given), row["code"]))

    def _land_calls(self, row: dict[str, Any]) -> None:
        if row["id"] in self.calls:
            raise _Refused("id", "stands in an earlier row as well")
        incident = self._incident(row) if row["incident"] is not None else None
        self.calls.add(row["id"])
        domestic = incident.domestic if incident and row["domestic"] is None else row["domestic"]
        self._write(
            "handover_call",
            call=self._id("call", row["id"]),
            at=row["at"],
            channel=row["channel"],
            domestic=domestic,
            incident=incident.id if incident else None,
        )

    def _finish(self) -> None:
        """Write what is known only once every row was read: outcomes that stand, who people are, and the pairs."""
        for crime, given in self.outcomes.items():
            last = max(given)
            for one in sorted(given):
                decided_at, nth, code = one
                outcome = self._id("outcome", f"{crime} {nth}")
                told = {"outcome": outcome, "crime": crime, "code": code, "stands": one == last}
                self._write("handover_outcome", decided_at=decided_at, day=_day(decided_at), **told)
        for person, said in self.people.items():
            self._write(
                "handover_person", person=person, **{name: value for name, (_, value) in said.items()}
            )
        pairs: dict[str, dict[str, Any]] = {}
        for incident in self.incidents.values():
            for case, pair in self._pairs(incident):
                self._write("handover_case_incident", case=case, incident=incident.id)
                first = pairs.setdefault(case, pair)
                if pair["at"] < first["at"]:
                    first["at"] = pair["at"]
                first["relationship"] = first["relationship"] or pair["relationship"]
        for case, pair in pairs.items():
            self._write("handover_case", case=case, **pair)

    def _pairs(self, incident: _Incident) -> Iterator[tuple[str, dict[str, Any]]]:
        for victim, hers in incident.victims.items():
            for suspect, his in incident.suspects.items():
                if victim != suspect:
                    pair = {
                        "victim": victim,
                        "suspect": suspect,
                        "relationship": hers or his,
                        "at": incident.at,
                    }
                    yield self._id("case", f"{victim} {suspect}"), pair

    def _open(self, name: str) -> Any:
        return (self.folder / name).open("w", encoding="utf-8", newline="")

    def _write(self, name: str, **told: Any) -> None:
        columns = _SHAPES[name].columns
        if name not in self.writers:
            self.writers[name] = csv.writer(self.opened.enter_context(self._open(f"{name}.csv")))
            self.writers[name].writerow(columns)
            self.written[name] = 0
        if "day" in columns and "day" not in told:
            told["day"] = _day(told["at"])
        self.writers[name].writerow([_cell(told.get(column)) for column in columns])
        self.written[name] += 1


def _day(at: datetime) -> date:
    return at.astimezone(_LONDON).date()


def _years(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _cell(told: Any) -> Any:
    match told:
        case bool():
            return "true" if told else "false"
        case date():
            return told.isoformat()
    return told


def _to_parquet(folder: Path, tables: Iterable[str]) -> None:
    with duckdb.connect() as engine:
        for name in tables:
            engine.execute(_SHAPES[name].empty_on("duckdb"))
            given, made = folder / f"{name}.csv", folder / f"{name}.parquet"
            engine.execute(
                f'insert into "{name}" select * from read_csv(?, header=true, all_varchar=true)',  # noqa: S608 (our own)
                [str(given)],
            )
            engine.table(name).write_parquet(str(made), compression="zstd")
            engine.execute(f'drop table "{name}"')
            given.unlink()
