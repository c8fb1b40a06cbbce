"""What a force's site adds to the frame around every page (`frame`): forms that a device kept where there was no signal,
and telling the auditor of somebody who was refused the matter that they are party to.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from throughline.casework.people.rules import GUARDIAN
from throughline.foundations.access.protection import acting
from throughline.foundations.access.queries import subject_for
from throughline.foundations.access.rules import Action, Actor, Refused, Relation
from throughline.foundations.audit.commands import undertake
from throughline.foundations.duties.commands import open_duty
from throughline.foundations.offline.commands import settle_at
from throughline.foundations.offline.replay import answered, is_entry, replay
from throughline.foundations.offline.rules import Outcome
from throughline.website import frame


class SessionEnds(frame.SessionEnds):
    """Ends a session; what a device has kept, it keeps until it is taken in."""

    def is_lost(self, request: HttpRequest) -> bool:
        return not is_entry(request)


class RoomMiddleware(frame.RoomMiddleware):
    """Runs a page of a room, also for a form that a device kept where there was no signal (`offline.replay`)."""

    def to_a_stranger(self, request: HttpRequest, rule: Action) -> HttpResponseBase:
        if is_entry(request):
            return answered(Outcome.SIGN_IN, HTTPStatus.UNAUTHORIZED)
        return super().to_a_stranger(request, rule)

    def given(
        self, request: HttpRequest, actor: Actor, rule: Action, page: Callable[[], HttpResponseBase]
    ) -> HttpResponseBase:
        if is_entry(request):
            return replay(request, actor, page, lambda refusal: self.log_refusal(actor, rule, refusal))
        return page()

    def keep(self, request: HttpRequest, rule: Action) -> None:
        if not is_entry(request):
            super().keep(request, rule)

    def taken(self, request: HttpRequest, actor: Actor) -> None:
        super().taken(request, actor)
        settle_at(by=actor, now=timezone.now(), place=request.path)

    def log_refusal(self, actor: Actor, rule: Action, refusal: Refused) -> None:
        """Write down that somebody was refused; where they are party to the matter, tell the auditor."""
        with transaction.atomic():
            super().log_refusal(actor, rule, refusal)
            if refusal.record_id and Relation.EXCLUDED in subject_for(actor, refusal.record_id).relations:
                with acting(GUARDIAN):
                    undertake(GUARDIAN, rule, refusal.record_id, detail={"refused": str(actor.id)})
                    open_duty(
                        "staff-attempt",
                        now=timezone.now(),
                        record_id=refusal.record_id,
                        about=actor.id,
                        cause="refused",
                    )
