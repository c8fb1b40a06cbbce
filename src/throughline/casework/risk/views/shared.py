"""What every page of this room shares: the case that it is about, and codes in words."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop
from django.views.decorators.http import require_http_methods

from throughline.casework.cases.models import Case
from throughline.casework.cases.rules import NotYet
from throughline.casework.cases.views.changing import IN_THE_WAY, purpose_for
from throughline.casework.cases.views.wording import in_words
from throughline.casework.people.rules import Malformed
from throughline.casework.people.views.changing import in_conflict
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.risk.queries.pages import RiskPage, risk_page
from throughline.casework.risk.rules.assessing import Flag, Stage
from throughline.casework.risk.rules.order import Sign
from throughline.casework.scene.models import Attendance
from throughline.casework.scene.views.shared import along_with as along_with_visit
from throughline.foundations.access.routes import actor_of
from throughline.foundations.access.rules import Action, Actor, may
from throughline.foundations.offline.marking import Along, Pages

type CaseView = Callable[..., HttpResponse]
both = require_http_methods(["GET", "POST"])

SIGNS = {
    Sign.AT_LARGE: gettext_lazy("The suspect is at large: not arrested, wanted, on a warrant or on bail"),
    Sign.MISMATCH: gettext_lazy("The words speak of danger and the grade does not"),
}
FLAGS = {
    Flag.BY_TELEPHONE: gettext_lazy("By telephone, of an intimate partner: nobody saw her"),
    Flag.WITHOUT_HER: gettext_lazy("Without her: it rests on what is known and was seen"),
}
STAGES = {
    Stage.OFFICER: gettext_lazy("Officer"),
    Stage.SUPERVISOR: gettext_lazy("Supervisor"),
    Stage.INSPECTOR: gettext_lazy("Inspector"),
    Stage.HUB: gettext_lazy("Hub"),
    Stage.REASSESSMENT: gettext_lazy("Reassessment"),
}
VERDICTS = {
    "agreed": gettext_lazy("Agreed with"),
    "regraded": gettext_lazy("Graded otherwise"),
    "returned": gettext_lazy("Returned, to be added to"),
}
# why a value could not be kept, as this room's commands say it (`Malformed.why`)
WHY_MALFORMED = (
    gettext_noop("has not come yet"),
    gettext_noop("is more than a month ago"),
    gettext_noop("choose one of the answers listed"),
    gettext_noop("is not an incident of these two"),
    gettext_noop("say how it was done"),
    gettext_noop("an intimate partner’s danger is not assessed by telephone here: see her first"),
    gettext_noop("nobody has graded it: grade it yourself or return it"),
    gettext_noop("is the one that you look at: choose another, or agree"),
    gettext_noop("is needed: say why you decided otherwise"),
    gettext_noop("is needed: say what is to be added"),
    gettext_noop("say first how deep you look, and why"),
    gettext_noop("needs an answer"),
    gettext_noop("the assessment is not complete: write it there"),
    gettext_noop("is empty"),
)
NOT_GRADED = gettext_noop("you have not graded it: grade it first, then write down that she was told")
NOT_THAT_GRADE = gettext_noop("is not the grade that you gave last: see which one stands")

WORDING: dict[str, Any] = {
    "label": in_words,
    "Action": Action,
    "signs": SIGNS,
    "flags": FLAGS,
    "stages": STAGES,
    "verdicts": VERDICTS,
}


def page_of(request: HttpRequest, case: Case, action: Action) -> RiskPage:
    """What was judged of a case so far, with its look; the case is the reason to open either of the two."""
    purpose = purpose_for(request, case.victim_id)
    page = risk_page(actor_of(request), case, action=action, at=timezone.now(), purpose=purpose)
    lead_to(request, case.subjects, purpose)
    return page


def along_with(request: HttpRequest, case: Case, *, also: Pages | None = None) -> Along | None:
    """Whoever is, or last was, at an incident of the two takes the pages of risk along with their visit.

    Nobody else does: at a counter or in the hub there is signal.
    """
    own = (
        Attendance.objects.filter(officer=actor_of(request).id, incident__case_links__case=case)
        .select_related("incident")
        .order_by("-left_at", "-began_at")  # nulls first: the one that is not over
        .first()
    )
    return along_with_visit(request, own, also=also)


def pages_along(actor: Actor, incident_id: UUID) -> Pages:
    """What of risk goes along with a visit: each open case of its incident, assessed, graded and told.

    Nothing for whoever is not at it: a brief alone tells of nobody's assessment.
    """
    if not (may(actor, Action.ASSESS_RISK) and _attends(actor, incident_id)):
        return {}
    titles = {"assess": _("Assess the risk with her")}
    if may(actor, Action.GRADE_CASE):
        titles |= {"grade": _("Grade the danger"), "tell-her": _("Tell her the result")}
    titles["case"] = _("Risk")
    cases = Case.objects.filter(incident_links__incident=incident_id, closed_at=None)
    return {
        reverse(f"risk:{name}", args=[case.id]): title
        for case in cases.order_by("opened_at", "id")
        for name, title in titles.items()
    }


def _attends(actor: Actor, incident_id: UUID) -> bool:
    return Attendance.objects.filter(incident=incident_id, officer=actor.id).exists()


def in_the_way(command: Callable[[], object]) -> Callable[[], object]:
    """A command whose refusal for the state of the case is said in words, above the form."""

    def run() -> object:
        try:
            return command()
        except NotYet as wait:
            raise Malformed("", "; ".join(str(IN_THE_WAY.get(code, code)) for code in wait.why)) from None

    return run


def shown(request: HttpRequest, template: str, form: BaseForm | None = None, **context: Any) -> HttpResponse:
    """A page of this room; one whose form is in conflict says so to whatever sent it."""
    status = HTTPStatus.CONFLICT if form and in_conflict(form) else HTTPStatus.OK
    told = {"form": form, "now": timezone.now(), **WORDING, **context}
    return render(request, template, told, status=status)
