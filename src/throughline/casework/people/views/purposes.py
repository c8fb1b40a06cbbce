"""Why somebody looks at a person: said by the task that led there, and asked only where none did."""

from collections.abc import Iterable
from uuid import UUID

from django.http import HttpRequest

_KEY = "purposes"
# a day of searching; a look at somebody who was found longer ago asks again
_KEPT = 300


def lead_to(request: HttpRequest, record_ids: Iterable[UUID], purpose: str) -> None:
    """Say that the task in hand, a code of `reference`, leads its reader to these records."""
    known = request.session.get(_KEY, {})
    before = list(known.items())
    for record_id in record_ids:
        known.pop(str(record_id), None)
        known[str(record_id)] = purpose
    kept = list(known.items())[-_KEPT:]
    # a session that nothing was said to is not written
    if kept != before:
        request.session[_KEY] = dict(kept)


def purpose_of(request: HttpRequest, record_id: UUID) -> str:
    """Why this reader came to this record, as a code of `reference`; empty where nobody has said."""
    return request.session.get(_KEY, {}).get(str(record_id), "")
