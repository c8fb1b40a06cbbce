"""The registrar's pages: what waits, a judgement, and its review by somebody else."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from throughline.casework.cases.commands import crimes as commands
from throughline.casework.cases.forms import CrimeForm, ReviewForm
from throughline.casework.cases.models import Crime, Incident
from throughline.casework.cases.queries import pages
from throughline.casework.cases.views.changing import change, purpose_for
from throughline.casework.cases.views.wording import WORDING
from throughline.casework.people.forms.person import ReasonForm
from throughline.casework.people.views.changing import sent
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day
from throughline.foundations.decisions.models import Decision

# the two forms of the judging page are told apart by their button
NONE = "none"


@guarded(Action.RECORD_CRIME)
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """The domestic incidents that nobody has judged yet, longest overdue first."""
    now = timezone.now()
    found = pages.to_judge(actor_of(request), at=now, purpose=purpose_for(request))
    return render(request, "cases/waiting.html", {"found": found, "now": now, **WORDING})


@guarded(Action.RECORD_CRIME)
@require_http_methods(["GET", "POST"])
def judge(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Record a crime of an incident, or that there was none."""
    actor, now = actor_of(request), timezone.now()
    today = london_day(now)
    incident = pages.in_sight(actor, Action.RECORD_CRIME, Incident, incident_id)
    page = pages.incident_told(incident, today)
    no_crime = request.POST.get("do") == NONE
    crime_form = CrimeForm(
        None if no_crime else sent(request),
        on=london_day(incident.reported_at),
        victims=[
            (str(one.record_id), one.name) for part, _sure, one in page.involved if part == "victim" and one
        ],
        today=today,
    )
    none_form = ReasonForm(
        sent(request) if no_crime else None, decision="no-crime", today=today, auto_id="none_%s"
    )

    def command() -> None:
        if no_crime:
            commands.not_a_crime(by=actor, now=now, incident_id=incident.id, **none_form.cleaned_data)
            return
        typed = dict(crime_form.cleaned_data)
        victim = typed.pop("victim", "")
        commands.record_crime(
            by=actor, now=now, incident_id=incident.id, victim_id=UUID(victim) if victim else None, **typed
        )

    return change(
        request,
        Action.RECORD_CRIME,
        incident.subjects,
        none_form if no_crime else crime_form,
        command,
        success=_("Judged. Your name and reason stand with it."),
        back=reverse("cases:judge", args=[incident.id]) if not no_crime else reverse("cases:waiting"),
        title=_("Incident %(number)s: is a crime recorded?") % {"number": incident.number},
        button=_("Record this crime"),
        template="cases/judge.html",
        page=page,
        crime_form=crime_form,
        none_form=none_form,
        now=now,
        **WORDING,
    )


@guarded(Action.RECORD_CRIME)
@require_http_methods(["GET", "POST"])
def cancel(request: HttpRequest, crime_id: UUID) -> HttpResponse:
    """Cancel a recorded crime; the row stays, and somebody else looks at it."""
    actor, now = actor_of(request), timezone.now()
    crime = pages.in_sight(actor, Action.RECORD_CRIME, Crime, crime_id)
    form = ReasonForm(sent(request), decision="cancel-crime", today=london_day(now))
    return change(
        request,
        Action.RECORD_CRIME,
        crime.subjects,
        form,
        lambda: commands.cancel_crime(by=actor, now=now, crime_id=crime.id, **form.cleaned_data),
        success=_("Cancelled. Somebody else looks at it."),
        back=reverse("cases:judge", args=[crime.incident_id]),
        title=_("Cancel a crime: %(offence)s")
        % {"offence": WORDING["label"]("offence-groups", crime.offence)},
        button=_("Cancel this crime"),
    )


@guarded(Action.REVIEW_CRIME)
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, decision_id: UUID) -> HttpResponse:
    """Look at what another registrar judged."""
    actor, now = actor_of(request), timezone.now()
    decision, incident = pages.judgement(actor, decision_id)
    form = ReviewForm(sent(request))
    return change(
        request,
        Action.REVIEW_CRIME,
        incident.subjects,
        form,
        lambda: commands.review_crime(
            by=actor,
            now=now,
            decision_id=decision.id,
            agreed=form.cleaned_data["agreed"] == "yes",
            feedback=form.cleaned_data["feedback"],
        ),
        success=_("Looked at. Whoever judged it reads what you said."),
        back="/",
        title=_("A judgement of incident %(number)s") % {"number": incident.number},
        button=_("Save"),
        template="cases/review.html",
        page=pages.incident_told(incident, london_day(now)),
        decision=decision,
        by=_maker(decision),
        now=now,
        **WORDING,
    )


def _maker(decision: Decision) -> str:
    return pages.staff_names({decision.made_by})[decision.made_by]
