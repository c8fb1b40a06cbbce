"""The page of the log."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.national.collection.forms import LogForm
from throughline.national.collection.queries.log import choices, log_page
from throughline.national.collection.views.shared import shown


@guarded(Action.READ_NATIONAL_LOG)
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Who did what when, by person, action or day."""
    actor = actor_of(request)
    accounts, actions = choices(actor)
    form = LogForm(request.GET or None, accounts=accounts, actions=actions)
    # a filter that cannot be read shows its error and no line, never lines that do not fit it
    page = None
    if not form.is_bound or form.is_valid():
        wanted = form.cleaned_data if form.is_bound else {}
        page = log_page(
            actor,
            account=UUID(wanted["account"]) if wanted.get("account") else None,
            action=wanted.get("action") or "",
            day=wanted.get("day"),
            before=wanted.get("before"),
        )
    older = urlencode({**request.GET.dict(), "before": page.older}) if page and page.older else ""
    return shown(request, "log", form=form, page=page, older=older)
