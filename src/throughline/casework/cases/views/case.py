"""One case, and what a person changes about it."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from throughline.casework.cases.commands import cases as commands
from throughline.casework.cases.commands import holding
from throughline.casework.cases.commands.incidents import close_incident
from throughline.casework.cases.forms import (
    AcceptForm,
    CloseCaseForm,
    CloseIncidentForm,
    GroupForm,
    OtherCaseForm,
    OwnerForm,
)
from throughline.casework.cases.models import Case, Incident
from throughline.casework.cases.queries import pages
from throughline.casework.cases.queries.counters import against_of, counter_allegations, would_hold_both
from throughline.casework.cases.queries.groups import group_of, may_be_one, several_of_one_victim
from throughline.casework.cases.rules.counter import Stands
from throughline.casework.cases.views.changing import IN_THE_WAY, about_case, change, purpose_for
from throughline.casework.cases.views.wording import WORDING
from throughline.casework.people.forms.person import ConfirmForm
from throughline.casework.people.views import wording
from throughline.casework.people.views.changing import about_person, sent
from throughline.casework.people.views.purposes import lead_to
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day


def address(case: Case) -> str:
    return reverse("cases:case", args=[case.id])


def _two(case: Case) -> list[UUID | None]:
    return [case.victim_id, case.suspect_id]


def called(pair: pages.Pair) -> str:
    """A case on one line: the two of it, since when, and how many incidents."""
    return _("%(victim)s / %(suspect)s, opened %(day)s, incidents: %(count)s") % {
        "victim": pair.victim.name if pair.victim else _("Name not known"),
        "suspect": pair.suspect.name if pair.suspect else _("suspect not known"),
        "day": wording.day(london_day(pair.case.opened_at)),
        "count": pair.incidents,
    }


@guarded(Action.VIEW_CASE)
@require_safe
def show(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """The case, for who may see both of the two."""
    actor, now = actor_of(request), timezone.now()
    case = pages.in_sight(actor, Action.VIEW_CASE, Case, case_id)
    page = pages.case_page(actor, case_id, at=now, purpose=purpose_for(request, case.victim_id))
    # the case is the reason to open either of them from here
    lead_to(request, [one for one in _two(case) if one], purpose_for(request, case.victim_id))
    shown = {
        "page": page,
        "now": now,
        "in_the_way": IN_THE_WAY,
        "me": actor.id,
        "against": against_of(actor, [case.id]),
        "same_owner": page.owner is not None and would_hold_both(case, page.owner.account, at=now),
        "group": group_of(case),
        "one_group": may_be_one(actor, case, at=now),
        "several": several_of_one_victim(told.incident for told in page.incidents),
        **WORDING,
    }
    return render(request, "cases/case.html", shown)


@about_person(Action.VIEW_CASE)
def of(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """The cases of one person, what stands about them, and every incident they had a part in."""
    now = timezone.now()
    page = pages.cases_of_person(
        actor_of(request), record_id, at=now, purpose=purpose_for(request, record_id)
    )
    back = reverse("people:person", args=[record_id])
    return render(request, "cases/of.html", {"page": page, "now": now, "back": back, **WORDING})


@about_case(Action.OWN_CASE)
def owner(request: HttpRequest, case: Case) -> HttpResponse:
    """Take a case on, or ask an officer to."""
    actor = actor_of(request)
    owners = [(str(actor.id), _("I do"))]
    if actor.role in holding.ASKS:
        owners += pages.officers(without=actor.id)
    # told before it is chosen, whoever it would be
    both = {one for one, _name in owners if would_hold_both(case, UUID(one), at=timezone.now())}
    owners = [
        (one, _("%(name)s (owner of the other side)") % {"name": name} if one in both else name)
        for one, name in owners
    ]
    form = OwnerForm(sent(request), owners=owners, counter=bool(both))
    return change(
        request,
        Action.OWN_CASE,
        _two(case),
        form,
        lambda: holding.set_owner(
            by=actor,
            now=timezone.now(),
            case_id=case.id,
            owner=UUID(form.cleaned_data["owner"]),
            both_sides=bool(form.cleaned_data.get("both_sides")),
        ),
        success=_("Done. Whoever was asked owns it once they have accepted."),
        back=address(case),
        title=_("Who owns this case"),
        button=_("Save"),
        lead=_two_sides() if counter_allegations([case.id]) else [],
    )


@about_case(Action.OWN_CASE)
def accept(request: HttpRequest, case: Case) -> HttpResponse:
    """Accept a case that one was asked to own."""
    actor, now = actor_of(request), timezone.now()
    both = would_hold_both(case, actor.id, at=now)
    form = AcceptForm(sent(request), today=london_day(now), counter=both)
    return change(
        request,
        Action.OWN_CASE,
        _two(case),
        form,
        lambda: holding.accept_case(
            by=actor,
            now=now,
            case_id=case.id,
            both_sides=bool(form.cleaned_data.get("both_sides")),
        ),
        success=_("You own this case, and her other open ones."),
        back=address(case),
        title=_("Accept this case"),
        button=_("Accept"),
        lead=[
            _("You own it from now on, with every other open case of hers, so that she has one of you."),
            *(_two_sides() if both else []),
        ],
    )


def _two_sides() -> list[str]:
    return [
        _("Each of the two is named as the victim of the other. Should one person be the contact of both?")
    ]


@about_case(Action.CLOSE_CASE)
def close(request: HttpRequest, case: Case) -> HttpResponse:
    """Close a case of which nothing is open and nothing stands."""
    now = timezone.now()
    form = CloseCaseForm(sent(request), today=london_day(now))
    unresolved = any(one.stands == Stands.UNRESOLVED for one in counter_allegations([case.id]))
    return change(
        request,
        Action.CLOSE_CASE,
        _two(case),
        form,
        lambda: commands.close_case(by=actor_of(request), now=now, case_id=case.id, **form.cleaned_data),
        success=_("Closed."),
        back=address(case),
        title=_("Close this case"),
        button=_("Close case"),
        lead=[
            _("Cases that are joined with it are closed with it. Another incident opens a new one."),
            *(
                [
                    _(
                        "It is unresolved who of the two is the primary perpetrator: both their cases are closed, or neither."
                    )
                ]
                if unresolved
                else []
            ),
        ],
    )


@about_case(Action.CLOSE_CASE)
def reopen(request: HttpRequest, case: Case) -> HttpResponse:
    """Open a closed case again."""
    return change(
        request,
        Action.CLOSE_CASE,
        _two(case),
        ConfirmForm(sent(request), today=london_day(timezone.now())),
        lambda: commands.reopen_case(by=actor_of(request), now=timezone.now(), case_id=case.id),
        success=_("Open again. It needs an owner and a grade."),
        back=address(case),
        title=_("Reopen this case"),
        button=_("Reopen"),
    )


@about_case(Action.GROUP_CASES)
def join(request: HttpRequest, case: Case) -> HttpResponse:
    """Join a case into another of the same two people."""
    offered = pages.joinable(actor_of(request), case, at=timezone.now())
    form = OtherCaseForm(sent(request), cases=[(str(one.case.id), called(one)) for one in offered])
    return change(
        request,
        Action.GROUP_CASES,
        [*_two(case), *(one for each in offered for one in _two(each.case))],
        form,
        lambda: commands.join_cases(
            by=actor_of(request),
            now=timezone.now(),
            case_id=case.id,
            into_id=UUID(form.cleaned_data["into"]),
        ),
        success=_("Joined. Nothing of either has changed, and they can be parted again."),
        back=address(case),
        title=_("Join with another case of the same two"),
        button=_("Join"),
        lead=[] if offered else [_("There is no other open case of these two people.")],
    )


@about_case(Action.GROUP_CASES)
def part(request: HttpRequest, case: Case) -> HttpResponse:
    """Part a case from the one that it was joined into."""
    return change(
        request,
        Action.GROUP_CASES,
        _two(case),
        ConfirmForm(sent(request), today=london_day(timezone.now())),
        lambda: commands.part_cases(by=actor_of(request), now=timezone.now(), case_id=case.id),
        success=_("Parted. Both stand as they did."),
        back=address(case),
        title=_("Part from the case that it is joined with"),
        button=_("Part"),
    )


@about_case(Action.GROUP_CASES)
def group(request: HttpRequest, case: Case) -> HttpResponse:
    """Say which cases belong with this one."""
    now = timezone.now()
    offered = pages.groupable(actor_of(request), case, at=now)
    form = GroupForm(
        sent(request), cases=[(str(one.case.id), called(one)) for one in offered], today=london_day(now)
    )
    return change(
        request,
        Action.GROUP_CASES,
        [*_two(case), *(one for each in offered for one in _two(each.case))],
        form,
        lambda: commands.group_cases(
            by=actor_of(request),
            now=now,
            case_ids=[case.id, *map(UUID, form.cleaned_data["cases"])],
            reason=form.cleaned_data["reason"],
        ),
        success=_("Grouped. They are to have one plan."),
        back=address(case),
        title=_("Group with cases that belong together"),
        button=_("Group"),
        lead=[] if offered else [_("No other case shares either of these two people.")],
    )


@about_case(Action.GROUP_CASES)
def ungroup(request: HttpRequest, case: Case) -> HttpResponse:
    """Take a case out of its group."""
    return change(
        request,
        Action.GROUP_CASES,
        _two(case),
        ConfirmForm(sent(request), today=london_day(timezone.now())),
        lambda: commands.ungroup(by=actor_of(request), now=timezone.now(), case_id=case.id),
        success=_("Taken out of its group."),
        back=address(case),
        title=_("Take this case out of its group"),
        button=_("Take out"),
    )


@guarded(Action.CLOSE_CASE)
@require_http_methods(["GET", "POST"])
def close_one_incident(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Close an incident of which everything is done."""
    actor, now = actor_of(request), timezone.now()
    incident = pages.in_sight(actor, Action.CLOSE_CASE, Incident, incident_id)
    form = CloseIncidentForm(sent(request), today=london_day(now))
    case = Case.objects.filter(incident_links__incident=incident).order_by("-opened_at").first()
    return change(
        request,
        Action.CLOSE_CASE,
        incident.subjects,
        form,
        lambda: close_incident(by=actor, now=now, incident_id=incident.id, **form.cleaned_data),
        success=_("Incident %(number)s is closed.") % {"number": incident.number},
        back=address(case) if case else "/",
        title=_("Close incident %(number)s") % {"number": incident.number},
        button=_("Close incident"),
    )
