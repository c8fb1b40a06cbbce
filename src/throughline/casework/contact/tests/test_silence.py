"""A silent line from the number of somebody in danger: who is prompted, and who learns nothing."""

import re
from datetime import time

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.contact.commands import knowing, taking
from throughline.casework.contact.queries.silence import prompts
from throughline.casework.contact.rules.silence import RingBack, ring_back
from throughline.casework.contact.tests.conftest import NOW
from throughline.casework.people.commands.recording import set_marker
from throughline.casework.people.commands.safety import restrict
from throughline.foundations.access.protection import acting
from throughline.foundations.access.rules import Role, system
from throughline.foundations.audit.commands import record as write_audit
from throughline.foundations.audit.models import Event
from throughline.foundations.duties.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]
NUMBER = "07700 900777"
times = st.times()


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def opened():
    """Every duty of a silent call, whoever may see it."""
    with acting(system("test")):
        return list(Duty.objects.filter(kind__startswith="silent-call").order_by("opened_at"))


def rings(by, line="silent", number=NUMBER, **more):
    return taking.receive(by=by, now=NOW, channel="999", number=number, line=line, **more)


@pytest.fixture
def her(by, handler, add):
    """Somebody about whom there is a warning, with a number."""
    record_id = add("Joanne", "Whitmore", NUMBER)
    set_marker(by=by(Role.SUPERVISOR), now=NOW, record_id=record_id, code="weapons")
    by(Role.CALL_HANDLER)
    return record_id


@pytest.mark.parametrize("line", ["silent", "abandoned", "cut-off"])
def test_the_supervisor_is_prompted_at_once(handler, her, line):
    call = rings(handler, line)
    [duty] = opened()
    assert (duty.kind, duty.record_id, duty.about, duty.role) == (
        "silent-call",
        her,
        call.id,
        Role.SUPERVISOR,
    )
    assert duty.due_at == NOW


def test_a_call_in_which_somebody_spoke_or_from_a_number_without_danger_prompts_nobody(handler, her, add):
    add("Peter", "Quiet", "07700 900111")
    rings(handler, "spoken")
    rings(handler, number="07700 900111")
    rings(handler, number="07700 900999")
    rings(handler, number="")
    assert opened() == []


def test_somebody_merely_vulnerable_is_no_danger(by, handler, add):
    set_marker(by=handler, now=NOW, record_id=add("Elsie", "Marsh", NUMBER), code="elderly")
    rings(handler)
    assert opened() == []


def test_a_grade_of_high_is_danger(by, handler, add):
    record_id = add("Amara", "Osei", NUMBER)
    call = taking.begin(by=handler, now=NOW, channel="999")
    knowing.takes_part(
        by=handler, now=NOW, contact_id=call.id, record_id=record_id, part="victim", confirmed=True
    )
    rings(handler)
    assert opened() == []
    supervisor = by(Role.SUPERVISOR)
    write_audit(supervisor, Event.Kind.WRITE, "test")
    StandingFact.objects.create(
        kind="grade",
        case=Case.objects.get(),
        record_id=record_id,
        value="high",
        valid_from=NOW,
        set_at=NOW,
        set_by=supervisor.id,
        source="throughline",
        subjects=[record_id],
    )
    by(Role.CALL_HANDLER)
    rings(handler)
    assert [duty.record_id for duty in opened()] == [record_id]


def test_what_is_learnt_of_the_line_later_counts_and_is_said_once(handler, her):
    call = rings(handler, "", system="acd", system_ref="1")
    assert opened() == []
    rings(handler, "abandoned", system="acd", system_ref="1")
    taking.change(by=handler, now=NOW, contact_id=call.id, version=1, line="cut-off")
    assert len(opened()) == 1


def test_whoever_takes_it_is_told_on_the_call(handler, her, signed_in):
    call = rings(handler)
    page = text(signed_in(Role.CALL_HANDLER).get(reverse("contact:contact", args=[call.id])))
    assert "Nobody spoke" in page
    assert "Joanne Whitmore" in page
    assert "Carries or uses weapons" in page
    assert "Do not ring back: nobody has asked her whether that is safe" in page
    page = text(signed_in(Role.SUPERVISOR).get(reverse("contact:supervision")))
    assert "Joanne Whitmore" in page


def without_ids(page, *ids):
    for one in ids:
        page = page.replace(str(one), "")
    page = re.sub(r'(name="(?:csrfmiddlewaretoken|once)"[^>]*value=")[^"]*', r"\1", page)
    return re.sub(r'(?:nonce|data-now)="[^"]*"', "", page)


def test_of_somebody_restricted_the_desk_alone_learns_and_the_call_looks_like_any_other(
    by, handler, her, signed_in
):
    restrict(by=by(Role.DESK), now=NOW, record_id=her, reason="sensitive-investigation")
    handler = by(Role.CALL_HANDLER)
    call = rings(handler)
    [duty] = opened()
    assert (duty.kind, duty.role) == ("silent-call-restricted", Role.DESK)
    assert prompts(handler, now=NOW, contact_id=call.id) == ()
    pages = []
    for one in (call, rings(handler, number="07700 900999")):
        page = signed_in(Role.CALL_HANDLER).get(reverse("contact:contact", args=[one.id])).content.decode()
        pages.append(without_ids(page, one.id).replace(NUMBER, "07700 900999"))
    assert pages[0] == pages[1]
    assert "Whitmore" not in text(signed_in(Role.SUPERVISOR).get(reverse("contact:supervision")))
    desk = by(Role.DESK)
    [prompt] = prompts(desk, now=NOW, contact_id=call.id, restricted=True)
    assert prompt.record_id == her


class TestRingingBack:
    @given(times, st.booleans())
    def test_nothing_said_is_no(self, at, hers):
        assert ring_back(None, her_number=hers, at=at) is RingBack.NOT_SAID
        assert ring_back({}, her_number=hers, at=at) is RingBack.NOT_SAID

    @given(times, st.booleans(), st.sets(st.sampled_from(["text-message", "letter", "none", "visit"])))
    def test_without_a_phone_call_it_is_no(self, at, hers, means):
        assert ring_back({"means": sorted(means)}, her_number=hers, at=at) is RingBack.NOT_SAFE

    @given(times, times, times)
    def test_within_the_hours_only(self, at, start, until):
        answers = {
            "means": ["phone-call"],
            "hours-limited": "yes",
            "hours": {"start": f"{start:%H:%M}", "until": f"{until:%H:%M}"},
        }
        minute, first, last = (one.hour * 60 + one.minute for one in (at, start, until))
        inside = first <= minute < last if first < last else not last <= minute < first
        said = ring_back(answers, her_number=True, at=at.replace(second=0, microsecond=0))
        assert said is (RingBack.SAFE if inside else RingBack.OUT_OF_HOURS)

    def test_another_number_is_no_and_hours_that_nobody_wrote_down_are_no(self):
        yes = {"means": ["phone-call"]}
        assert ring_back(yes, her_number=False, at=time(10)) is RingBack.OTHER_NUMBER
        assert ring_back(yes, her_number=True, at=time(10)) is RingBack.SAFE
        assert (
            ring_back({**yes, "hours-limited": "yes"}, her_number=True, at=time(10)) is RingBack.OUT_OF_HOURS
        )
