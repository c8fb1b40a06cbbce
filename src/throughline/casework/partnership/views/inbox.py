"""The pages of an adviser: her service's inbox, her slice of one case, and what she does about it."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from throughline.casework.cases.views.visits import reaching_in_words
from throughline.casework.partnership.commands import advising, conferring, noting
from throughline.casework.partnership.forms import (
    AdviserContactForm,
    DangerForm,
    EndForm,
    MaracForm,
    NoteForm,
    ReturnForm,
    ShareForm,
)
from throughline.casework.partnership.models import AdviserReferral
from throughline.casework.partnership.queries import inbox as queries
from throughline.casework.partnership.rules.advising import Held
from throughline.casework.partnership.views.shared import WORDS, small
from throughline.casework.people.rules import Conflict
from throughline.casework.people.views.changing import saved, sent
from throughline.casework.risk.views.shared import both, in_the_way, shown
from throughline.foundations.access.routes import View, actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day


def _about_hers(view: Callable[..., HttpResponse]) -> View:
    """Decorate a view about a referral that the reader's service has."""

    @guarded(Action.WORK_REFERRED)
    @both
    @wraps(view)
    def asked(request: HttpRequest, adviser_referral_id: UUID) -> HttpResponseBase:
        return view(request, queries.referral_in_sight(actor_of(request), adviser_referral_id))

    return asked


def _back(referral: AdviserReferral) -> str:
    return reverse("partnership:slice", args=[referral.id])


def _slice(request: HttpRequest, referral: AdviserReferral) -> queries.Slice:
    return queries.slice_of(actor_of(request), referral, now=timezone.now())


@guarded(Action.WORK_REFERRED)
@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """What was referred to the reader's service: unanswered first, then by grade, the oldest first."""
    lines = queries.inbox(actor_of(request), now=timezone.now())
    return shown(request, "partnership/inbox.html", lines=lines, Held=Held, **WORDS)


@_about_hers
def slice_page(request: HttpRequest, referral: AdviserReferral) -> HttpResponse:
    """Her slice of one case: how she is reached, what she is due to hear, and the service's own notes."""
    if request.method != "GET":
        return redirect(_back(referral))
    page = _slice(request, referral)
    said = reaching_in_words(page.reaching)
    accepted = referral.state == Held.ACCEPTED
    return shown(
        request,
        "partnership/slice.html",
        page=page,
        said=said,
        accepted=accepted,
        own=referral.account == actor_of(request).id,
        **WORDS,
    )


def _doing(
    request: HttpRequest,
    referral: AdviserReferral,
    form: Any,
    command: Callable[[], object],
    *,
    success: str,
    leads_to: str = "",
    page: queries.Slice | None = None,
    **told: Any,
) -> HttpResponse:
    """One form about a referral: done, back to her slice; else the page of the form."""
    if saved(form, in_the_way(command)):
        messages.success(request, success)
        return redirect(leads_to or _back(referral))
    page = page or _slice(request, referral)
    told = {"said": reaching_in_words(page.reaching), "back": _back(referral), **told}
    return small(request, form, page, **told)


@_about_hers
def accept(request: HttpRequest, referral: AdviserReferral) -> HttpResponse:
    """Have her by name. The button stands on her slice; opened by itself, this leads there."""
    if request.method == "POST":
        try:
            advising.accept(by=actor_of(request), now=timezone.now(), referral_id=referral.id)
        except Conflict:
            messages.info(request, _("It was answered meanwhile. Nothing was changed."))
        else:
            messages.success(request, _("She is yours. Ring her only by a way that is safe."))
    return redirect(_back(referral))


@_about_hers
def give_back(request: HttpRequest, referral: AdviserReferral) -> HttpResponse:
    """Return a referral, with why."""
    form = ReturnForm(sent(request), today=london_day(timezone.now()))
    return _doing(
        request,
        referral,
        form,
        lambda: advising.give_back(
            by=actor_of(request), now=timezone.now(), referral_id=referral.id, **form.cleaned_data
        ),
        success=_("Returned. Whoever referred her and a sergeant are told."),
        leads_to=reverse("partnership:inbox"),
        title=_("Your service does not take her on"),
        button=_("Return it"),
    )


