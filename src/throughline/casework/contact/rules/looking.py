"""What is known of whom a contact is about, as a description to look people up by."""

from dataclasses import replace
from datetime import date

from throughline.linkage.description import Description, Name
from throughline.linkage.scraps import read_scraps

#: Whom the matches are of: parts in an incident.
VICTIM, SUSPECT = "victim", "suspect"

#: Callers whose number and name are not those of whom the call is about.
_SOMEBODY_ELSE = {"other"}


def victim_as_heard(
    *, who: str, other: str, place: str, number: str, caller: str, today: date
) -> Description:
    """The victim: scraps, where it happens, whom she is afraid of, and the number, unless somebody else rings."""
    heard = read_scraps(who, today=today)
    where = read_scraps(place, today=today)
    phones = (number,) if number and caller not in _SOMEBODY_ELSE else ()
    return replace(
        heard,
        phones=tuple(dict.fromkeys((*heard.phones, *phones))),
        places=(*heard.places, *where.places),
        others=(*heard.others, *((Name(full=other),) if other else ())),
    )


def suspect_as_heard(*, other: str, victim: str, place: str, today: date) -> Description:
    """The other party: his name as heard, where it happens, and who is afraid of him."""
    heard = read_scraps(other, today=today)
    where = read_scraps(place, today=today)
    return replace(
        heard,
        places=(*heard.places, *where.places),
        others=(*heard.others, *((Name(full=victim),) if victim else ())),
    )
