"""How many statements the pages take that are read most: as many for a long list as for a short one."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from throughline.casework.conftest import NOW
from throughline.casework.scene.commands import attending
from throughline.foundations.access.rules import Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]


@pytest.fixture
def statements(signed_in):
    """``statements(Role.HUB, "risk:hub")``: how many a page takes, once its templates and lists are read."""

    def counted(role, name, *args):
        client = signed_in(role)
        client.get(reverse(name, args=args))
        with CaptureQueriesContext(connection) as asked:
            assert client.get(reverse(name, args=args)).status_code == 200
        # the last one is the browser's of the tests
        return len(asked) - 1

    return counted


@pytest.mark.parametrize(
    ("role", "kind", "name"),
    [(Role.SERGEANT, "risk-check", "risk:checks"), (Role.HUB, "hub-review", "risk:hub")],
)
def test_three_hundred_wait_and_are_read_in_as_many_statements_as_three(statements, wait, role, kind, name):
    wait(kind, 3)
    few = statements(role, name)
    wait(kind, 297)
    assert statements(role, name) == few == TAKES[name]


def test_a_case_often_graded_is_read_in_as_many_statements(statements, case, assessed, graded):
    assessed()
    graded("standard")
    few = statements(Role.SERGEANT, "risk:case", case)
    for number in range(1, 7):
        later = NOW + timedelta(minutes=number)
        graded(("high", "standard")[number % 2], words="She said more", reason="grade-told-more", now=later)
    assert statements(Role.SERGEANT, "risk:case", case) == few == TAKES["risk:case"]


def test_an_officer_who_has_been_to_many_reads_them_in_as_many_statements(statements, does, incident, pair):
    does(Role.OFFICER, attending.begin, incident_id=incident(*pair))
    few = statements(Role.OFFICER, "scene:home")
    for _ in range(6):
        does(Role.OFFICER, attending.begin, incident_id=incident(*pair))
    assert statements(Role.OFFICER, "scene:home") == few == TAKES["scene:home"]


#: What each page takes, signing in and the frame of the page included.
TAKES = {"risk:checks": 13, "risk:hub": 13, "risk:case": 31, "scene:home": 12}
