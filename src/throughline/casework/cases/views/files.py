"""Files drawn for review: drawing them, the list, the reviewer's form, and what was found."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from throughline.casework.cases.commands import files as commands
from throughline.casework.cases.forms import DrawForm
from throughline.casework.cases.models import FileDraw
from throughline.casework.cases.queries import files
from throughline.casework.cases.rules.files import EACH, FORM, NO_CRIME
from throughline.casework.cases.views.changing import purpose_for
from throughline.casework.cases.views.filling import fill_in
from throughline.casework.cases.views.wording import WORDING
from throughline.casework.people.views.changing import saved, sent
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action


def offence_in_words(code: str) -> str:
    """An offence group, or that no crime is recorded."""
    if code == NO_CRIME:
        return _("Incidents of which no crime is recorded")
    words: str = WORDING["label"]("offence-groups", code)
    return words


@guarded(Action.REVIEW_FILES)
@require_http_methods(["GET", "POST"])
def draws(request: HttpRequest) -> HttpResponse:
    """The draws there were, and drawing anew: by a seed that nobody chooses."""
    actor, now = actor_of(request), timezone.now()
    form = DrawForm(sent(request), initial={"each": EACH})
    made: list[FileDraw] = []
    if saved(form, lambda: made.append(commands.draw_files(by=actor, now=now, **form.cleaned_data))):
        messages.success(request, _("Drawn. The seed stands with it, so that the same can be drawn again."))
        return redirect("cases:draw", made[0].id)
    shown = {"form": form, "draws": files.draws(actor), "now": now}
    return render(request, "cases/draws.html", shown)


@guarded(Action.REVIEW_FILES)
@require_safe
def draw(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """One draw: the files to review, and what was found in those that were."""
    page = files.draw_page(actor_of(request), draw_id)
    shown = {"page": page, "offence": offence_in_words, "back": reverse("cases:draws")}
    return render(request, "cases/draw.html", shown)


@guarded(Action.REVIEW_FILES)
@require_http_methods(["GET", "POST"])
def file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """One drawn file, and the reviewer's form."""
    actor, now = actor_of(request), timezone.now()
    page = files.file_page(actor, file_id, at=now, purpose=purpose_for(request))
    return fill_in(
        request,
        FORM,
        page.before,
        lambda **told: commands.review_file(by=actor, now=now, file_id=page.file.id, **told),
        now=now,
        back=reverse("cases:draw", args=[page.file.draw_id]),
        template="cases/file.html",
        context={"file": page, "page": page.told, "offence": offence_in_words, **WORDING},
    )
