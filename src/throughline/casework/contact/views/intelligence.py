"""The intelligence desk: what it is asked, one request with its answers, and who is named for what is confidential."""

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from throughline.casework.contact.commands import intelligence as commands
from throughline.casework.contact.forms.briefing import RESULTS, AnswersForm, AskForm, NameForm
from throughline.casework.contact.models import IntelligenceAnswer
from throughline.casework.contact.queries import intelligence as queries
from throughline.casework.contact.queries.brief import brief_for
from throughline.casework.contact.queries.briefing import newest_of
from throughline.casework.contact.queries.calls import the_contact
from throughline.casework.contact.views import brief_words
from throughline.casework.contact.views.briefs import WORDS
from throughline.casework.people.queries.restriction import staff
from throughline.casework.people.rules import Conflict, Malformed
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, Role
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.views import recalled


@guarded(Action.ASK_INTELLIGENCE)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, contact_id: UUID) -> HttpResponse:
    """Ask the desk about a contact, as handler or officer."""
    now = timezone.now()
    contact = the_contact(actor_of(request), contact_id)
    form = AskForm(request.POST or None, today=london_day(now))
    if request.method == "GET":
        recalled(request, form)
    elif form.is_valid():
        try:
            commands.ask(
                by=actor_of(request),
                now=now,
                contact_id=contact.id,
                systems=form.cleaned_data["systems"],
                question=form.cleaned_data["question"],
            )
        except Malformed as wrong:
            form.add_error(wrong.field if wrong.field in form.fields else None, _(wrong.why))
        else:
            messages.success(request, _("The intelligence desk has been asked."))
            return redirect(_back(request, contact_id))
    return render(
        request, "contact/ask_intelligence.html", {"form": form, "back": _back(request, contact_id)}
    )


def _back(request: HttpRequest, contact_id: UUID) -> str:
    """Where an officer came from: the brief; everybody else works on the contact."""
    actor = actor_of(request)
    newest = newest_of(contact_id) if actor.role is Role.OFFICER else None
    if newest is not None:
        return reverse("contact:brief", args=[newest.id])
    return reverse("contact:contact", args=[contact_id])


@guarded(Action.ANSWER_INTELLIGENCE)
@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """What the desk has still to answer."""
    shown = {"asked": queries.queue(actor_of(request)), "now": timezone.now(), **WORDS}
    return render(request, "contact/intelligence.html", shown)


@guarded(Action.ANSWER_INTELLIGENCE)
@require_http_methods(["GET", "POST"])
def one(request: HttpRequest, request_id: UUID) -> HttpResponse:
    """One request; a post sends what was chosen, as much as there is of it."""
    actor, now = actor_of(request), timezone.now()
    page = queries.request_page(actor, request_id, at=now)
    form = AnswersForm(request.POST if request.method == "POST" else None, systems=page.systems)
    if request.method == "GET":
        recalled(request, form)
    elif form.is_valid() and _answered(request, form, request_id, now):
        done = queries.the_request(actor, request_id).answered_at is not None
        messages.success(request, _("Sent: handler and officer read it in the brief."))
        return (
            redirect("contact:intelligence") if done else redirect("contact:intelligence-request", request_id)
        )
    told = brief_for(actor, page.contact, at=now, action=Action.ANSWER_INTELLIGENCE)
    return render(
        request,
        "contact/intelligence_request.html",
        {
            "page": page,
            "form": form,
            "people": queries.look_for(told.people, today=london_day(now)),
            "brief": brief_words.shown(told, at=now),
            "states": dict(RESULTS),
            "now": now,
            **WORDS,
        },
    )


def _answered(request: HttpRequest, form: AnswersForm, request_id: UUID, now: datetime) -> bool:
    """Whether all that was chosen could be kept; nothing is where something is wrong, and all stays typed."""
    given = list(form.given())
    if not given:
        form.add_error(None, _("Choose what came of at least one system"))
        return False
    with transaction.atomic():
        for system, result, words, seen in given:
            code = system.row.code
            field, written, _seen = form.names(code)
            try:
                commands.answer(
                    by=actor_of(request),
                    now=now,
                    request_id=request_id,
                    system=code,
                    result=IntelligenceAnswer.Result(result),
                    words=words,
                    seen=_moment(seen),
                )
            except Malformed as wrong:
                form.add_error(written, _(wrong.why))
            except Conflict:
                form.add_error(
                    field, _("a colleague has answered it meanwhile; open the page again to read it")
                )
        if form.errors:
            transaction.set_rollback(True)
    return not form.errors


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        raise BadRequest("seen: not a moment") from None


@guarded(Action.NAME_CONFIDENTIAL)
@require_http_methods(["GET", "POST"])
def named(request: HttpRequest) -> HttpResponse:
    """Who is named for which confidential system; naming one more, and taking it back."""
    actor, now = actor_of(request), timezone.now()
    today = london_day(now)
    form = NameForm(request.POST or None, accounts=staff(today=today), today=today)
    if request.method == "POST":
        if "end" in request.POST:
            system, _between, grantee = request.POST["end"].partition(" ")
            commands.unname(by=actor, now=now, system=system, grantee=_uuid(grantee))
            messages.success(request, _("They no longer read it."))
            return redirect("contact:named")
        if form.is_valid():
            account = UUID(form.cleaned_data["account"])
            commands.name_for(by=actor, now=now, system=form.cleaned_data["system"], grantee=account)
            messages.success(request, _("They read and answer it from now on."))
            return redirect("contact:named")
    return render(request, "contact/named.html", {"form": form, "named": queries.named(actor, on=today)})


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise BadRequest("end: not an account") from None
