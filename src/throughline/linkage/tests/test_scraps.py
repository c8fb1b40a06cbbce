"""Any scrap, in any order, becomes a description."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.linkage.description import Description, Name, Place
from throughline.linkage.scraps import read_address, read_scraps

TODAY = date(2026, 11, 23)


def full(*names: str) -> tuple[Name, ...]:
    return tuple(Name(full=name) for name in names)


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("Sarah Cole", Description(names=full("Sarah Cole"))),
        ("Sarah Cole 31", Description(names=full("Sarah Cole"), born_from=1994, born_to=1995)),
        ("sarah, aged 31", Description(names=full("sarah"), born_from=1994, born_to=1995)),
        ("about 40 years old Dave", Description(names=full("Dave"), born_from=1985, born_to=1986)),
        ("Dave in his 30s", Description(names=full("Dave"), born_from=1986, born_to=1996)),
        ("Dave late 30s", Description(names=full("Dave"), born_from=1986, born_to=1990)),
        ("Amir born 1984", Description(names=full("Amir"), born_from=1984, born_to=1984)),
        ("Sarah Cole 3/11/1988", Description(names=full("Sarah Cole"), born=date(1988, 11, 3))),
        ("3rd Nov 1988 Cole", Description(names=full("Cole"), born=date(1988, 11, 3))),
        ("Cole 1988-11-03", Description(names=full("Cole"), born=date(1988, 11, 3))),
        ("Cole 12.25.88", Description(names=full("Cole"), born=date(1988, 12, 25))),
        ("07700 900123 Sarah", Description(names=full("Sarah"), phones=("07700 900123",))),
        ("+44 7700 900123", Description(phones=("+44 7700 900123",))),
        ("34 07700900123", Description(phones=("07700900123",), born_from=1991, born_to=1992)),
        ("LS6 2AB Sarah", Description(names=full("Sarah"), places=(Place(postcode="LS6 2AB"),))),
        ("sarah ls6", Description(names=full("sarah"), places=(Place(postcode="ls6"),))),
        ("14 Alma Rd", Description(places=(Place("14", "Alma Rd"),))),
        ("Sarah 14 Alma Rd", Description(names=full("Sarah"), places=(Place("14", "Alma Rd"),))),
        (
            "14 Alma Road LS6 2AB, Sarah Cole, 31",
            Description(
                names=full("Sarah Cole"),
                born_from=1994,
                born_to=1995,
                places=(Place("14", "Alma Road", "", "LS6 2AB"),),
            ),
        ),
        ("Cole, Sarah", Description(names=full("Cole, Sarah"))),
        ("Liz Barton aka Liz Marsh", Description(names=full("Liz Barton", "Liz Marsh"))),
        ("Amy partner Darren Sharpe", Description(names=full("Amy"), others=full("Darren Sharpe"))),
        ("woman called Amy", Description(names=full("Amy"), sex="2")),
        ("", Description()),
        ("?? ,, 1", Description()),
    ],
)
def test_scraps_are_understood(typed: str, understood: Description) -> None:
    assert read_scraps(typed, today=TODAY) == understood


@given(st.text(max_size=80) | st.from_regex(r"[0-9a-z/ .,+-]{0,60}", fullmatch=True))
def test_nothing_that_is_typed_raises(typed: str) -> None:
    read_scraps(typed, today=TODAY)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("14 Alma Road, Leeds, LS6 2AB", Place("14", "Alma Road", "Leeds", "LS6 2AB")),
        ("Flat 2, 14 Alma Road, Leeds LS6 2AB", Place("Flat 2 14", "Alma Road", "Leeds", "LS6 2AB")),
        ("14 Alma Road Leeds LS6 2AB", Place("14", "Alma Road", "Leeds", "LS6 2AB")),
        ("9 High Street", Place("9", "High Street")),
        ("", Place()),
    ],
)
def test_an_address_on_one_line_is_taken_apart(address: str, place: Place) -> None:
    assert read_address(address) == place
