"""Assessing risk with her: on a doorstep, at a counter, in the hub."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from throughline.casework.cases.models import Case, Incident
from throughline.casework.cases.queries.pages import in_sight, look_at
from throughline.casework.cases.rules import NotYet
from throughline.casework.cases.views.changing import IN_THE_WAY, about_case, between, purpose_for
from throughline.casework.cases.views.wording import in_words
from throughline.casework.people.rules import Conflict, Malformed
from throughline.casework.people.views.changing import add_conflict, sent
from throughline.casework.risk.commands import assessing as commands
from throughline.casework.risk.forms import HowForm
from throughline.casework.risk.queries.asking import ToAssess, to_assess
from throughline.casework.risk.views.shared import along_with, shown
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, may
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.views import recalled
from throughline.foundations.instruments.commands import ChangedMeanwhile
from throughline.foundations.instruments.forms import InstrumentForm, form_for
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import library
from throughline.foundations.instruments.rules import BadAnswers
from throughline.foundations.offline.marking import done_at, left_at

# what the page was left at once all has been asked: nothing can stand on it
_COMPLETE = "complete"


@guarded(Action.ASSESS_RISK)
@require_safe
def of_incident(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """The pairs of an incident: one is opened at once, of several somebody says which."""
    actor, now = actor_of(request), timezone.now()
    incident = in_sight(actor, Action.ASSESS_RISK, Incident, incident_id)
    cases = list(
        Case.objects.filter(incident_links__incident=incident, closed_at=None).order_by("opened_at", "id")
    )
    if len(cases) == 1:
        return redirect("risk:assess", cases[0].id)
    named = look_at(
        actor,
        Action.ASSESS_RISK,
        [record for case in cases for record in (case.victim_id, case.suspect_id)],
        today=london_day(now),
        purpose=purpose_for(request),
    )
    pairs = [(case, between([case.victim_id, case.suspect_id], named)) for case in cases]
    return shown(request, "risk/of_incident.html", incident=incident, pairs=pairs)


@about_case(Action.ASSESS_RISK)
def assess(request: HttpRequest, case: Case) -> HttpResponse:
    """The questions about one pair. Saving asks for nothing; saying that all was asked is another button."""
    actor, now = actor_of(request), timezone.now()
    page = to_assess(actor, case.id, at=now, purpose=purpose_for(request, case.victim_id))
    form = form_for(page.whole, sent(request), kept=page.kept)
    how = _how(request, page)
    after = _ids(page.after)
    if request.method == "GET":
        draft = recalled(request, form, how)
        after = draft.typed.get("after", after) if draft else after
    else:
        after = request.POST.get("after", "")
        if _saved(request, case, page, form, how, after):
            if form.dropped_notice():
                messages.info(request, form.dropped_notice())
            if not form.completing:
                messages.success(request, _("Saved. Nothing has been sent to anybody yet."))
                return redirect("risk:assess", case.id)
            messages.success(request, _("Complete. It is to be checked; now say how you grade it."))
            grades = may(actor, Action.GRADE_CASE)
            return redirect("risk:grade" if grades else "risk:case", case.id)
    asked = [(code, library().as_of(code, london_day(now)).title) for code in _follow_ups(page)]
    return shown(
        request,
        "risk/assess.html",
        form,
        how=how,
        page=page,
        after=after,
        name=between([case.victim_id, case.suspect_id], page.named),
        back=reverse("risk:case", args=[case.id]),
        further=asked,
        along=along_with(
            request,
            case,
            also={reverse("risk:further", args=[case.id, code]): _(title) for code, title in asked},
        ),
    )


def _follow_ups(page: ToAssess) -> tuple[str, ...]:
    return page.mine.follow_ups if page.mine else ()


def _how(request: HttpRequest, page: ToAssess) -> HowForm:
    mine = page.mine.assessment if page.mine else None
    incidents = [
        (
            str(one.id),
            f"{one.number}, {in_words('incident-kinds', one.recorded_as)}",
        )
        for one in page.incidents
    ]
    first = incidents[0][0] if incidents else "none"
    return HowForm(
        sent(request),
        prefix="done",
        today=london_day(done_at(request, timezone.now())),
        incidents=incidents,
        initial={
            "how": mine.how if mine else "",
            "incident": str(mine.incident_id or "none") if mine else first,
        },
    )


def _ids(rows: tuple[UUID | None, UUID | None]) -> str:
    return ",".join(str(one or "") for one in rows)


def _read_ids(typed: str) -> tuple[UUID | None, UUID | None]:
    first, _comma, second = typed.partition(",")
    return (UUID(first) if first else None, UUID(second) if second else None)


def _saved(
    request: HttpRequest, case: Case, page: ToAssess, form: InstrumentForm, how: HowForm, after: str
) -> bool:
    if not (form.is_valid() & how.is_valid()):
        return False
    actor, now = actor_of(request), timezone.now()
    incident, at = how.cleaned_data["incident"], done_at(request, now)
    try:
        with transaction.atomic():
            made = commands.begin(
                by=actor,
                now=now,
                case_id=case.id,
                incident_id=UUID(incident) if incident and incident != "none" else None,
                how=how.cleaned_data["how"],
                # begun when it was typed, unless its assessor says otherwise
                at=how.moment() or (at if page.mine is None else None),
            )
            rows = commands.answer(
                by=actor,
                now=now,
                assessment_id=made.id,
                answers=form.answers(),
                after=_read_ids(after),
                at=at,
            )
            if form.completing:
                commands.complete(by=actor, now=now, assessment_id=made.id)
            # said on the same page again, without signal, it is no second assessment
            left_at(request, after=_COMPLETE if form.completing else _ids(rows))
    except Malformed as wrong:
        how.add_error(wrong.field if wrong.field in how.fields else None, _(wrong.why))
    except NotYet as wait:
        form.add_error(None, "; ".join(str(IN_THE_WAY.get(code, code)) for code in wait.why))
    except (ChangedMeanwhile, BadAnswers, Conflict, ValueError):
        add_conflict(
            form,
            _(
                "This was saved elsewhere meanwhile. Nothing was overwritten: open the page again in another tab, "
                "then decide."
            ),
        )
    return form.is_valid() and how.is_valid()


@about_case(Action.ASSESS_RISK)
def further(request: HttpRequest, case: Case, code: str) -> HttpResponse:
    """The further questions that an answer brought, such as those about stalking."""
    actor, now = actor_of(request), timezone.now()
    page = to_assess(actor, case.id, at=now, purpose=purpose_for(request, case.victim_id))
    if page.mine is None or code not in page.mine.follow_ups:
        return redirect("risk:assess", case.id)
    assessment = page.mine.assessment
    instrument = library().as_of(code, london_day(assessment.assessed_at)).asked_of(page.group)
    standing = Answers.objects.filter(subject=assessment.id, instrument=code, superseded_by=None).first()
    form = form_for(instrument, sent(request), kept=standing.answers if standing else None)
    after = str(standing.id) if standing else ""
    if request.method == "GET":
        draft = recalled(request, form)
        after = draft.typed.get("after", after) if draft else after
    elif form.is_valid():
        after = request.POST.get("after", "")
        try:
            saved, _none = commands.answer(
                by=actor,
                now=now,
                at=done_at(request, now),
                assessment_id=assessment.id,
                answers=form.answers(),
                after=(UUID(after) if after else None, None),
                instrument=code,
            )
        except (ChangedMeanwhile, BadAnswers, Conflict, ValueError):
            add_conflict(form, _("This was saved elsewhere meanwhile. Nothing was overwritten."))
        else:
            left_at(request, after=saved)
            messages.success(request, _("Saved. Go on where you were."))
            return redirect("risk:assess", case.id)
    context: dict[str, Any] = {
        "page": page,
        "instrument": instrument,
        "after": after,
        "name": between([case.victim_id, case.suspect_id], page.named),
        "back": reverse("risk:assess", args=[case.id]),
        "along": along_with(request, case, also={request.path: _(instrument.title)}),
    }
    return shown(request, "risk/further.html", form, **context)