@_about_hers
def let_go(request: HttpRequest, referral: AdviserReferral) -> HttpResponse:
    """End the service's support, with why."""
    form = EndForm(sent(request), today=london_day(timezone.now()))
    return _doing(
        request,
        referral,
        form,
        lambda: advising.let_go(
            by=actor_of(request), now=timezone.now(), referral_id=referral.id, **form.cleaned_data
        ),
        success=_("Ended. Your service sees nothing of it any more."),
        leads_to=reverse("partnership:inbox"),
        title=_("Your support ends"),
        button=_("End it"),
    )


@_about_hers
def contact(request: HttpRequest, referral: AdviserReferral) -> HttpResponse:
    """Read how she is reached and what she is due to hear, then write down what came of it."""
    now = timezone.now()
    page = _slice(request, referral) if request.method == "GET" else None
    waits = tuple(code for code, _at in (page or _slice(request, referral)).untold)
    form = AdviserContactForm(sent(request), today=london_day(now), waits=waits)
    return _doing(
        request,
        referral,
        form,
        lambda: noting.record_contact(
            by=actor_of(request), now=now, referral_id=referral.id, at=form.moment(), **form.beside_when()
        ),
        success=_("Written down."),
        page=page,
        title=_("A contact with her"),
        button=_("Write it down"),
        template="partnership/contact.html",
    )


@_about_hers
def note(request: HttpRequest, referral: AdviserReferral) -> HttpResponse:
    """Write a note that is the service's own."""
    form = NoteForm(sent(request), today=london_day(timezone.now()))
    return _doing(
        request,
        referral,
        form,
        lambda: noting.write_note(
            by=actor_of(request), now=timezone.now(), referral_id=referral.id, **form.cleaned_data
        ),
        success=_("Written down. The police do not read it unless you share it."),
        title=_("A note of your service"),
        button=_("Write it down"),
    )


@_about_hers
def danger(request: HttpRequest, referral: AdviserReferral) -> HttpResponse:
    """Tell the police that the danger has changed."""
    form = DangerForm(sent(request), today=london_day(timezone.now()))

    def command() -> None:
        typed = dict(form.cleaned_data)
        noting.say_danger_changed(
            by=actor_of(request),
            now=timezone.now(),
            referral_id=referral.id,
            why=typed.pop("words"),
            words=typed.pop("view"),
            **typed,
        )

    return _doing(
        request,
        referral,
        form,
        command,
        success=_("Shared. The police are asked to grade the case anew."),
        title=_("The danger has changed"),
        button=_("Tell the police"),
    )


@_about_hers
def marac(request: HttpRequest, referral: AdviserReferral) -> HttpResponse:
    """Refer the case to a MARAC, for the adviser's agency."""
    form = MaracForm(sent(request), today=london_day(timezone.now()))
    return _doing(
        request,
        referral,
        form,
        lambda: conferring.refer_through(
            by=actor_of(request), now=timezone.now(), referral_id=referral.id, **form.cleaned_data
        ),
        success=_("Referred. Nobody can withdraw it; the hub sends it on."),
        title=_("Refer to a MARAC"),
        button=_("Refer it"),
    )


@guarded(Action.WORK_REFERRED)
@both
def share(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """Share one note with somebody in the police, on a basis."""
    actor = actor_of(request)
    found = queries.note_in_sight(actor, note_id)
    form = ShareForm(sent(request), today=london_day(timezone.now()))
    return _doing(
        request,
        found.referral,
        form,
        lambda: noting.share(by=actor, now=timezone.now(), note_id=found.id, **form.cleaned_data),
        success=_("Shared. Whoever reads it is in the log."),
        title=_("Share a note"),
        button=_("Share it"),
        template="partnership/share.html",
        note=found,
    )
