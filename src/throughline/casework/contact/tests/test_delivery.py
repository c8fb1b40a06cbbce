"""What another system may say of a call: pure rules, whatever it sends."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.casework.contact.rules.delivery import FIELDS, read_delivery
from throughline.casework.people.rules import Malformed

NOW = datetime(2026, 11, 3, 2, 14, 5, tzinfo=UTC)


def read(**told):
    return read_delivery(json.dumps({"id": "1", **told}).encode(), now=NOW)


def test_a_whole_line():
    told = read(
        id=7,
        number="07700 900123",
        latitude="51.5",
        longitude=-0.1,
        within_metres=300.4,
        channel="999",
        at="2026-11-03T02:14:00+00:00",
        line="silent",
        place=" 14  Alma Road\n",
    )
    assert (told.ref, told.latitude, told.within_metres, told.place) == ("7", 51.5, 300, "14 Alma Road")
    assert told.at == NOW - timedelta(seconds=5)
    assert told.faults == ()


@pytest.mark.parametrize(
    ("told", "field"),
    [
        ({"latitude": "north", "longitude": 1}, "latitude"),
        ({"latitude": 51.5}, "longitude"),
        ({"latitude": 1e400, "longitude": 1}, "latitude"),
        ({"within_metres": "far"}, "within_metres"),
        ({"at": "yesterday"}, "at"),
        ({"at": "2026-11-03T02:14:00"}, "at"),
        ({"at": 7}, "at"),
        ({"number": ["07700"]}, "number"),
        ({"place": "x" * 501}, "place"),
        ({"place": "\ud800"}, "place"),
        ({"mood": "bad"}, "mood"),
    ],
)
def test_a_minor_field_loses_no_call(told, field):
    kept = read(**told)
    assert kept.ref == "1"
    assert field in {fault.field for fault in kept.faults}


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b'{"id": "1", "number": "0770', "line"),
        (b"[1]", "line"),
        (b"\xff\xfe", "line"),
        (b"[" * 60_000, "line"),
        (b'"' + b"x" * 70_000 + b'"', "line"),
        (b'{"number": "07700 900123"}', "id"),
        (b'{"id": true}', "id"),
        (b'{"id": "\\u0000"}', "id"),
    ],
)
def test_what_cannot_be_kept_names_its_field_and_not_what_it_said(raw, field):
    with pytest.raises(Malformed) as wrong:
        read_delivery(raw, now=NOW)
    assert wrong.value.field == field
    assert "0770" not in str(wrong.value)


def test_a_clock_that_runs_ahead_hides_no_waiting():
    assert read(at="2031-01-01T00:00:00+00:00").at == NOW


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(raw):
    fields = set()
    try:
        read_delivery(raw, now=NOW)
    except Malformed as wrong:
        fields.add(wrong.field)
    assert fields <= {"line", "id"}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@given(st.dictionaries(st.sampled_from(FIELDS), _JSON))
def test_any_values_of_our_fields_lose_no_call_that_has_an_id(told):
    kept = read_delivery(json.dumps({**told, "id": "1"}).encode(), now=NOW)
    assert kept.ref == "1"
    assert (kept.latitude is None) == (kept.longitude is None)
