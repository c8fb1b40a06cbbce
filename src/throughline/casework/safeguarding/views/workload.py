"""Who has how much, for who answers for it, and the registers about staff beside it."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from throughline.casework.cases.queries.caseload import UNGRADED
from throughline.casework.people.views.changing import saved, sent
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.risk.views.shared import shown
from throughline.casework.safeguarding.commands import registers
from throughline.casework.safeguarding.forms.registers import OnCallForm, PostsForm, TrainingForm
from throughline.casework.safeguarding.queries import registers as register_queries
from throughline.casework.safeguarding.queries.workload import DAYS, workload
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.accounts.models import User
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.views import recalled
from throughline.reference import load

# why a value could not be kept, as the commands say it (`Malformed.why`)
WHY_MALFORMED = (
    gettext_noop("is not a number of posts"),
    gettext_noop("is more than there are posts"),
    gettext_noop("is before it begins"),
    gettext_noop("is over already"),
    gettext_noop("is before the first day"),
)


@guarded(Action.VIEW_WORKLOAD)
@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Open cases per owner by grade, what is late, what waits to be accepted, what came back, and who there is."""
    now = timezone.now()
    found = workload(actor_of(request), now=now)
    lead_to(request, [one.victim.record_id for one in found.waiting], "supervision")
    grades = [row.code for row in load("grades").as_of(london_day(now))]
    return shown(request, "safeguarding/workload.html", found=found, grades=[*grades, UNGRADED], days=DAYS)


def _accounts() -> list[tuple[str, str]]:
    roles, today = load("roles"), london_day(timezone.now())
    users = User.objects.filter(is_active=True).order_by("name", "username")
    return [(str(user.id), f"{user.name} ({roles.label(user.role, on=today)})") for user in users]


def _register(
    request: HttpRequest,
    form: BaseForm,
    command: Callable[[], object],
    *,
    end: Callable[[UUID], object] | None = None,
    **context: Any,
) -> HttpResponse:
    """A page of a register: what stands, each with a button that ends it, and the form for another."""
    entry = request.POST.get("end", "")
    if entry and end:
        try:
            entry_id = UUID(entry)
        except ValueError:
            return redirect(request.path)
        end(entry_id)
        messages.success(request, _("Ended."))
        return redirect(request.path)
    if saved(form, command):
        messages.success(request, _("Written down."))
        return redirect(request.path)
    if request.method == "GET":
        recalled(request, form)
    return shown(request, "safeguarding/register.html", form, ends=end is not None, **context)


@guarded(Action.KEEP_REGISTERS)
@require_http_methods(["GET", "POST"])
def posts(request: HttpRequest) -> HttpResponse:
    """How many posts each team has and how many are filled."""
    actor, now = actor_of(request), timezone.now()
    found = register_queries.teams(actor, now=now)
    form = PostsForm(sent(request), teams=[(str(one.team.id), one.team.name) for one in found])
    return _register(
        request,
        form,
        lambda: registers.set_posts(
            by=actor,
            now=now,
            team=UUID(form.cleaned_data["team"]),
            established=form.cleaned_data["established"],
            filled=form.cleaned_data["filled"],
        ),
        title=_("Posts of teams"),
        teams=found,
    )


@guarded(Action.KEEP_REGISTERS)
@require_http_methods(["GET", "POST"])
def on_call(request: HttpRequest) -> HttpResponse:
    """Who is on call, and will be."""
    actor, now = actor_of(request), timezone.now()
    form = OnCallForm(
        None if "end" in request.POST else sent(request), today=london_day(now), accounts=_accounts()
    )
    return _register(
        request,
        form,
        lambda: registers.put_on_call(
            by=actor,
            now=now,
            account=UUID(form.cleaned_data["account"]),
            starts_at=form.moment("starts"),
            ends_at=form.moment("ends"),
        ),
        end=lambda entry_id: registers.end_on_call(by=actor, now=now, entry_id=entry_id),
        title=_("On call"),
        on_call=register_queries.on_call(actor, now=now),
    )


@guarded(Action.KEEP_REGISTERS)
@require_http_methods(["GET", "POST"])
def training(request: HttpRequest) -> HttpResponse:
    """Who is trained in what, and who colleagues turn to."""
    actor, now = actor_of(request), timezone.now()
    form = TrainingForm(
        None if "end" in request.POST else sent(request), today=london_day(now), accounts=_accounts()
    )
    return _register(
        request,
        form,
        lambda: registers.record_training(
            by=actor,
            now=now,
            account=UUID(form.cleaned_data["account"]),
            kind=form.cleaned_data["kind"],
            valid_from=form.cleaned_data["valid_from"],
            valid_until=form.cleaned_data["valid_until"],
        ),
        end=lambda entry_id: registers.end_training(by=actor, now=now, entry_id=entry_id),
        title=_("Champions, specialists and training"),
        trained=register_queries.trained(actor, on=london_day(now)),
    )
