"""The question sets there are, which is asked when, and what each asks otherwise than ours. No answers."""

from datetime import date

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from throughline.foundations.access.routes import guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day
from throughline.foundations.govuk.forms import DayForm
from throughline.foundations.instruments.queries import ToAsk, library, to_ask
from throughline.foundations.instruments.rules import (
    Change,
    Setting,
    UnknownInstrument,
    Variant,
    differences,
)
from throughline.reference import load

VARIANTS: dict[Variant, str | Promise] = {
    Variant.STANDARD: _("standard"),
    Variant.AMENDED: _("amended"),
    Variant.OWN: _("own"),
    Variant.LICENSED: _("licensed wording"),
}
CHANGES: dict[Change, str | Promise] = {
    Change.ADDED: _("added"),
    Change.REMOVED: _("removed"),
    Change.REWORDED: _("reworded"),
    Change.ANSWERED_OTHERWISE: _("answered otherwise"),
    Change.ASKED_OF_OTHERS: _("asked of others"),
}
SETTINGS: dict[Setting, str | Promise] = {
    Setting.SCENE: _("At the scene"),
    Setting.PARTNER_AGENCY: _("At a partner agency"),
    Setting.HUB: _("In the hub"),
}


@guarded(Action.READ_REFERENCE)
@require_GET
def registered(request: HttpRequest) -> HttpResponse:
    """Every version of every question set, and which risk assessment is asked on a day of whom."""
    today = london_day(timezone.now())
    form = DayForm(request.GET or None, initial={"day": today})
    day = (form.cleaned_data["day"] if form.is_valid() else None) or today
    shelf = library()
    shown = {
        "form": form,
        "day": day,
        "asked": _asked_on(day),
        "versions": [
            (
                one,
                VARIANTS[shelf.variant(one)],
                shelf.asks(one, day),
                shelf.registration(one),
                shelf.changed_since(one),
            )
            for code in shelf.codes
            for one in shelf.versions(code)
        ],
    }
    return render(request, "instruments/registered.html", shown)


def _asked_on(day: date) -> list[tuple[str | Promise, list[str], ToAsk]]:
    """For each setting, the groups of relationships that are asked by one instrument; none before the first day."""
    found: list[tuple[str | Promise, list[str], ToAsk]] = []
    for setting in Setting:
        together: dict[tuple[str, str], tuple[list[str], ToAsk]] = {}
        for group in dict.fromkeys(row.text("group") for row in load("relationship").as_of(day)):
            try:
                asked = to_ask(day, setting=setting, relationship=group)
            except LookupError:
                continue
            together.setdefault((asked.main.code, asked.main.version), ([], asked))[0].append(group)
        found += [(SETTINGS[setting], groups, asked) for groups, asked in together.values()]
    return found


@guarded(Action.READ_REFERENCE)
@require_GET
def version(request: HttpRequest, instrument: str, version: str) -> HttpResponse:
    """One version as it is asked, with its licence, and what it asks otherwise than ours."""
    shelf = library()
    try:
        one = shelf.version(instrument, version)
    except UnknownInstrument:
        raise Http404 from None
    ours = shelf.shipped_for(one)
    today = london_day(timezone.now())
    shown = {
        "instrument": one,
        "variant": VARIANTS[shelf.variant(one)],
        "registration": shelf.registration(one),
        "changed": shelf.changed_since(one),
        "ours": ours,
        "differences": [(CHANGES[each.change], each) for each in differences(ours, one)] if ours else [],
        "factors": {row.code: row for row in load("risk-factors").as_of(today)},
        "grades": load("grades").choices(on=today),
    }
    return render(request, "instruments/version.html", shown)
