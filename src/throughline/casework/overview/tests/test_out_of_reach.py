"""Duties about restricted records: nothing of them shows, and none waits for nobody."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from throughline.casework.cases.commands.crimes import not_a_crime
from throughline.casework.cases.commands.incidents import involve, open_incident
from throughline.casework.overview.commands import let_do
from throughline.casework.overview.queries.home import out_of_reach, who_could
from throughline.casework.people.commands.safety import recognise_staff, restrict, stop_seeing
from throughline.casework.people.rules import RECOGNISER, Malformed
from throughline.foundations.access.models import Grant
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.accounts.models import Team, User
from throughline.foundations.audit.models import Event
from throughline.foundations.duties.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]

NOW = datetime.now(UTC)
SECTION = "Waiting for somebody who may see it"


def text(response) -> str:
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def doing(by, command, **given):
    with transaction.atomic():
        set_actor(by)
        return command(by=by, now=timezone.now(), **given)


@pytest.fixture
def two(add):
    return {"victim": add("Zofia", "Quillfeather"), "suspect": add("Bertram", "Ashgrove", sex="1")}


@pytest.fixture(params=["victim", "suspect", "both"])
def incident(request, accounts, two):
    """A domestic incident of the two, of whom one or both are restricted then."""
    handler, desk = accounts[Role.CALL_HANDLER].actor, accounts[Role.DESK].actor
    made = doing(handler, open_incident, recorded_as="domestic-abuse", place="14 Alma Road")
    for part, record_id in two.items():
        doing(handler, involve, incident_id=made.id, record_id=record_id, part=part, confirmed=True)
    for part, record_id in two.items():
        if request.param in (part, "both"):
            doing(desk, restrict, record_id=record_id, reason="staff-connected")
    return made


@pytest.fixture
def waits(incident):
    """The registrar's duty about it."""
    set_actor(RECOGNISER)
    return Duty.objects.get(kind="crime-recording", about=incident.id)


def unreached(accounts):
    with transaction.atomic():
        set_actor(accounts[Role.DESK].actor)
        return {one.task.duty.kind: one for one in out_of_reach(accounts[Role.DESK].actor, now=NOW)}


def test_the_registrar_learns_nothing_and_the_desk_sees_that_it_waits(incident, waits, signed_in, accounts):
    registrar = signed_in(Role.REGISTRAR)
    assert registrar.get(reverse("cases:judge", args=[incident.id])).status_code == 404
    assert incident.number not in text(registrar.get(reverse("cases:waiting")))
    with pytest.raises(Refused):
        doing(
            accounts[Role.REGISTRAR].actor,
            not_a_crime,
            incident_id=incident.id,
            reason="no-crime-none-described",
        )
    page = text(signed_in(Role.DESK).get("/"))
    assert SECTION in page
    assert reverse("overview:sight", args=[waits.id]) in page
    set_actor(RECOGNISER)
    [*_, look] = Event.objects.filter(action="restriction.grant", kind="look").order_by("id")
    assert set(look.subjects) == {one for each in unreached(accounts).values() for one in each.hidden}


def test_the_desk_lets_one_registrar_see_it_who_judges_and_another_still_learns_nothing(
    incident, waits, signed_in, accounts, team
):
    other = User.objects.create_user(
        "other", name="Another registrar", role=Role.REGISTRAR, team=team, made_at=NOW
    )
    desk = signed_in(Role.DESK)
    address = reverse("overview:sight", args=[waits.id])
    assert "The crime-registrar" in text(desk.get(address))
    assert "Select an answer to “Who is to do it" in text(desk.post(address, {}))
    chosen = {"account": str(accounts[Role.REGISTRAR].id)}
    assert desk.post(address, chosen).status_code == 302
    assert "crime-recording" not in unreached(accounts)
    assert desk.get(address).status_code == 404

    judging = reverse("cases:judge", args=[incident.id])
    registrar = signed_in(Role.REGISTRAR)
    assert incident.number in text(registrar.get(judging))
    answer = {"reason": "no-crime-none-described", "do": "none"}
    assert registrar.post(judging, answer).status_code == 302
    accounts[Role.REGISTRAR] = other
    assert signed_in(Role.REGISTRAR).get(judging).status_code == 404
    # nobody reviews their own: that one of them sees it is not enough
    review = unreached(accounts)["crime-review"]
    assert [name for _, name in who_could(review)] == ["Another registrar, Control room"]


def test_only_the_desk_and_only_for_somebody_who_could_do_it(incident, waits, signed_in, accounts, two):
    address = reverse("overview:sight", args=[waits.id])
    for role in (Role.REGISTRAR, Role.SUPERVISOR, Role.AUDITOR):
        assert signed_in(role).get(address).status_code == 403
        assert SECTION not in text(signed_in(role).get("/"))
    told = {"duty_id": waits.id}
    for wrong in (accounts[Role.OFFICER].id, uuid4()):
        with pytest.raises(Malformed):
            doing(accounts[Role.DESK].actor, let_do, grantee=wrong, **told)
    registrar = accounts[Role.REGISTRAR]
    registrar.team = Team.objects.create(agency=registrar.team.agency, name="Crime registry")
    registrar.save()
    for record_id in unreached(accounts)["crime-recording"].hidden:
        doing(accounts[Role.DESK].actor, recognise_staff, record_id=record_id, user_id=registrar.id)
    # who is party to it cannot be named, whoever else there is
    with pytest.raises(Malformed):
        doing(accounts[Role.DESK].actor, let_do, grantee=registrar.id, **told)


def test_sight_that_ends_puts_it_back_on_the_list(incident, waits, accounts):
    doing(
        accounts[Role.DESK].actor,
        let_do,
        duty_id=waits.id,
        grantee=accounts[Role.REGISTRAR].id,
        until=timezone.now() + timedelta(hours=1),
    )
    assert "crime-recording" not in unreached(accounts)
    granted = set(Grant.objects.filter(kind="see").values_list("subject", flat=True))
    assert granted
    for record_id in granted:
        told = {"record_id": record_id, "grantee": accounts[Role.REGISTRAR].id}
        doing(accounts[Role.DESK].actor, stop_seeing, **told)
    assert "crime-recording" in unreached(accounts)


def test_without_a_restriction_nothing_is_out_of_reach(accounts, two):
    handler = accounts[Role.CALL_HANDLER].actor
    made = doing(handler, open_incident, recorded_as="domestic-abuse")
    doing(handler, involve, incident_id=made.id, record_id=two["victim"], part="victim", confirmed=True)
    assert unreached(accounts) == {}
