"""The pages of the police about advisers: how it stands, a referral, and what was shared."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from throughline.casework.cases.models import Case
from throughline.casework.cases.queries.visits import reaching
from throughline.casework.cases.views.changing import about_case, about_row, purpose_for
from throughline.casework.cases.views.visits import reaching_in_words
from throughline.casework.partnership.commands import advising
from throughline.casework.partnership.forms import ReferForm
from throughline.casework.partnership.models import AdviserReferral, NoteShare
from throughline.casework.partnership.queries import partners as queries
from throughline.casework.partnership.queries.services import services
from throughline.casework.partnership.views.shared import WORDS, small
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.views.changing import saved, sent
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.risk.views.shared import in_the_way, shown
from throughline.foundations.access.routes import actor_of
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day


def page_of(request: HttpRequest, case: Case, action: Action = Action.VIEW_CASE) -> queries.Partners:
    """How it stands with the partners of a case, with its look; the case is the reason to open either of the two."""
    purpose = purpose_for(request, case.victim_id)
    page = queries.partners(actor_of(request), case, now=timezone.now(), purpose=purpose, action=action)
    lead_to(request, case.subjects, purpose)
    return page


def back_to(case: Case) -> str:
    """The address of the page of a case."""
    return reverse("partnership:partners", args=[case.id])


@about_case(Action.VIEW_CASE)
def show(request: HttpRequest, case: Case) -> HttpResponse:
    """Her adviser, what the adviser shared, and a MARAC."""
    if request.method != "GET":
        return redirect(back_to(case))
    return shown(request, "partnership/partners.html", page=page_of(request, case), case=case, **WORDS)


@about_case(Action.REFER_TO_PARTNERS)
def refer(request: HttpRequest, case: Case) -> HttpResponse:
    """Refer her to an advisers' service: how she is reached stands before the questions."""
    actor, now = actor_of(request), timezone.now()
    known = [(str(one.id), f"{one.agency.name}, {one.name}") for one in services()]
    form = ReferForm(sent(request), today=london_day(now), services=known)

    def command() -> None:
        typed = dict(form.cleaned_data)
        advising.refer(by=actor, now=now, case_id=case.id, team_id=UUID(typed.pop("team")), **typed)

    if saved(form, in_the_way(command)):
        messages.success(
            request,
            _("Referred. It stands in the inbox of the service; whoever owns the case owns it still."),
        )
        return redirect(back_to(case))
    return small(
        request,
        form,
        page_of(request, case, Action.REFER_TO_PARTNERS),
        title=_("Refer her to an independent adviser"),
        button=_("Refer her"),
        back=back_to(case),
        template="partnership/refer.html",
        said=reaching_in_words(reaching(held_together(case.victim_id))),
        services=known,
    )


@about_row(Action.VIEW_CASE, AdviserReferral, "adviser_referral_id")
def referral(request: HttpRequest, row: AdviserReferral) -> HttpResponse:
    """Where a referral stands: on the page of its case."""
    return redirect(back_to(row.case))


@about_row(Action.VIEW_CASE, NoteShare, "share_id")
def note(request: HttpRequest, row: NoteShare) -> HttpResponse:
    """Something that an adviser shared: on the page of its case, which shows it to whoever it was shared with."""
    return redirect(f"{back_to(row.case)}#shared")
