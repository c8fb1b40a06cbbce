"""Several against one: holding their cases together in one step, the group on one page, and its plan."""

from collections.abc import Collection
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from throughline.casework.cases.commands import cases as commands
from throughline.casework.cases.commands import groups as plan
from throughline.casework.cases.forms import EndLineForm, GroupForm, PlanLineForm
from throughline.casework.cases.models import Case, Incident
from throughline.casework.cases.queries import groups, pages
from throughline.casework.cases.rules.groups import HONOUR_BASED
from throughline.casework.cases.views.case import address as case_address
from throughline.casework.cases.views.case import called
from throughline.casework.cases.views.changing import about_case, change, purpose_for
from throughline.casework.cases.views.wording import WORDING
from throughline.casework.people.views.changing import sent
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.people.views.wording import said_in_words
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day


@about_case(Action.GROUP_CASES)
def one_group(request: HttpRequest, case: Case) -> HttpResponse:
    """These belong together: all her open cases, one group, one plan."""
    offered = groups.may_be_one(actor_of(request), case, at=timezone.now())
    return _one_group(request, [case], offered, case_address(case))


@guarded(Action.GROUP_CASES)
@require_http_methods(["GET", "POST"])
def one_group_of_incident(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """The same from an incident with several suspects and one victim."""
    actor, now = actor_of(request), timezone.now()
    incident = pages.in_sight(actor, Action.GROUP_CASES, Incident, incident_id)
    found = [case for cases in groups.cases_of_one_victim(incident).values() for case in cases]
    named = pages.people_named(
        [one for case in found for one in (case.victim_id, case.suspect_id)], london_day(now)
    )
    offered = tuple(pages.pairs_of(found, named, now).values())
    back = case_address(found[0]) if found else "/"
    return _one_group(request, [], offered, back)


def _one_group(
    request: HttpRequest, cases: Collection[Case], offered: Collection[pages.Pair], back: str
) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    form = GroupForm(
        sent(request),
        today=london_day(now),
        cases=[(str(one.case.id), called(one)) for one in offered],
        # one step: all of them, for the reason that this page is for
        initial={"cases": [str(one.case.id) for one in offered], "reason": HONOUR_BASED},
    )
    people = [one for case in cases for one in (case.victim_id, case.suspect_id)]
    return change(
        request,
        Action.GROUP_CASES,
        [*people, *(one for each in offered for one in (each.case.victim_id, each.case.suspect_id))],
        form,
        lambda: commands.group_cases(
            by=actor,
            now=now,
            case_ids=[*(case.id for case in cases), *map(UUID, form.cleaned_data["cases"])],
            reason=form.cleaned_data["reason"],
        ),
        success=_("One group. Write its plan on the page of the group."),
        back=back,
        title=_("These belong together: one group, one plan"),
        button=_("Hold them together"),
        lead=[
            _(
                "As honour-based abuse, the victim is marked: no interpreter from family or community, and no "
                "relative is told where she is."
            )
        ]
        if offered
        else [_("There is no other open case of hers with somebody known.")],
    )


@guarded(Action.VIEW_CASE)
@require_safe
def show(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """A group: its pairs, its owner, what stands, how to reach her, and the plan."""
    actor, now = actor_of(request), timezone.now()
    cases = groups.group_in_sight(actor, Action.VIEW_CASE, group_id)
    purpose = purpose_for(request, cases[0].victim_id)
    page = groups.group_page(actor, group_id, at=now, purpose=purpose)
    lead_to(request, {one for case in cases for one in case.subjects}, purpose)
    shown = {
        "page": page,
        "now": now,
        "today": london_day(now),
        "me": actor.id,
        "said": {
            one.victim.record_id: [pair for said in one.said for pair in said_in_words(said)[0]]
            for one in page.victims
        },
        "back": case_address(cases[0]),
        **WORDING,
    }
    return render(request, "cases/group.html", shown)


def address(group_id: UUID) -> str:
    return reverse("cases:group-page", args=[group_id])


@guarded(Action.GROUP_CASES)
@require_http_methods(["GET", "POST"])
def add_line(request: HttpRequest, group_id: UUID) -> HttpResponse:
    """Put a line into the plan."""
    actor, now = actor_of(request), timezone.now()
    cases = groups.group_in_sight(actor, Action.GROUP_CASES, group_id)
    form = PlanLineForm(sent(request), staff=groups.whose_work())
    return change(
        request,
        Action.GROUP_CASES,
        groups.victims_of_group(cases),
        form,
        lambda: plan.add_line(
            by=actor,
            now=now,
            group_id=group_id,
            **{**form.cleaned_data, "whose": UUID(form.cleaned_data["whose"])},
        ),
        success=_("In the plan, and on the list of whoever does it."),
        back=address(group_id),
        title=_("Add a line to the plan"),
        button=_("Add"),
    )


@guarded(Action.GROUP_CASES)
@require_http_methods(["GET", "POST"])
def change_line(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Write a line anew; what it said stays under it."""
    actor, now = actor_of(request), timezone.now()
    line, cases = groups.plan_line(actor, Action.GROUP_CASES, line_id)
    form = PlanLineForm(
        sent(request),
        staff=groups.whose_work(),
        initial={"what": line.what, "whose": str(line.whose), "due_on": line.due_on},
    )
    return change(
        request,
        Action.GROUP_CASES,
        groups.victims_of_group(cases),
        form,
        lambda: plan.change_line(
            by=actor,
            now=now,
            line_id=line.id,
            **{**form.cleaned_data, "whose": UUID(form.cleaned_data["whose"])},
        ),
        success=_("Changed. What it said before stays under it."),
        back=address(line.group_id),
        title=_("Change a line of the plan"),
        button=_("Change"),
    )


@guarded(Action.GROUP_CASES)
@require_http_methods(["GET", "POST"])
def end_line(request: HttpRequest, line_id: UUID) -> HttpResponse:
    """Say that a line is done, or why it is no longer to be done."""
    actor, now = actor_of(request), timezone.now()
    line, cases = groups.plan_line(actor, Action.GROUP_CASES, line_id)
    form = EndLineForm(sent(request), today=london_day(now))
    return change(
        request,
        Action.GROUP_CASES,
        groups.victims_of_group(cases),
        form,
        lambda: plan.end_line(by=actor, now=now, line_id=line.id, **form.cleaned_data),
        success=_("Kept. It stays to be read under the plan."),
        back=address(line.group_id),
        title=_("What became of a line of the plan"),
        button=_("Save"),
        template="cases/end_line.html",
        line=line,
        whose=pages.staff_names({line.whose})[line.whose],
        left=groups.whose_has_left(line),
    )
