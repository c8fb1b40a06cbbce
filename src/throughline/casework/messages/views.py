"""The page of texts to the victim of a case: whether she can be texted, what was sent, and asking for one."""

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from throughline.casework.cases.models import Case
from throughline.casework.cases.queries.pages import look_at
from throughline.casework.cases.queries.visits import reaching
from throughline.casework.cases.views.case import address
from throughline.casework.cases.views.changing import about_case, between, change, in_words, purpose_for
from throughline.casework.cases.views.visits import reaching_in_words
from throughline.casework.cases.views.wording import WORDING
from throughline.casework.messages.commands import asking
from throughline.casework.messages.forms import TextForm
from throughline.casework.messages.queries.pages import texts
from throughline.casework.messages.rules import PLAIN_SENDER, SafeChannel, Stop, message_kinds
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.forms.person import ConfirmForm
from throughline.casework.people.views.changing import saved, sent
from throughline.casework.people.views.purposes import lead_to
from throughline.foundations.access.routes import actor_of
from throughline.foundations.access.rules import Action, may
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.views import recalled

# why a text could not be asked for, as this room's commands say it (`Malformed.why`)
WHY_MALFORMED = (
    gettext_noop("is not one of those offered"),
    gettext_noop("write a telephone number of this country, such as 020 7946 0123"),
    gettext_noop("say when somebody will ring"),
    gettext_noop("a call is not among the ways that she said are safe"),
    gettext_noop("is not in her safe hours"),
    gettext_noop("comes before the text can arrive, or too long after it"),
)


@about_case(Action.CONTACT_VICTIM)
def ask(request: HttpRequest, case: Case) -> HttpResponse:
    """Read whether and how she can be texted, and what was sent; then ask for a text."""
    actor, now = actor_of(request), timezone.now()
    page = texts(case, at=now)
    if page.safe:
        form: BaseForm = TextForm(sent(request), today=london_day(now))
    else:
        form = ConfirmForm(sent(request), today=london_day(now))

    def carry_out() -> None:
        if isinstance(form, TextForm):
            typed = form.cleaned_data
            came_of_it = in_words(lambda: asking.ask(by=actor, now=now, case_id=case.id, **typed))
        else:
            came_of_it = in_words(lambda: asking.reach_another_way(by=actor, now=now, case_id=case.id))
        if isinstance(came_of_it, Stop):
            messages.warning(
                request, _("Nothing is sent. Reaching her another way stands on the list, at once.")
            )
        else:
            messages.success(request, _("It leaves in her safe hours, if the way is still safe then."))

    if saved(form, carry_out):
        return redirect("outbox:ask", case.id)
    if request.method == "GET":
        recalled(request, form)
    purpose = purpose_for(request, case.victim_id)
    named = look_at(actor, Action.CONTACT_VICTIM, case.subjects, today=london_day(now), purpose=purpose)
    lead_to(request, case.subjects, purpose)
    sender = page.channel.sender if isinstance(page.channel, SafeChannel) else PLAIN_SENDER
    return render(
        request,
        "messages/ask.html",
        {
            "form": form,
            "title": _("Texts to her"),
            "button": _("Have it sent") if page.safe else _("Have her reached another way"),
            "name": between([case.victim_id, case.suspect_id], named),
            "back": address(case),
            "case": case,
            "page": page,
            "now": now,
            "asks": may(actor, Action.RECORD_SAFE_CONTACT),
            "words": [
                (one.label, one.words(sender=sender, ring="020 7946 0…", at="14:30"))
                for one in message_kinds(london_day(now))
            ],
            "said": reaching_in_words(reaching(held_together(case.victim_id))),
            **WORDING,
        },
    )


@about_case(Action.CONTACT_VICTIM)
def withdraw(request: HttpRequest, case: Case) -> HttpResponse:
    """Take back the text that has not left."""
    now = timezone.now()
    return change(
        request,
        Action.CONTACT_VICTIM,
        [case.victim_id, case.suspect_id],
        ConfirmForm(sent(request), today=london_day(now)),
        lambda: asking.withdraw(by=actor_of(request), now=now, case_id=case.id),
        success=_("It was taken back and does not leave."),
        back=reverse("outbox:ask", args=[case.id]),
        title=_("Take the text back"),
        button=_("Take it back"),
        danger=True,
    )
