"""What tests of partnership need: a service of another agency with an adviser, a referral to it, and a high grade."""

from collections.abc import Callable

import pytest
from django.db import transaction

from throughline.casework.cases.commands import holding
from throughline.casework.conftest import NOW
from throughline.casework.partnership.commands import advising, noting
from throughline.casework.risk.tests.conftest import (  # noqa: F401 (fixtures, found by their names)
    assessed,
    case,
    colleague,
    does,
    incident,
    pair,
    seen_whole,
)
from throughline.foundations.access.rules import Role
from throughline.foundations.accounts.models import Agency, Team
from throughline.foundations.duties.models import Duty

CONSENT = {"basis": "consent", "consent": "agreed"}


@pytest.fixture
def service(accounts) -> Team:
    """The advisers' service: a team of a partner agency, which the account of the role is of."""
    team = Team.objects.create(agency=Agency.objects.create(name="A charity"), name="Advisers")
    user = accounts[Role.IDVA]
    user.team = team
    user.save(update_fields=["team"])
    return team


@pytest.fixture
def high(does, case, accounts):  # noqa: F811
    """The officer owns the case, which is graded high."""
    does(Role.OFFICER, holding.set_owner, case_id=case, owner=accounts[Role.OFFICER].id)
    told = {"case_id": case, "grade": "high", "reason": "grade-first-assessment"}
    does(Role.OFFICER, holding.set_grade, **told)


@pytest.fixture
def referred(does, case, high, service) -> Callable:  # noqa: F811
    """``referred()``: she was referred to the service, on her consent."""

    def made(*, who=Role.OFFICER, now=NOW, **told):
        given = {"team_id": service.id, **CONSENT, **told}
        return does(who, advising.refer, now=now, case_id=case, **given)

    return made


@pytest.fixture
def hers(does, referred):  # noqa: F811
    """A referral that the adviser has accepted."""
    made = referred(words="She works at night")
    does(Role.IDVA, advising.accept, referral_id=made.id)
    return made


@pytest.fixture
def note(does, hers) -> Callable:  # noqa: F811
    """``note("words")``: the adviser's note."""

    def made(words="She is afraid of Sundays", kind="note"):
        return does(Role.IDVA, noting.write_note, referral_id=hers.id, kind=kind, words=words)

    return made


def called(now=NOW) -> int:
    """The worker has looked for who is to be referred, and which service is late."""
    with transaction.atomic():
        return advising.call_for_advisers(now=now)


def open_now(*kinds: str) -> list[Duty]:
    """The open duties of some kinds."""
    with seen_whole():
        return list(Duty.objects.filter(kind__in=kinds, discharged_at=None).order_by("kind", "opened_at"))
