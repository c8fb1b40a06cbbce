"""``throughline linkage replay``: somebody's calls played against somebody's index, by three ways of finding."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from throughline.linkage.files import header_of
from throughline.linkage.known import fitted, read_known, usable
from throughline.linkage.layout import Layout, read_maps
from throughline.linkage.learning import calibrated
from throughline.linkage.model import Model, live_model
from throughline.linkage.replay import (
    Engine,
    ExactPhoneOrAddress,
    Measured,
    expected_thresholds,
    in_order,
    measure,
    play,
    read_calls,
)
from throughline.running.trigrams import trigrams

Say = Callable[[str], None]
LEAST_CALLS = 200
"""How many calls pg_trgm is asked at the least, however long it takes."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """What was measured: sizes, and each way by its name; and the model that answered."""

    known: int
    calls: int
    ways: dict[str, Measured]
    model: Model

    def as_dict(self) -> dict[str, Any]:
        """The figures, as ``--json`` prints them."""
        figures = {name: way.figures for name, way in self.ways.items()}
        return {"known": self.known, "calls": self.calls, **figures}

    def details(self) -> dict[str, Any]:
        """By which certainty each figure was read off, what precision was reached there, and of how many calls.

        ``best`` has the recall at the lowest certainty that reaches the precision in these very calls.
        """
        return {
            name: {
                "calls_measured": way.calls,
                "certainty": way.thresholds,
                "precision": way.precisions,
                "best": way.best,
            }
            for name, way in self.ways.items()
        }


def replay(
    known_path: Path,
    calls_path: Path,
    truth: str,
    map_path: Path,
    *,
    on: date,
    seed: int,
    calibrate: bool,
    processes: int,
    trigram_seconds: float,
    model_path: Path | None,
    say: Say,
) -> Replayed:
    """Play the calls. Raises FileError, LayoutError, ModelError, ClusterError.

    Without a model's file the model is fitted to the known first, as `linkage train` does it. To calibrate, one half
    of the calls then teaches it and sets its thresholds; figures are of the other.

    pg_trgm is slow among many: it is asked the first of the shuffled calls for ``trigram_seconds``.
    """
    known_layout, calls_layout = read_maps(map_path)
    marks = _marks(known_path, known_layout, truth, say)
    known_layout = usable(known_path, known_layout, marks, "known", say)
    calls_layout = usable(calls_path, calls_layout, truth, "calls", say)
    with tempfile.TemporaryDirectory(prefix="throughline-replay-") as folder:
        texts = Path(folder, "texts")
        with texts.open("w", encoding="utf-8") as file:
            known = read_known(
                known_path, known_layout, marks, on=on, processes=processes, texts=file, say=say
            )
        known = known.mapped(Path(folder, "snapshot"))
        calls = in_order(read_calls(calls_path, calls_layout, truth, known, on=on, say=say), seed)
        if calibrate and len(calls) < 2:
            say("one call has no half to set thresholds by: those of the model are taken")
            calibrate = False
        if model_path is None:
            model = fitted(live_model(len(known)), known, seed)
        else:
            model = live_model(len(known), str(model_path))
        if calibrate:
            model = calibrated(model, known, calls[0::2], seed, say)
        ways = {}
        say("recognition:")
        measured = calls[1::2] if calibrate else calls
        played = play(Engine(known, model), measured, known.person, say=say)
        by_calls = calibrate or "calls" in model.trained
        ways["engine"] = measure(
            played, halves=False, thresholds=model.certain if by_calls else expected_thresholds(played)
        )
        exact = play(ExactPhoneOrAddress(known), calls, known.person, say=say)
        ways["exact_phone_or_address"] = measure(exact, halves=calibrate)
        say("pg_trgm: a server is started and filled")
        with trigrams(texts) as names:
            played = play(names, calls, known.person, say=say, seconds=trigram_seconds, at_least=LEAST_CALLS)
        if len(played) < len(calls):
            say(f"pg_trgm was asked {len(played):,} of the calls, for it takes longer")
        ways["pg_trgm"] = measure(played, halves=calibrate)
    return Replayed(len(known), len(calls), ways, model)


def _marks(path: Path, layout: Layout, truth: str, say: Say) -> str:
    """The column of the known that says whose a record is: the truth's, or where they have none the one of their id."""
    header, own = header_of(path), layout.columns.get("id")
    if truth in header or own is None or own.name not in header:
        return truth
    say(f"the known have no column '{truth}': whose a record is, '{own.name}' says, their id")
    return own.name
