"""Orders, bail and warrants: entered, looked up, varied and ended."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from throughline.casework.cases.commands import facts as commands
from throughline.casework.cases.forms import EndFactForm, FactForm, LookupForm, TermsForm
from throughline.casework.cases.models import StandingFact
from throughline.casework.cases.queries import pages
from throughline.casework.cases.views.changing import change, purpose_for
from throughline.casework.cases.views.wording import WORDING
from throughline.casework.people.rules import Malformed
from throughline.casework.people.views.changing import about_person, sent
from throughline.casework.people.views.purposes import lead_to
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day

# where a command's field stands in the forms
_FIELDS = {"until": "ends", "conditions": "terms"}


@guarded(Action.VIEW_CASE)
@require_http_methods(["GET", "POST"])
def lookup(request: HttpRequest) -> HttpResponse:
    """Find an order, bail or a warrant by its number."""
    form = LookupForm(sent(request))
    found = None
    if form.is_valid():
        found = pages.facts_found(actor_of(request), form.cleaned_data["reference"], at=timezone.now())
    return render(request, "cases/lookup.html", {"form": form, "found": found, **WORDING})


@about_person(Action.RECORD_FACT)
def enter(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Enter an order, bail or a warrant that binds somebody."""
    actor, now = actor_of(request), timezone.now()
    today = london_day(now)
    protected = pages.may_be_protected(actor, record_id, today)
    form = FactForm(
        sent(request),
        today=today,
        protected=[(str(one.record_id), _person(one)) for one in protected.values()],
        initial={"begins": today},
    )

    def command() -> None:
        typed = form.cleaned_data
        given = typed["protects"]
        _by_field(
            lambda: commands.set_fact(
                by=actor,
                now=now,
                kind=typed["kind"],
                record_id=record_id,
                protects_id=UUID(given) if given and given != "nobody" else None,
                source_ref=" ".join(typed["source_ref"].split()),
                **_terms(form),
            )
        )

    return change(
        request,
        Action.RECORD_FACT,
        [record_id, *protected],
        form,
        command,
        success=_("Entered. It stands on the pages of everybody it names, and in every brief from now on."),
        back=reverse("cases:of", args=[record_id]),
        title=_("Enter an order, bail or a warrant"),
        button=_("Enter"),
        template="cases/enter.html",
        binds=record_id,
    )


@guarded(Action.VIEW_CASE)
@require_safe
def show(request: HttpRequest, fact_id: UUID) -> HttpResponse:
    """One order, bail or warrant, what it was before, and why it ended."""
    now = timezone.now()
    fact = pages.entered_fact(actor_of(request), Action.VIEW_CASE, fact_id)
    page = pages.fact_page(actor_of(request), fact_id, at=now, purpose=purpose_for(request, fact.record_id))
    lead_to(request, [fact.record_id], purpose_for(request, fact.record_id))
    return render(
        request,
        "cases/fact.html",
        {"page": page, "now": now, "back": reverse("cases:of", args=[fact.record_id]), **WORDING},
    )


@guarded(Action.RECORD_FACT)
@require_http_methods(["GET", "POST"])
def vary(request: HttpRequest, fact_id: UUID) -> HttpResponse:
    """Enter what it has become; what it was stays to be read."""
    actor, now = actor_of(request), timezone.now()
    today = london_day(now)
    fact = pages.entered_fact(actor, Action.RECORD_FACT, fact_id)
    form = TermsForm(sent(request), today=today, initial={"begins": today, **TermsForm.as_it_stands(fact)})
    return change(
        request,
        Action.RECORD_FACT,
        _named(fact),
        form,
        lambda: _by_field(lambda: commands.vary_fact(by=actor, now=now, fact_id=fact.id, **_terms(form))),
        success=_("Varied. What it was before can still be read."),
        back=reverse("cases:of", args=[fact.record_id]),
        title=_("Vary: %(kind)s") % {"kind": WORDING["label"]("standing-facts", fact.kind)},
        button=_("Enter the variation"),
    )


@guarded(Action.RECORD_FACT)
@require_http_methods(["GET", "POST"])
def end(request: HttpRequest, fact_id: UUID) -> HttpResponse:
    """Say that it no longer stands, and why."""
    actor, now = actor_of(request), timezone.now()
    fact = pages.entered_fact(actor, Action.RECORD_FACT, fact_id)
    form = EndFactForm(sent(request), today=london_day(now))
    return change(
        request,
        Action.RECORD_FACT,
        _named(fact),
        form,
        lambda: commands.end_fact(by=actor, now=now, fact_id=fact.id, **form.cleaned_data),
        success=_("Ended. Officers are no longer told of it."),
        back=reverse("cases:of", args=[fact.record_id]),
        title=_("End: %(kind)s") % {"kind": WORDING["label"]("standing-facts", fact.kind)},
        button=_("End it"),
    )


def _named(fact: StandingFact) -> list[UUID | None]:
    return [fact.record_id, fact.protects_id]


def _terms(form: TermsForm) -> dict[str, Any]:
    typed = form.cleaned_data
    return {
        "conditions": typed["terms"],
        "words": typed["words"],
        "issuer": typed["issuer"],
        "valid_from": form.valid_from(),
        "valid_until": form.valid_until(),
    }


def _by_field(command: Any) -> None:
    """Run a command; what is wrong is said at the form's own field."""
    try:
        command()
    except Malformed as wrong:
        raise Malformed(_FIELDS.get(wrong.field, wrong.field), wrong.why) from None


def _person(one: pages.Somebody) -> str:
    return f"{one.name}, {_('aged %(age)s') % {'age': one.age}}" if one.age else one.name
