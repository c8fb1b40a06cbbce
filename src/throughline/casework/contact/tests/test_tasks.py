"""What changes after the brief was sent reaches whoever is on the way, whichever room wrote it."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from throughline.casework.cases.commands.facts import end_fact, set_fact, vary_fact
from throughline.casework.cases.commands.holding import set_grade
from throughline.casework.cases.models import Case
from throughline.casework.contact.commands import knowing, sending, taking
from throughline.casework.contact.commands.briefing import acknowledge, open_brief
from throughline.casework.contact.models import Brief
from throughline.casework.contact.tasks import BRIEFER, renew_everything, renew_what_is_new
from throughline.casework.contact.tests.conftest import NOW
from throughline.casework.people.commands.recording import add_phone, end_marker, set_marker
from throughline.casework.people.commands.safety import give_safe_contact, let_see, restrict
from throughline.casework.people.models import Phone
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Role
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.instruments.queries import library
from throughline.running.logins import WORKER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]
SOON, LATER = NOW + timedelta(seconds=10), NOW + timedelta(seconds=20)


def on_the_way(by, call_id, her, him, officer=None):
    for record_id, part in ((her, "victim"), (him, "suspect")):
        knowing.takes_part(by=by, now=NOW, contact_id=call_id, record_id=record_id, part=part, confirmed=True)
    return sending.send(
        by=by,
        now=NOW,
        contact_id=call_id,
        grade="emergency",
        place="14 Alma Road",
        unit="AB12",
        officer=officer,
    )


@pytest.fixture
def pair(add):
    return add("Joanne", "Whitmore", "07700 900123"), add("Craig", "Whitmore", sex="1")


@pytest.fixture
def sent(handler, call, pair, accounts):
    """A unit on its way to the two of them, with its brief."""
    return on_the_way(handler, call.id, *pair, officer=accounts[Role.OFFICER].id)


def said_safely(by, her, **answers):
    return give_safe_contact(
        by=by(Role.CALL_HANDLER),
        now=SOON,
        record_id=her,
        instrument=library().as_of("safe-contact", london_day(NOW)),
        answers=answers,
        complete=False,
        after=None,
        phone_id=Phone.objects.filter(record=her).first().id,
    )


def order(by, pair, kind="non-molestation"):
    her, him = pair
    protects = {} if kind == "warrant" else {"protects_id": her}
    return set_fact(
        by=by(Role.SUPERVISOR),
        now=NOW,
        kind=kind,
        record_id=him,
        valid_from=NOW - timedelta(days=1),
        valid_until=NOW + timedelta(days=1),
        **protects,
    )


def marked(by, pair):
    return set_marker(by=by(Role.CALL_HANDLER), now=NOW, record_id=pair[1], code="weapons")


BEFORE = {"marker": marked, "order": order}
CHANGES = {
    "a marker is set": lambda by, pair, _: marked(by, pair),
    "an order is entered": lambda by, pair, _: order(by, pair),
    "bail is entered": lambda by, pair, _: order(by, pair, "police-bail"),
    "a warrant is entered": lambda by, pair, _: order(by, pair, "warrant"),
    "she says how to reach her": lambda by, pair, _: said_safely(by, pair[0], means=["text-message"]),
    "a person grades the case": lambda by, _pair, _it: set_grade(
        by=by(Role.SUPERVISOR),
        now=SOON,
        case_id=Case.objects.get().id,
        grade="high",
        reason="grade-first-assessment",
    ),
    "marker: it is ended": lambda by, pair, it: end_marker(
        by=by(Role.CALL_HANDLER), now=SOON, record_id=pair[1], marker_id=it.id
    ),
    "order: it is varied": lambda by, _pair, it: vary_fact(
        by=by(Role.SUPERVISOR),
        now=SOON,
        fact_id=it.id,
        conditions=["no-contact"],
        words="",
        valid_from=it.valid_from,
        valid_until=it.valid_until,
    ),
    "order: it is ended": lambda by, _pair, it: end_fact(
        by=by(Role.SUPERVISOR), now=SOON, fact_id=it.id, because="withdrawn"
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_sends_the_brief_again_once(by, handler, call, pair, change):
    it = BEFORE[change.partition(":")[0]](by, pair) if ":" in change else None
    on_the_way(by(Role.CALL_HANDLER), call.id, *pair)
    assert renew_what_is_new(now=SOON) == 0
    CHANGES[change](by, pair, it)
    assert renew_what_is_new(now=LATER) == 1
    assert renew_what_is_new(now=LATER + timedelta(seconds=5)) == 0
    newest = Brief.objects.latest("sent_at")
    assert (newest.sent_at, newest.sent_by, newest.opened_at) == (LATER, BRIEFER.id, None)


def test_what_she_says_anew_and_what_no_longer_holds_are_sent_again(by, sent, pair):
    first = said_safely(by, pair[0], means=["text-message"])
    assert renew_what_is_new(now=SOON) == 1
    give_safe_contact(
        by=by(Role.CALL_HANDLER),
        now=SOON,
        record_id=pair[0],
        instrument=library().as_of("safe-contact", london_day(NOW)),
        answers={"means": ["phone-call"]},
        complete=False,
        after=first.answers_id,
        phone_id=first.phone_id,
    )
    assert renew_what_is_new(now=LATER) == 1
    add_phone(by=by(Role.CALL_HANDLER), now=LATER, record_id=pair[0], number="07700 900456")
    assert renew_what_is_new(now=LATER + timedelta(seconds=5)) == 1


def test_what_says_nothing_else_and_what_is_over_is_not_sent(by, sent, pair):
    add_phone(by=by(Role.CALL_HANDLER), now=SOON, record_id=pair[0], number="07700 900456")
    assert renew_what_is_new(now=LATER) == 0
    sending.stand_down(by=by(Role.CALL_HANDLER), now=SOON, deployment_id=sent.id)
    marked(by, pair)
    assert renew_what_is_new(now=LATER) == 0
    assert renew_everything(now=LATER) == 0


def test_an_order_that_lapses_by_itself(by, handler, call, pair):
    order(by, pair)
    on_the_way(by(Role.CALL_HANDLER), call.id, *pair)
    tomorrow = NOW + timedelta(hours=23, minutes=59)
    assert renew_everything(now=tomorrow - timedelta(hours=23)) == 0
    # the deployment is of this turn still, the order no longer stands
    sending.Deployment.objects.update(decided_at=NOW + timedelta(hours=2))
    assert renew_everything(now=NOW + timedelta(days=1, minutes=1)) == 1


def test_nothing_under_way_costs_one_question(by, handler, django_assert_num_queries):
    with django_assert_num_queries(4):  # a savepoint, who acts, the question, the end
        assert renew_what_is_new(now=NOW) == 0


def test_whoever_may_see_more_is_sent_what_they_see_and_once(by, sent, pair, add, accounts):
    """The officer is named for a restricted suspect: they are told of him, and nothing is new after that."""
    him, officer = pair[1], accounts[Role.OFFICER]
    order(by, pair)
    assert renew_what_is_new(now=SOON) == 1
    restrict(by=by(Role.DESK), now=NOW, record_id=him, reason="sensitive-investigation")
    let_see(by=by(Role.DESK), now=NOW, record_id=him, grantee=officer.id, reason="investigates")
    by(Role.OFFICER)
    newest = Brief.objects.filter(deployment=sent).latest("sent_at")
    opened = open_brief(by=officer.actor, now=LATER, brief_id=newest.id)
    assert renew_what_is_new(now=LATER + timedelta(seconds=5)) == 0
    assert renew_everything(now=LATER + timedelta(seconds=6)) == 0
    assert "non-molestation" in str(opened.held["him"])


def test_whom_nobody_on_the_way_may_see_by_now_is_not_told_of_by_the_worker(by, sent, pair):
    restrict(by=by(Role.DESK), now=NOW, record_id=pair[0], reason="sensitive-investigation")
    assert renew_everything(now=LATER) == 0


def test_no_look_is_written_since_nobody_looks(by, sent, pair):
    marked(by, pair)
    looks = Event.objects.filter(kind=Event.Kind.LOOK).count()
    assert renew_what_is_new(now=LATER) == 1
    assert Event.objects.filter(kind=Event.Kind.LOOK).count() == looks
    assert Event.objects.filter(kind=Event.Kind.WRITE, actor=BRIEFER.id).exists()


def test_one_that_fails_keeps_no_other_from_being_told(by, sent, pair, handler, monkeypatch, caplog):
    second = taking.begin(by=by(Role.CALL_HANDLER), now=NOW, channel="999")
    other = on_the_way(by(Role.CALL_HANDLER), second.id, *pair)
    marked(by, pair)
    from throughline.casework.contact import tasks

    really = tasks.renew_if_behind

    def fails(*, deployment_id, **told):
        if deployment_id == sent.id:
            raise ValueError("Joanne Whitmore")
        return really(deployment_id=deployment_id, **told)

    monkeypatch.setattr(tasks, "renew_if_behind", fails)
    assert renew_what_is_new(now=LATER) == 1
    assert Brief.objects.filter(deployment=other).count() == 2
    assert "Joanne" not in caplog.text
    assert "ValueError" in caplog.text


def test_the_page_that_is_open_says_that_something_is_new(by, sent, pair, signed_in):
    officer = signed_in(Role.OFFICER)
    first = Brief.objects.get(deployment=sent)
    by(Role.OFFICER)
    officer.post(reverse("contact:brief", args=[first.id]), {"do": "open"})
    news = reverse("contact:brief-news", args=[first.id])
    assert officer.get(news).content.decode().strip() == ""
    marked(by, pair)
    renew_what_is_new(now=NOW + timedelta(minutes=1))
    by(Role.OFFICER)
    said = officer.get(news).content.decode()
    newest = Brief.objects.latest("sent_at")
    assert "Something new was sent" in said
    assert reverse("contact:brief", args=[newest.id]) in said
    page = officer.get(reverse("contact:brief", args=[newest.id])).content.decode()
    assert "Something else is known than when you opened it" in page
    assert "Danger" in page
    # of others' deployments nothing is said
    assert signed_in(Role.ANALYST).get(news).status_code == 403


def test_nothing_is_new_to_whoever_has_read_it(by, sent, pair):
    officer = by(Role.OFFICER)
    brief = open_brief(by=officer, now=SOON, brief_id=Brief.objects.get(deployment=sent).id)
    acknowledge(by=officer, now=SOON, brief_id=brief.id)
    assert renew_what_is_new(now=LATER) == 0


@pytest.mark.django_db(transaction=True)
def test_the_worker_may_do_it(accounts, add, pair, working_as):
    handler = accounts[Role.CALL_HANDLER].actor
    with transaction.atomic():
        set_actor(handler)
        call = taking.begin(by=handler, now=NOW, channel="999")
        on_the_way(handler, call.id, *pair)
    with transaction.atomic():
        set_actor(handler)
        set_marker(by=handler, now=NOW, record_id=pair[1], code="weapons")
    with working_as(WORKER):
        assert renew_what_is_new(now=LATER) == 1
        assert renew_everything(now=LATER) == 0
