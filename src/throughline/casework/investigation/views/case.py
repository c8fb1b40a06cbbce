"""The investigation of a case: its page, accepting it, and its plan."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from throughline.casework.cases.models import Case
from throughline.casework.cases.views.changing import about_case, about_row, purpose_for
from throughline.casework.investigation.commands import allocating, planning
from throughline.casework.investigation.forms import EndForm, LetGoForm, LineForm
from throughline.casework.investigation.models import LineOfEnquiry
from throughline.casework.investigation.queries.pages import (
    SCENE_STATEMENT,
    investigation_page,
    proposals_of,
    words_of,
)
from throughline.casework.investigation.rules.planning import kind_for
from throughline.casework.investigation.views.shared import accounts, small
from throughline.casework.people.views.changing import sent, the
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.risk.views.shared import shown
from throughline.foundations.access.routes import actor_of
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day
from throughline.foundations.govuk.forms import GovukForm
from throughline.foundations.instruments.queries import library


def _scene_answers(now: datetime) -> dict[str, str]:
    """What she may have answered at the scene to the offer of a personal statement, in words."""
    asked = library().as_of(SCENE_STATEMENT, london_day(now)).questions
    return {code: _(words) for one in asked if one.code == "answer" for code, words in one.options.items()}


@about_case(Action.VIEW_INVESTIGATION)
def show(request: HttpRequest, case: Case) -> HttpResponse:
    """Who investigates, by what plan, whom to find, what may prove it, and what she said."""
    if request.method != "GET":
        return redirect("investigation:case", case.id)
    actor, purpose = actor_of(request), purpose_for(request, case.victim_id)
    page = investigation_page(actor, case, now=timezone.now(), purpose=purpose)
    lead_to(request, case.subjects, purpose)
    asked = page.request
    return shown(
        request,
        "investigation/case.html",
        page=page,
        case=case,
        me=actor.id,
        scene_answers=_scene_answers(timezone.now()),
        accepts=asked is not None
        and asked.role == actor.role
        and asked.account in (None, actor.id)
        and Action.INVESTIGATE in page.allowed,
        works=Action.INVESTIGATE in page.allowed and not case.closed_at,
        supervises=Action.SUPERVISE_INVESTIGATION in page.allowed and not case.closed_at,
    )


@about_case(Action.INVESTIGATE)
def begin(request: HttpRequest, case: Case) -> HttpResponse:
    """Open the investigation before a crime is recorded."""
    actor, now = actor_of(request), timezone.now()
    return small(
        request,
        Action.INVESTIGATE,
        case,
        GovukForm(sent(request)),
        lambda: allocating.begin(by=actor, now=now, case_id=case.id),
        success=_("The investigation is open."),
        title=_("Open the investigation"),
        button=_("Open it"),
        lead=[
            _("Where a crime is recorded this is done without you."),
            _("Whoever the policy names for her grade is asked to investigate."),
        ],
    )


@about_case(Action.INVESTIGATE)
def accept(request: HttpRequest, case: Case) -> HttpResponse:
    """Investigate it from now on."""
    actor, now = actor_of(request), timezone.now()
    return small(
        request,
        Action.INVESTIGATE,
        case,
        GovukForm(sent(request)),
        lambda: allocating.accept(by=actor, now=now, case_id=case.id),
        success=_("You investigate it. A plan is on your list, with a time."),
        title=_("Accept the investigation"),
        button=_("Accept"),
        lead=[
            _(
                "Her other open cases that wait for the same are yours with it, so that she has one investigator."
            ),
            _("Open lines of whoever investigated until now become yours."),
        ],
    )


def _save_line(
    request: HttpRequest,
    case: Case,
    *,
    title: str,
    lead: list[str],
    initial: Mapping[str, object] | None = None,
    incident_id: UUID | None = None,
    item: str = "",
    supersedes: UUID | None = None,
) -> HttpResponse:
    actor, now = actor_of(request), timezone.now()
    form = LineForm(
        sent(request), today=london_day(now), accounts=accounts(me=actor.id), initial=dict(initial or {})
    )
    return small(
        request,
        Action.INVESTIGATE,
        case,
        form,
        lambda: planning.add_line(
            by=actor,
            now=now,
            case_id=case.id,
            kind=form.cleaned_data["kind"],
            what=form.cleaned_data["what"],
            whose=UUID(form.cleaned_data["whose"]),
            due_at=form.due_at(),
            priority=form.cleaned_data["priority"] or "",
            why=form.cleaned_data["why"],
            incident_id=incident_id,
            item=item,
            supersedes=supersedes,
        ),
        success=_("It is in the plan, and on the list of whoever it names."),
        title=title,
        button=_("Put it into the plan"),
        lead=lead,
    )


@about_case(Action.INVESTIGATE)
def add_line(request: HttpRequest, case: Case) -> HttpResponse:
    """A line of enquiry more."""
    return _save_line(
        request,
        case,
        title=_("Add a line of enquiry"),
        lead=[_("It stands on the list of whoever it names, until it is done or let go with a reason.")],
    )


def _left(case: Case, incident_id: UUID, item: str) -> str:
    """The number of the incident in which the scene left it; empty where it did not, or no longer does."""
    found = (
        one.number
        for one in proposals_of(case, None)
        if (one.left.incident, one.left.item) == (incident_id, item)
    )
    return next(found, "")


def _not_left(request: HttpRequest, case: Case) -> HttpResponse:
    messages.info(request, _("The scene has not left this, or it has been done since."))
    return redirect("investigation:case", case.id)


@about_case(Action.INVESTIGATE)
def take(request: HttpRequest, case: Case, incident_id: UUID, item: str) -> HttpResponse:
    """Take what the scene left into the plan."""
    number, today = _left(case, incident_id, item), london_day(timezone.now())
    if not number:
        return _not_left(request, case)
    return _save_line(
        request,
        case,
        title=_("Take it into the plan"),
        lead=[_("Left by the scene of incident %(number)s.") % {"number": number}],
        initial={"kind": kind_for(item, today)},
        incident_id=incident_id,
        item=item,
    )


@about_case(Action.INVESTIGATE)
def let_go(request: HttpRequest, case: Case, incident_id: UUID, item: str) -> HttpResponse:
    """Say why what the scene left is not taken into the plan."""
    actor, now = actor_of(request), timezone.now()
    number = _left(case, incident_id, item)
    if not number:
        return _not_left(request, case)
    form = LetGoForm(sent(request), today=london_day(now))
    return small(
        request,
        Action.INVESTIGATE,
        case,
        form,
        lambda: planning.let_go_of_proposal(
            by=actor, now=now, case_id=case.id, incident_id=incident_id, item=item, **form.cleaned_data
        ),
        success=_("Let go, with your reason."),
        title=_("Let it go"),
        button=_("Let it go"),
        lead=[_("Left by the scene of incident %(number)s.") % {"number": number}],
    )


@about_case(Action.INVESTIGATE)
def planned(request: HttpRequest, case: Case) -> HttpResponse:
    """Say that the plan is made."""
    actor, now = actor_of(request), timezone.now()
    return small(
        request,
        Action.INVESTIGATE,
        case,
        GovukForm(sent(request)),
        lambda: planning.complete_plan(by=actor, now=now, case_id=case.id),
        success=_("The plan is made. Lines can be added at any time."),
        title=_("The plan is made"),
        button=_("It is made"),
        lead=[_("A sergeant reviews it by the clock of her grade.")],
    )


def _case_of(line: LineOfEnquiry) -> Case:
    return the(Case.objects.filter(id=line.investigation.case_id), line.record_id)


@about_row(Action.INVESTIGATE, LineOfEnquiry, "enquiry_id")
def end_line(request: HttpRequest, line: LineOfEnquiry) -> HttpResponse:
    """A line is done, or is let go with a reason."""
    actor, now = actor_of(request), timezone.now()
    form = EndForm(sent(request), today=london_day(now))
    return small(
        request,
        Action.INVESTIGATE,
        _case_of(line),
        form,
        lambda: planning.end_line(by=actor, now=now, line_id=line.id, **form.cleaned_data),
        success=_("Written down. The line stays to be read."),
        title=_("What came of this line"),
        button=_("Save"),
        lead=_said_of(line),
    )


def _said_of(line: LineOfEnquiry) -> list[str]:
    words = words_of(line)
    return [word for word in (words.get("what", ""), words.get("why", "")) if word]


@about_row(Action.INVESTIGATE, LineOfEnquiry, "enquiry_id")
def replace(request: HttpRequest, line: LineOfEnquiry) -> HttpResponse:
    """Put another line in the place of one, which stays to be read."""
    words = words_of(line)
    initial: dict[str, object] = {
        "kind": line.kind,
        "what": words.get("what", ""),
        "whose": str(line.whose),
        "priority": line.priority,
        "why": words.get("why", ""),
    }
    if line.due_at:
        initial["due"] = london_day(line.due_at)
    return _save_line(
        request,
        _case_of(line),
        title=_("Replace this line"),
        lead=[_("Nothing is edited: the line as it was stays to be read.")],
        initial=initial,
        supersedes=line.id,
    )
