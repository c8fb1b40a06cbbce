"""An incident of which no crime is recorded is owed the same steps as one of which a crime is.

HMIC 2015, chapter 2: in some forces incidents without a crime got less. What the registrar judges changes what is
counted as a crime, and nothing that is done for her.
"""

import pytest

from throughline.casework.cases.commands import cases, crimes, holding, incidents
from throughline.casework.cases.models import Case
from throughline.casework.cases.queries.caseload import keeping_active, standings
from throughline.casework.cases.rules import NotYet, why_active
from throughline.casework.cases.tests.conftest import seen_whole
from throughline.casework.conftest import NOW
from throughline.foundations.access.rules import Role
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty
from throughline.reference import load

pytestmark = pytest.mark.django_db

# what is about the judgement itself
OF_THE_REGISTRAR = {"crime-recording", "crime-review"}
JUDGED = ("a crime", "no crime", "nothing yet")


@pytest.fixture
def judged(does, incident, add):
    """``judged("no crime")``: a domestic incident and its case, with what the registrar judged of it."""

    def made(what):
        told = incident(add("Zofia", "Quillfeather"), add("Bertram", "Ashgrove", sex="1"))
        if what == "a crime":
            does(
                Role.REGISTRAR,
                crimes.record_crime,
                incident_id=told,
                offence="violence-with-injury",
                reason="crime-complained",
            )
        elif what == "no crime":
            does(Role.REGISTRAR, crimes.not_a_crime, incident_id=told, reason="no-crime-none-described")
        with seen_whole():
            return told, Case.objects.get(incident_links__incident=told, closed_at=None)

    return made


def owed(told, case):
    """The kinds of duty that are open about an incident and its case, with whose they are and by when."""
    with seen_whole():
        return {
            (duty.kind, duty.role, duty.due_at - duty.opened_at, duty.about == case.id)
            for duty in Duty.objects.filter(about__in=[told, case.id], discharged_at=None)
            if duty.kind not in OF_THE_REGISTRAR
        }


def test_the_same_is_owed_whatever_the_registrar_judged(judged):
    found = [owed(*judged(what)) for what in JUDGED]
    assert found[0] == found[1] == found[2]
    assert {kind for kind, *_ in found[0]} == {"case-owner", "case-grade"}


def test_the_same_stands_in_the_way_of_closing(does, judged):
    ways = []
    for what in JUDGED[:2]:
        told, case = judged(what)
        with pytest.raises(NotYet) as incident_waits:
            does(Role.SUPERVISOR, incidents.close_incident, incident_id=told, closed_as="attended")
        with pytest.raises(NotYet) as case_waits:
            does(Role.SUPERVISOR, cases.close_case, case_id=case.id, closed_as="danger-past")
        with seen_whole():
            closing, active = keeping_active(london_day(NOW))
            why = why_active(standings([case.id], at=NOW)[case.id], closing=closing, active=active)
        ways.append((incident_waits.value.why, case_waits.value.why, why))
    assert ways[0] == ways[1]


def test_both_are_graded_owned_and_closed_alike(does, judged, accounts, everything_done):
    for what in JUDGED[:2]:
        told, case = judged(what)
        everything_done(told)
        does(Role.OFFICER, holding.set_owner, case_id=case.id, owner=accounts[Role.OFFICER].id)
        does(
            Role.OFFICER,
            holding.set_grade,
            case_id=case.id,
            grade="standard",
            reason="grade-first-assessment",
        )
        does(Role.SUPERVISOR, incidents.close_incident, incident_id=told, closed_as="attended")
        assert (
            does(Role.SUPERVISOR, cases.close_case, case_id=case.id, closed_as="danger-past").closed_at == NOW
        )


def test_no_closing_duty_but_the_judgement_itself_is_about_a_crime():
    for row in load("closing-duties").rows:
        # that a crime has an outcome is asked of a case in which one is recorded
        assert "crime" not in row.text("duty") or row.text("duty") in {"crime-recording", "crime-outcome"}
        assert row.text("duty") != "crime-outcome" or row.text("closes") == "case"
