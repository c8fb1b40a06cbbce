"""What may prove a case without her: each route looked at, and what a prosecutor or a court made of it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.commands.holding import locked_case
from throughline.casework.investigation.commands.words import (
    ask_the_investigator,
    investigation_of,
    keep_words,
    said_in,
    somebody,
)
from throughline.casework.investigation.models import Investigation, RouteLooked, RouteResult
from throughline.casework.investigation.queries.proving import unlooked
from throughline.casework.people.rules import Malformed, row_of
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write
from throughline.foundations.duties.commands import discharge_about

ROUTES_DUTY = "evidence-routes"


@transaction.atomic
def say_support(*, by: Actor, now: datetime, case_id: UUID, support: str) -> Investigation:
    """Write down whether she supports a prosecution, in a code of victim-support.

    Where she does not, or does not know, the routes without her are to be looked at: those of which nobody has said
    anything yet. Raises Malformed, NotYet for a closed case, Refused.
    """
    asked = locked_case(case_id)
    undertake(by, Action.INVESTIGATE, *asked.subjects, detail={"case": str(asked.id), "support": support})
    case, investigation = investigation_of(case_id, by=by, now=now)
    row = row_of("victim-support", "support", support, now)
    investigation.support = support
    investigation.save(update_fields=["support"])
    write("support-said", by=by, now=now, record_id=case.victim_id, about=case.id, code=support)
    if row.flag("without_her") and unlooked(investigation, now):
        ask_the_investigator(ROUTES_DUTY, investigation, case, now=now, cause="not-supported")
    return investigation


@transaction.atomic
def look_at_route(
    *,
    by: Actor,
    now: datetime,
    case_id: UUID,
    route: str,
    state: str,
    whose: UUID | None = None,
    words: str = "",
) -> RouteLooked:
    """Say of a route to evidence without her whether it is there, or who looks for it. The latest stands.

    Raises Malformed, NotYet for a closed case, Refused.
    """
    asked = locked_case(case_id)
    undertake(by, Action.INVESTIGATE, *asked.subjects, detail={"case": str(asked.id), "route": route})
    case, investigation = investigation_of(case_id, by=by, now=now)
    row_of("evidence-routes", "route", route, now)
    looked_for = row_of("route-states", "state", state, now).flag("open")
    if looked_for and whose is None:
        raise Malformed("whose", "say who looks for it")
    user = somebody("whose", whose, case) if looked_for and whose else None
    said = said_in("words", words)
    made = RouteLooked.objects.create(
        investigation=investigation,
        record_id=case.victim_id,
        route=route,
        state=state,
        whose=user.id if user else None,
        at=now,
        by=by.id,
        subjects=case.subjects,
    )
    keep_words(made.id, "route", said, subjects=case.subjects, by=by, now=now)
    write("route-looked-at", by=by, now=now, record_id=case.victim_id, about=case.id, code=route)
    if not unlooked(investigation, now):
        discharge_about(case.id, ROUTES_DUTY, by=by, now=now, outcome="routes-looked-at")
    return made


@transaction.atomic
def keep_result(
    *, by: Actor, now: datetime, case_id: UUID, route: str, result: str, lesson: str = ""
) -> RouteResult:
    """Keep what a prosecutor or a court did with evidence by a route, and what others can learn from it.

    The lesson is about the route and names nobody. Of a closed case as well: a court decides late. Raises Malformed,
    Refused.
    """
    case = locked_case(case_id)
    undertake(by, Action.INVESTIGATE, *case.subjects, detail={"case": str(case.id), "route": route})
    row_of("evidence-routes", "route", route, now)
    row_of("route-results", "result", result, now)
    said = said_in("lesson", lesson)
    investigation = Investigation.objects.filter(case=case).first()
    if investigation is None:
        raise Malformed("", "has no investigation")
    made = RouteResult.objects.create(
        investigation=investigation,
        record_id=case.victim_id,
        route=route,
        result=result,
        at=now,
        by=by.id,
        subjects=case.subjects,
    )
    keep_words(made.id, "lesson", said, subjects=case.subjects, by=by, now=now)
    return made
