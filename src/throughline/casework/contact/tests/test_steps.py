"""What commands do to a deployment and a brief is what their tables say, cell by cell."""

from itertools import product

import pytest

from throughline.casework.contact.commands import briefing, sending
from throughline.casework.contact.models import Brief, Deployment
from throughline.casework.contact.rules.steps import (
    BRIEF_STEPS,
    DEPLOYMENT_STEPS,
    Going,
    GoingStep,
    Passed,
    PassedStep,
    going,
    passed,
)
from throughline.casework.contact.tests.conftest import NOW
from throughline.foundations.access.rules import Role

pytestmark = pytest.mark.django_db

# how a thing comes into each state
WAYS = {
    Going.DECIDED: [],
    Going.SENT: [GoingStep.ASSIGN],
    Going.ARRIVED: [GoingStep.ASSIGN, GoingStep.ARRIVE],
    Going.STOOD_DOWN: [GoingStep.ASSIGN, GoingStep.STAND_DOWN],
}
READ_WAYS = {
    Passed.SENT: [],
    Passed.OPENED: [PassedStep.OPEN],
    Passed.READ: [PassedStep.OPEN, PassedStep.ACKNOWLEDGE],
}


@pytest.mark.parametrize(("state", "step"), list(product(Going, GoingStep)))
def test_a_deployment_goes_as_its_table_says(handler, call, state, step):
    made = sending.send(by=handler, now=NOW, contact_id=call.id, grade="emergency", place="14 Alma Road")
    does = {
        GoingStep.ASSIGN: lambda: sending.assign_unit(
            by=handler, now=NOW, deployment_id=made.id, unit="AB12"
        ),
        GoingStep.ARRIVE: lambda: sending.arrive(by=handler, now=NOW, deployment_id=made.id),
        GoingStep.STAND_DOWN: lambda: sending.stand_down(by=handler, now=NOW, deployment_id=made.id),
    }

    def stands():
        one = Deployment.objects.get(id=made.id)
        return going(sent_at=one.sent_at, arrived_at=one.arrived_at, stood_down_at=one.stood_down_at)

    for way in WAYS[state]:
        does[way]()
    assert stands() is state
    does[step]()
    assert stands() is DEPLOYMENT_STEPS[state, step]


@pytest.mark.parametrize(("state", "step"), list(product(Passed, PassedStep)))
def test_a_brief_goes_as_its_table_says(by, accounts, handler, call, state, step):
    sending.send(
        by=handler,
        now=NOW,
        contact_id=call.id,
        grade="emergency",
        place="14 Alma Road",
        officer=accounts[Role.OFFICER].id,
    )
    made = Brief.objects.get()
    officer = by(Role.OFFICER)
    does = {
        PassedStep.OPEN: lambda: briefing.open_brief(by=officer, now=NOW, brief_id=made.id),
        PassedStep.ACKNOWLEDGE: lambda: briefing.acknowledge(by=officer, now=NOW, brief_id=made.id),
    }

    def stands():
        one = Brief.objects.get(id=made.id)
        return passed(opened_at=one.opened_at, acknowledged_at=one.acknowledged_at)

    for way in READ_WAYS[state]:
        does[way]()
    assert stands() is state
    does[step]()
    assert stands() is BRIEF_STEPS[state, step]
