"""One place is one place however it is written, a street is no door, and streets of one name are two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.linkage.description import Place
from throughline.linkage.places import Door, Nearness, door_of, nearness, read_door

HELD = door_of(Place("Flat 2, 14", "Alma Road", "Quarnley", "ZT1 4LX"))


@pytest.mark.parametrize(
    ("typed", "near"),
    [
        ("Flat 2, 14 Alma Road, Quarnley, ZT1 4LX", Nearness.HERE),
        ("14 alma rd flat 2", Nearness.HERE),
        ("flat 2 14 Alma Rd.", Nearness.HERE),
        ("outside 14 Alma Road flat 2", Nearness.HERE),
        ("14 Alma Road", Nearness.BUILDING),
        ("flat 3, 14 alma road", Nearness.BUILDING),
        ("Alma Road", Nearness.STREET),
        ("near the shops on Alma Road", Nearness.STREET),
        ("zt14lx", Nearness.STREET),
        ("2 Alma Road", None),
        ("16 Alma Road", None),
        ("14 Selborne Terrace", None),
        ("14 Alma Road, Otherton", None),
        ("Flat 2, 14 Alma Road, ZT9 1AA", None),
        ("the park", None),
        ("", None),
    ],
)
def test_how_a_typed_place_stands_to_an_address(typed, near):
    assert nearness(read_door(typed), HELD) is near


def test_a_house_has_a_name_and_the_number_may_stand_in_the_street():
    named = door_of(Place("Rose Cottage", "Mill Lane", "Quarnley"))
    assert nearness(read_door("Rose Cottage, Mill Lane"), named) is Nearness.HERE
    assert nearness(read_door("Mill Lane"), named) is Nearness.STREET
    assert door_of(Place("Flat 5", "2 Castle Street")) == read_door("Flat 5, 2 Castle St")


def test_nothing_said_finds_nothing():
    assert not read_door("").is_known
    assert nearness(Door(), Door()) is None


@given(st.text(max_size=80))
def test_whatever_is_typed_is_read(text):
    door = read_door(text)
    assert nearness(door, HELD) in {None, *Nearness}
