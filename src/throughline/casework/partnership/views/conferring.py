"""The pages of a referral to a MARAC: which criteria the records meet, the referral, and a decision not to refer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from throughline.casework.cases.models import Case
from throughline.casework.cases.views.changing import about_case, about_row
from throughline.casework.partnership.commands import conferring
from throughline.casework.partnership.forms import AddForm, MaracForm, NotReferredForm, ReviewForm, SentForm
from throughline.casework.partnership.models import MaracReferral, NotReferred
from throughline.casework.partnership.views.advising import back_to, page_of
from throughline.casework.partnership.views.shared import small
from throughline.casework.people.views.changing import saved, sent
from throughline.foundations.access.routes import actor_of
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day


@about_case(Action.REFER_TO_PARTNERS)
def refer(request: HttpRequest, case: Case) -> HttpResponse:
    """Refer the case to a MARAC: which criteria the records meet, and why, stands before the questions."""
    now = timezone.now()
    form = MaracForm(sent(request), today=london_day(now))
    if saved(
        form,
        lambda: conferring.refer(by=actor_of(request), now=now, case_id=case.id, **form.cleaned_data),
    ):
        messages.success(request, _("Referred. Now send it, and write down when and under what reference."))
        return redirect(back_to(case))
    return small(
        request,
        form,
        page_of(request, case, Action.REFER_TO_PARTNERS),
        title=_("Refer to a MARAC"),
        button=_("Refer it"),
        back=back_to(case),
        template="partnership/marac.html",
    )


@about_case(Action.REFER_TO_PARTNERS)
def decide_not_to(request: HttpRequest, case: Case) -> HttpResponse:
    """Say why a case that meets a criterion is not referred."""
    now = timezone.now()
    page = page_of(request, case, Action.REFER_TO_PARTNERS)
    form = NotReferredForm(sent(request), today=london_day(now)) if page.called or sent(request) else None
    if form and saved(
        form,
        lambda: conferring.decide_not_to(by=actor_of(request), now=now, case_id=case.id, **form.cleaned_data),
    ):
        messages.success(request, _("Written down. A sergeant sees it."))
        return redirect(back_to(case))
    return small(
        request,
        form,
        page,
        title=_("Not referred to a MARAC"),
        button=_("It is not referred"),
        back=back_to(case),
        template="partnership/marac.html",
    )


@about_row(Action.REFER_TO_PARTNERS, MaracReferral, "marac_id")
def add(request: HttpRequest, row: MaracReferral) -> HttpResponse:
    """Add a further reason to a referral, or correct it."""
    now = timezone.now()
    form = AddForm(sent(request), today=london_day(now))
    if saved(
        form, lambda: conferring.add(by=actor_of(request), now=now, marac_id=row.id, **form.cleaned_data)
    ):
        messages.success(request, _("Added. What was first written stays."))
        return redirect(back_to(row.case))
    return small(
        request,
        form,
        page_of(request, row.case, Action.REFER_TO_PARTNERS),
        title=_("Add to a referral to a MARAC"),
        button=_("Add it"),
        back=back_to(row.case),
    )


@about_row(Action.REFER_TO_PARTNERS, MaracReferral, "marac_id")
def sent_on(request: HttpRequest, row: MaracReferral) -> HttpResponse:
    """Write down that a referral was sent."""
    now = timezone.now()
    form = SentForm(sent(request), today=london_day(now))
    if saved(
        form,
        lambda: conferring.sent(
            by=actor_of(request), now=now, marac_id=row.id, at=form.moment(), **form.beside_when()
        ),
    ):
        messages.success(request, _("Written down."))
        return redirect(back_to(row.case))
    return small(
        request,
        form,
        page_of(request, row.case, Action.REFER_TO_PARTNERS),
        title=_("The referral was sent"),
        button=_("Write it down"),
        back=back_to(row.case),
    )


@about_row(Action.REVIEW_NOT_REFERRED, NotReferred, "not_referred_id")
def review(request: HttpRequest, row: NotReferred) -> HttpResponse:
    """Look at why a case was not referred; nobody looks at what they decided themselves."""
    actor, now = actor_of(request), timezone.now()
    seen = row.decision.reviews.exists()
    form = ReviewForm(sent(request), today=london_day(now)) if not seen and row.by != actor.id else None

    def command() -> None:
        assert form is not None
        typed = form.cleaned_data
        conferring.review(
            by=actor,
            now=now,
            not_referred_id=row.id,
            agreed=typed["agreed"] == "yes",
            feedback=typed["feedback"],
        )

    if form and saved(form, command):
        messages.success(request, _("Written down."))
        return redirect(back_to(row.case))
    return small(
        request,
        form,
        page_of(request, row.case, Action.REVIEW_NOT_REFERRED),
        title=_("Why it was not referred to a MARAC"),
        button=_("Write it down"),
        back=back_to(row.case),
        template="partnership/review.html",
        row=row,
    )
