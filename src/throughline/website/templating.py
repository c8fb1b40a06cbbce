"""What the pages of a force's site know besides (`rendering`): where they lead, and how to work without signal."""

from typing import Any

import jinja2
from django.http import HttpRequest

from throughline.foundations.offline.marking import along_with_me, kept_offline
from throughline.foundations.offline.views import words
from throughline.website import navigation, rendering


def environment(**options: Any) -> jinja2.Environment:
    """The Jinja environment of every page of a force's site."""
    env = rendering.environment(**options)
    env.globals.update(
        along_with_me=along_with_me,
        kept_offline=kept_offline,
        offline_words=words,
        from_a_person=navigation.from_a_person,
        from_a_brief=navigation.from_a_brief,
        from_an_incident=navigation.from_an_incident,
        from_a_visit=navigation.from_a_visit,
        from_a_case=navigation.from_a_case,
        case_page=navigation.case_page,
    )
    return env


def frame(request: HttpRequest) -> dict[str, Any]:
    """What the frame around every page shows, with where its reader may go."""
    user = getattr(request, "user", None)
    bar: list[dict[str, object]] = []
    foot: list[dict[str, object]] = []
    if user is not None and user.is_authenticated:
        bar, foot = navigation.links(user.actor, request.path)
    return {**rendering.frame(request), "navigation": bar, "seldom": foot}
