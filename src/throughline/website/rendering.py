"""How pages of either site are rendered: Jinja with the GOV.UK components, and what every page knows about its reader."""

import datetime as dt
import uuid
from functools import lru_cache
from typing import Any

import jinja2
from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import get_script_prefix, reverse
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from markupsafe import Markup

from throughline.foundations.clock.rules import LONDON
from throughline.foundations.drafts.views import kept_while_typing
from throughline.reference.loader import load


def environment(**options: Any) -> jinja2.Environment:
    """The Jinja environment of every page.

    ``govuk_frontend_jinja/...`` names the components of the GOV.UK Design System; every other name is a
    template of one of our rooms. ``_`` and ``{% trans %}`` translate into the reader's language.
    """
    components = jinja2.PrefixLoader({"govuk_frontend_jinja": jinja2.PackageLoader("govuk_frontend_jinja")})
    env = jinja2.Environment(  # noqa: S701 (Django passes autoescape=True unless told otherwise)
        **{
            "autoescape": True,
            **options,
            "loader": jinja2.ChoiceLoader([options["loader"], components]),
            "extensions": ["jinja2.ext.i18n"],
        }
    )
    env.template_class = _Template
    env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext=translated,
        ngettext=translation.ngettext,
        pgettext=translation.pgettext,
        npgettext=translation.npgettext,
        newstyle=True,
    )
    env.globals.update(
        _=said,
        static=static,
        url=url,
        once=once,
        kept_while_typing=kept_while_typing,
    )
    env.filters.update(day=day, moment=moment, clock=clock, lasting=lasting)
    return env


class _Template(jinja2.Template):
    """A template of an environment none of which has globals of its own.

    What a page imports, Jinja holds against the page's globals a hundred times for each page: a quarter of all its
    work. Where a later Jinja asks no more by this method, it only takes as long again.
    """

    def _get_default_module(self, ctx: jinja2.runtime.Context | None = None) -> Any:
        return super()._get_default_module()


#: Longer ones are nobody's labels but words that somebody wrote, which are not kept.
_LONGEST_LABEL = 200


def translated(message: str) -> str:
    """A text in the reader's language. The same few hundred stand on every page, and Django looks for each anew."""
    # what is marked safe for HTML equals the same text that is not, and must not be given for it
    if type(message) is not str or len(message) > _LONGEST_LABEL:
        return translation.gettext(message)
    return _translated(message, translation.get_language())


def said(message: str, **named: object) -> str:
    """`translated` for templates, with what it names put in, escaped: ``_("by %(name)s", name=one.by)``.

    What names nothing is escaped where it goes in, for it may be an answer in somebody's own words.
    """
    text = translated(message)
    return Markup(text) % named if named else text  # noqa: S704 (of our own templates)


@lru_cache(maxsize=10_000)
def _translated(message: str, _language: str | None) -> str:
    return translation.gettext(message)


def url(name: str, *args: object, **kwargs: object) -> str:
    """The address of a named view, for links in templates: ``url("people:person", person.id)``."""
    if kwargs or not all(isinstance(one, uuid.UUID) for one in args):
        return reverse(name, args=args, kwargs=kwargs)
    return _address(name, len(args), settings.ROOT_URLCONF, get_script_prefix()).format(*args)


@lru_cache(maxsize=1_000)
def _address(name: str, many: int, _urls: str, _prefix: str) -> str:
    """The address of a view of so many ids, with a place for each: a long list links to the same views many times."""
    ids = [uuid.UUID(int=number + 1) for number in range(many)]
    address = reverse(name, args=ids).replace("{", "{{").replace("}", "}}")
    for number, one in enumerate(ids):
        address = address.replace(str(one), f"{{{number}}}")
    return address


def once() -> Markup:
    """The hidden field of a form that must not be taken in twice; new for each page that is drawn."""
    return Markup('<input type="hidden" name="once" value="{}">').format(uuid.uuid4())


def day(value: dt.date | dt.datetime | None) -> str:
    """A day in words, "3 November 2026"; a moment gives its day in London, nothing gives "not known"."""
    if value is None:
        return _("not known")
    local = _in_london(value).date() if isinstance(value, dt.datetime) else value
    return _day_in_words(local, translation.get_language())


@lru_cache(maxsize=10_000)
def _day_in_words(value: dt.date, _language: str | None) -> str:
    """The same few days stand on a long page many times, in the language of its reader."""
    return formats.date_format(value, "j F Y")


def moment(value: dt.datetime | None) -> str:
    """A moment in London time in words, "3 November 2026 at 14:05"; nothing gives "not known"."""
    if value is None:
        return _("not known")
    local, language = _in_london(value), translation.get_language()
    on = _day_in_words(local.date(), language)
    return _translated("%(day)s at %(time)s", language) % {"day": on, "time": local.strftime("%H:%M")}


def lasting(minutes: float) -> str:
    """How long something took: "42 minutes", from two hours on "29 hours 44 minutes", from two days on "7 days 19 hours"."""
    whole = round(minutes)
    if whole < 120:
        return _minutes(whole)
    if whole < 48 * 60:
        return f"{_hours(whole // 60)} {_minutes(whole % 60)}"
    days, hours = divmod(round(whole / 60), 24)
    return f"{ngettext('%(num)d day', '%(num)d days', days) % {'num': days}} {_hours(hours)}"


def _hours(number: int) -> str:
    return ngettext("%(num)d hour", "%(num)d hours", number) % {"num": number}


def _minutes(number: int) -> str:
    return ngettext("%(num)d minute", "%(num)d minutes", number) % {"num": number}


def clock(value: dt.datetime) -> str:
    """The time of day in London, "00:14", where the day goes without saying."""
    return f"{_in_london(value):%H:%M}"


def _in_london(value: dt.datetime) -> dt.datetime:
    if timezone.is_naive(value):
        raise ValueError("a moment shown on a page must carry its time zone")
    return value.astimezone(LONDON)


def frame(request: HttpRequest) -> dict[str, Any]:
    """What the frame around every page shows: who is signed in, whether this is a demo.

    A page that is shown before anybody has signed in, or when signing in itself has failed, has no reader.
    """
    user = getattr(request, "user", None)
    reader = None
    if user is not None and user.is_authenticated:
        role = load("roles").label(user.role, on=timezone.localdate())
        reader = {"name": user.name, "role": role}
    return {
        "service_name": settings.SERVICE_NAME,
        "reader": reader,
        "demo": settings.DEMO,
        "national": settings.NATIONAL,
        "identity_provider": settings.OIDC_PROVIDER,
        "identity_provider_name": settings.OIDC_NAME,
    }
