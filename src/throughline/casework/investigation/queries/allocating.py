"""Who is to investigate a case by the policy, who does, and what waits."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from throughline.casework.cases.models import Case, Crime, StandingFact
from throughline.casework.cases.rules import Kind
from throughline.casework.investigation.models import Allocation, Investigation
from throughline.casework.investigation.rules.allocating import Policy, Request, of_a_case, policies
from throughline.casework.people.queries.many import among
from throughline.casework.safeguarding.queries.serving import standing_of as safeguarding_of
from throughline.foundations.access.queries import shut_out
from throughline.foundations.access.rules import Action, Actor, Role, may
from throughline.foundations.accounts.models import User
from throughline.foundations.clock.rules import london_day
from throughline.reference import load


@dataclass(frozen=True, slots=True)
class Standing:
    """How it stands with the victim of a case: the policy's row for the case of hers that is graded highest, and who
    investigates her open cases; ``policy`` is None where nobody has graded any.
    """

    cases: tuple[Case, ...]
    grade: str
    policy: Policy | None
    investigators: dict[UUID, UUID]


def standing_of(case: Case, *, now: datetime) -> Standing:
    """How it stands with the victim of a case, over every open case of hers in the running actor's sight.

    Of a victim the case that is graded highest says who, as it does of who safeguards her: she has one investigator.
    """
    hers = safeguarding_of(case, now=now)
    wanted = hers.wanted
    theirs = Investigation.objects.filter(
        among("case", [one.id for one in hers.cases]), ended_at=None, investigator__isnull=False
    )
    found = dict(theirs.values_list("case", "investigator"))
    there = set(User.objects.filter(id__in=set(found.values()), is_active=True).values_list("id", flat=True))
    return Standing(
        cases=hers.cases,
        grade=wanted.grade if wanted else "",
        policy=of_a_case(policies(london_day(now)), wanted.grade, wanted.relationship) if wanted else None,
        investigators={of: who for of, who in found.items() if who in there},
    )


def standing_crimes(case: Case) -> list[Crime]:
    """The crimes of a case that are recorded and not cancelled, the oldest first."""
    found = Crime.objects.filter(
        Q(victim=None) | Q(victim=case.victim_id), incident__case_links__case=case, cancelled_at=None
    )
    return list(found.select_related("incident").order_by("recorded_at", "id"))


def open_request(investigation: Investigation) -> Allocation | None:
    """The request of an investigation that waits to be accepted."""
    return Allocation.objects.filter(investigation=investigation, state=Request.ASKED).first()


def chosen_for(investigation: Investigation, grade: str) -> Allocation | None:
    """The choice against the policy that stands for a grade: the latest, unless a sergeant sent it back."""
    latest = (
        Allocation.objects.filter(investigation=investigation, grade=grade, decision__isnull=False)
        .select_related("decision")
        .order_by("-asked_at", "-id")
        .first()
    )
    if latest is None or latest.decision is None:
        return None
    return None if latest.decision.reviews.filter(agreed=False).exists() else latest


def out_of_step(*, now: datetime) -> list[Case]:
    """The cases that may need something: a crime and no investigation, a role that is not the policy's, one who has left.

    Read at once over all open cases; more may be named than there is something to do for.
    """
    going_on = Investigation.objects.filter(ended_at=None)
    found = set(going_on.filter(case__closed_at__isnull=False).values_list("case", flat=True))
    # whoever is party to a matter of one of their line
    if party := shut_out():
        theirs = going_on.filter(subjects__overlap=list(party), case__closed_at=None)
        found |= set(theirs.values_list("case", flat=True))
    # whose suspect became known
    found |= set(going_on.exclude(subjects=F("case__subjects")).values_list("case", flat=True))
    # opened again, or never opened
    crimes = Crime.objects.filter(
        Q(victim=None) | Q(victim=OuterRef("victim")),
        incident__case_links__case=OuterRef("pk"),
        cancelled_at=None,
    )
    known = Exists(going_on.filter(case=OuterRef("pk")))
    unopened = Case.objects.filter(Exists(crimes), closed_at=None).exclude(known)
    found |= set(unopened.values_list("id", flat=True))
    return list(Case.objects.filter(id__in=found | _with_another(now)).order_by("id"))


def _with_another(now: datetime) -> set[UUID]:
    """The cases that are investigated, or asked about, by somebody else than the policy may name."""
    roles_of: dict[str, set[str]] = defaultdict(set)
    for row in policies(london_day(now)):
        roles_of[row.grade].add(row.role)
    ranks = {row.code: row.number("rank") for row in load("grades").as_of(london_day(now))}
    graded = StandingFact.objects.filter(kind=Kind.GRADE, ended_at=None, case__closed_at=None)
    highest: dict[UUID, str] = {}
    for victim, value in graded.values_list("case__victim", "value"):
        if victim is not None:
            highest[victim] = min(value, highest.get(victim, value), key=lambda one: ranks[one])
    going_on = Investigation.objects.filter(ended_at=None, case__closed_at=None)
    rows = list(going_on.values_list("id", "case", "investigator", "record"))
    asked = {
        one: (role, account)
        for one, role, account in Allocation.objects.filter(state=Request.ASKED).values_list(
            "investigation", "role", "account"
        )
    }
    accounts = {who for _, _, who, _ in rows if who} | {who for _, who in asked.values() if who}
    role_of = dict(User.objects.filter(id__in=accounts, is_active=True).values_list("id", "role"))
    chosen = set(Allocation.objects.filter(decision__isnull=False).values_list("investigation", "grade"))
    found = set()
    for one, case, who, victim in rows:
        grade = highest.get(victim)
        left = who is not None and who not in role_of
        if grade is None:
            continue
        if one in asked:
            role, account = asked[one]
            if (one, grade) in chosen or {role} != roles_of[grade] or (account and account not in role_of):
                found.add(case)
        elif who is None or left or ({role_of[who]} != roles_of[grade] and (one, grade) not in chosen):
            found.add(case)
    return found


def who_could() -> list[User]:
    """The accounts that may investigate, by name; whether somebody may see a case is asked when they are chosen."""
    roles = [str(role) for role in Role if may(Actor(UUID(int=0), role), Action.INVESTIGATE)]
    return list(User.objects.filter(is_active=True, role__in=roles).order_by("name", "username"))
