"""The pages of the room: what she is promised and was told, a contact with her, and a promise made by hand."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from throughline.casework.cases.models import Case
from throughline.casework.cases.queries.visits import reaching
from throughline.casework.cases.views.changing import about_case, purpose_for
from throughline.casework.cases.views.visits import reaching_in_words
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.views.changing import saved, sent
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.risk.views.shared import in_the_way, shown
from throughline.casework.safeguarding.commands import choosing, contacting, promising
from throughline.casework.safeguarding.forms.telling import ChoiceForm, ContactForm, PromiseForm
from throughline.casework.safeguarding.queries import promises as queries
from throughline.foundations.access.routes import actor_of
from throughline.foundations.access.rules import Action, may
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.views import recalled

# why a value could not be kept, as this room's commands say it (`Malformed.why`)
WHY_MALFORMED = (
    gettext_noop("an attempt tells her nothing: say that she was reached, or leave it empty"),
    gettext_noop("whoever got in touch was reached"),
    gettext_noop("say of what she does not want to be told"),
    gettext_noop("say when, as far as custody knows"),
    gettext_noop("is over: she is told of what has happened"),
    gettext_noop("is not among the ways that she said are safe: ask her about those first"),
)


def _page_of(request: HttpRequest, case: Case) -> queries.Promises:
    purpose = purpose_for(request, case.victim_id)
    page = queries.promises(actor_of(request), case, at=timezone.now(), purpose=purpose)
    lead_to(request, case.subjects, purpose)
    return page


@about_case(Action.VIEW_CASE)
def promises(request: HttpRequest, case: Case) -> HttpResponse:
    """What she is to be told and by when, and every contact with her and every attempt, newest first."""
    if request.method != "GET":
        return redirect("safeguarding:promises", case.id)
    return shown(
        request,
        "safeguarding/promises.html",
        page=_page_of(request, case),
        case=case,
        contacts=may(actor_of(request), Action.CONTACT_VICTIM),
    )


@about_case(Action.CONTACT_VICTIM)
def contact(request: HttpRequest, case: Case) -> HttpResponse:
    """Read how she can be reached, then write down what came of it."""
    actor, now = actor_of(request), timezone.now()
    page = _page_of(request, case)
    waits = tuple(code for code, _at in (*page.untold, *page.kept_back))
    regular = page.chosen is not None and page.chosen.rhythm.clock is not None
    form = ContactForm(sent(request), today=london_day(now), waits=waits, regular=regular)

    def record() -> None:
        contacting.record_contact(by=actor, now=now, case_id=case.id, at=form.moment(), **form.beside_when())

    if saved(form, record):
        messages.success(request, _("Written down. What is still due stands below."))
        return redirect("safeguarding:promises", case.id)
    if request.method == "GET":
        recalled(request, form)
    return shown(
        request,
        "safeguarding/contact.html",
        form,
        page=page,
        case=case,
        said=reaching_in_words(reaching(held_together(case.victim_id))),
        back=reverse("safeguarding:promises", args=[case.id]),
    )


@about_case(Action.CONTACT_VICTIM)
def choose(request: HttpRequest, case: Case) -> HttpResponse:
    """Write down how often and by what she said that she wants to hear."""
    actor, now = actor_of(request), timezone.now()
    page = _page_of(request, case)
    chosen = page.chosen.choice if page.chosen else None
    standing = {"rhythm": chosen.rhythm, "way": chosen.way or ChoiceForm.ANY} if chosen else {}
    form = ChoiceForm(sent(request), today=london_day(now), initial=standing)

    def record() -> None:
        choosing.choose(by=actor, now=now, case_id=case.id, at=form.moment(), **form.beside_when())

    if saved(form, in_the_way(record)):
        messages.success(request, _("Written down. She hears as she chose from now on."))
        return redirect("safeguarding:promises", case.id)
    if request.method == "GET":
        recalled(request, form)
    return shown(
        request,
        "safeguarding/choose.html",
        form,
        page=page,
        case=case,
        said=reaching_in_words(reaching(held_together(case.victim_id))),
        back=reverse("safeguarding:promises", args=[case.id]),
    )


@about_case(Action.CONTACT_VICTIM)
def promise(request: HttpRequest, case: Case) -> HttpResponse:
    """Say that she must be told of something that no entry tells of."""
    actor, now = actor_of(request), timezone.now()
    page = _page_of(request, case)
    form = PromiseForm(sent(request), today=london_day(now))

    opened = []

    def record() -> None:
        duty = promising.promise(
            by=actor,
            now=now,
            case_id=case.id,
            update=form.cleaned_data["update"],
            happened_at=form.moment(),
            before=form.leaves(),
        )
        opened.append(duty is not None)

    if saved(form, in_the_way(record)):
        messages.success(
            request,
            _("It stands on the list of whoever owns the case.")
            if opened[-1]
            else _("Written down, and on nobody's list: she knows, or chose to hear of it when she asks."),
        )
        return redirect("safeguarding:promises", case.id)
    if request.method == "GET":
        recalled(request, form)
    return shown(
        request,
        "safeguarding/promise.html",
        form,
        page=page,
        case=case,
        back=reverse("safeguarding:promises", args=[case.id]),
    )
