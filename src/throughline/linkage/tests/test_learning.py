"""Checked calls teach the model how callers of one force err; too few teach nothing."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from throughline.linkage.columns import Columns, ColumnsBuilder
from throughline.linkage.description import Description, Name
from throughline.linkage.features import Features, features, pack
from throughline.linkage.keys import record_keys
from throughline.linkage.known import _SECRET, Known, _key_table
from throughline.linkage.learning import _look, _slope, calibrated
from throughline.linkage.model import live_model, read_model, write_model
from throughline.linkage.replay import Call, Engine
from throughline.linkage.snapshot import Snapshot

FIRST = "Alan Brenda Colin Doreen Edwin Frances Gerald Hilda Ivor Joan".split()
LAST = "Ashby Barlow Cottam Dunning Elsworth Farrow Gresham Hartley Ingram Jessop".split()


def person(number: int) -> Description:
    name = Name(FIRST[number % 10], "", LAST[number // 10 % 10])
    return Description(names=(name,), born=date(1950 + number % 37, 1 + number % 12, 1 + number % 28))


def known_of(descriptions: list[Description]) -> Known:
    builder, keys, counts = ColumnsBuilder(), [], []
    for one in descriptions:
        row: Features = features(one)
        builder.add(pack(row))
        found = record_keys(row, _SECRET)
        keys.extend(found)
        counts.append(len(found))
    from array import array

    table = _key_table(array("q", keys), array("i", counts))
    nothing = _key_table(array("q"), array("i", [0] * len(counts)))
    numbers = {str(number): number for number in range(len(counts))}
    return Known(
        Snapshot(Columns(builder.done()), table, _SECRET),
        nothing,
        np.arange(len(counts), dtype=np.int32),
        numbers,
        {},
    )


@pytest.fixture(scope="module")
def known() -> Known:
    return known_of([person(number) for number in range(400)])


def calls(wrong_year: bool) -> list[Call]:
    """Everybody is asked about once; every second birth date of these callers is a year out."""
    heard = []
    for number in range(400):
        one = person(number)
        if wrong_year and number % 2 and one.born:
            one = Description(names=one.names, born=one.born.replace(year=one.born.year - 1))
        heard.append(Call(one, number))
    return heard


def test_what_callers_get_wrong_comes_to_speak_less_against_the_person(known: Known) -> None:
    model = live_model(len(known))
    taught = calibrated(model, known, calls(wrong_year=True), 1, lambda _: None)
    trusted = calibrated(model, known, calls(wrong_year=False), 1, lambda _: None)

    assert taught.fields["born"]["slip"].same > model.fields["born"]["slip"].same
    assert taught.fields["born"]["slip"].same > 1.3 * trusted.fields["born"]["slip"].same
    # what no call shows is as it was
    assert taught.fields["phone"]["same"].same == pytest.approx(model.fields["phone"]["same"].same)
    assert taught.trained["calls"] == 400
    assert taught.version != trusted.version


def test_calls_about_nobody_who_is_known_make_everybody_less_likely(known: Known) -> None:
    model = live_model(len(known))
    strangers = [
        Call(Description(names=(Name(FIRST[n % 10], "", LAST[n // 10 % 10]),)), -1) for n in range(600)
    ]
    mixed = [call for pair in zip(calls(wrong_year=False), strangers, strict=False) for call in pair]
    taught = calibrated(model, known, mixed, 1, lambda _: None)

    assert taught.unknown > 1.0
    assert taught.start < model.start


def test_too_few_calls_set_thresholds_and_teach_nothing(known: Known) -> None:
    model = live_model(len(known))
    said: list[str] = []
    taught = calibrated(model, known, calls(wrong_year=True)[:150], 1, said.append)

    assert taught.fields == model.fields
    assert set(taught.certain) == set(model.certain)
    assert "teach nothing" in said[0]


def test_the_slope_is_that_of_the_likelihood(known: Known) -> None:
    model = live_model(len(known))
    seen = _look(model, known, calls(wrong_year=True)[:60])
    levels = sum(map(len, model.fields.values()))
    at = np.random.default_rng(5).normal(0, 0.3, 2 * levels + 2)
    told, slope = _slope(seen, model, at, levels)
    shown = [place for place in np.argsort(-np.abs(slope))[:12].tolist() if abs(slope[place]) > 1e-6]
    assert shown
    for place in shown:
        beside = at.copy()
        beside[place] += 1e-4
        more, _ = _slope(seen, model, beside, levels)
        assert (more - told) / 1e-4 == pytest.approx(slope[place], rel=1e-2, abs=1e-4)


def test_a_taught_model_is_the_same_out_of_its_file(known: Known, tmp_path) -> None:
    taught = calibrated(live_model(len(known)), known, calls(wrong_year=True), 1, lambda _: None)
    write_model(taught, tmp_path / "model.yaml")
    read = read_model(str(tmp_path / "model.yaml"))

    assert read.fields == taught.fields
    assert (read.unknown, read.household, dict(read.certain)) == (
        taught.unknown,
        taught.household,
        dict(taught.certain),
    )


def test_two_records_of_one_person_do_not_share_its_certainty() -> None:
    once = known_of([person(number) for number in range(400)])
    twice = known_of([person(number) for number in (*range(400), 7)])
    joined = replace(twice, person=np.append(once.person, once.person[7]))
    model = live_model(400)
    alone, shared, pooled = (Engine(known, model).answer(person(7)) for known in (once, twice, joined))

    assert alone.first == shared.first == pooled.first == 7
    assert shared.certainty < 0.1 < pooled.certainty
    assert pooled.certainty == pytest.approx(alone.certainty)
    assert once.joined is None
    assert list(pooled.candidates) == list(shared.candidates)


def test_who_has_two_records_teaches_as_one(known: Known) -> None:
    heard = calls(wrong_year=True)
    twice = known_of([person(number % 400) for number in range(800)])
    twice = replace(twice, person=np.tile(known.person, 2))
    taught, taught_twice = (
        calibrated(live_model(400), one, heard, 1, lambda _: None) for one in (known, twice)
    )

    for level in ("same", "slip"):
        assert taught_twice.fields["born"][level].same == pytest.approx(
            taught.fields["born"][level].same, rel=0.05
        )
