"""Twins, shared telephones, refuges, aliases and lies: what is read of each, and which fields speak for and against."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from throughline.linkage.explaining import explain, steps
from throughline.linkage.features import Features, features, pack
from throughline.linkage.keys import probe_keys, record_keys
from throughline.linkage.layout import FIELDS, Column, Layout, describe
from throughline.linkage.model import load_model
from throughline.linkage.scoring import Ranked, rank

TODAY = date(2026, 11, 23)
SECRET = b"a secret of the tests"
MODEL = load_model("live")
AS_NAMED = Layout({field: Column(field) for field in FIELDS})
TABLE = yaml.safe_load((Path(__file__).parent / "hard_cases.yaml").read_text(encoding="utf-8"))
CASES = [
    pytest.param(case, id=f"{group}: {case['case']}") for group, cases in TABLE.items() for case in cases
]
# bits within which two fit about equally
EQUALLY = 2.0


def features_of(row: dict[str, Any]) -> Features:
    said = {field: str(value) for field, value in row.items() if field != "also"}
    known = describe(said, AS_NAMED, on=TODAY)
    further = [describe({**name}, AS_NAMED, on=TODAY).names for name in row.get("also", [])]
    return features(replace(known, names=(*known.names, *(name for names in further for name in names))))


def found(case: dict[str, Any]) -> list[Ranked[int]]:
    """Who is shown, the likeliest first: those who share a key with what is heard."""
    heard = features_of(case["heard"])
    records = {rid: features_of(row) for rid, row in case["records"].items()}
    probed = probe_keys(heard, SECRET)
    met = [(rid, pack(one)) for rid, one in records.items() if probed & record_keys(one, SECRET)]
    return rank(heard, met, MODEL)


def reading_of(ranked: list[Ranked[int]]) -> tuple[str, list[int]]:
    """What is read of a ranking, and of whom."""
    if not ranked:
        return "none", []
    first = ranked[0]
    if first.probability >= MODEL.accept:
        return "probable", [first.rid]
    near = [one.rid for one in ranked if one.certainty > first.certainty - EQUALLY]
    return ("open" if len(near) > 1 else "possible"), near


@pytest.mark.parametrize("case", CASES)
def test_what_is_read_of_it(case: dict[str, Any]) -> None:
    reading, who = reading_of(found(case))
    assert (reading, sorted(who)) == (case["reading"], case["who"])


@pytest.mark.parametrize("case", CASES)
def test_which_fields_speak_for_and_against(case: dict[str, Any]) -> None:
    heard = features_of(case["heard"])
    for rid, row in case["records"].items():
        told = steps(explain(heard, features_of(row), MODEL))
        speaks = {step.reason.words: step.reason.weight for step in told}
        for words in case.get("for", {}).get(rid, []):
            assert speaks.get(words, 0) >= 0.5, (rid, words, speaks)
        for words in case.get("against", {}).get(rid, []):
            assert speaks.get(words, 0) <= -0.5, (rid, words, speaks)


def test_every_kind_and_every_reading_is_in_the_table() -> None:
    assert len(TABLE) == 10
    assert {case["reading"] for cases in TABLE.values() for case in cases} == {
        "probable",
        "possible",
        "open",
        "none",
    }


@pytest.mark.parametrize("case", CASES)
def test_the_order_of_the_records_changes_nothing(case: dict[str, Any]) -> None:
    turned = {**case, "records": dict(reversed(case["records"].items()))}
    assert [one.rid for one in found(turned)] == [one.rid for one in found(case)]
