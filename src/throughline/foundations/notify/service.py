"""What is asked of GOV.UK Notify, in few words: send once, ask after it, and read what its templates say."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import requests
from notifications_python_client.errors import HTTPError, InvalidResponse
from notifications_python_client.notifications import NotificationsAPIClient

# it repeats what the service answers, which may hold the number that was sent to
logging.getLogger("notifications_python_client").setLevel(logging.CRITICAL)

#: Seconds until the service is held not to have answered.
PATIENCE = 10


class Unreachable(Exception):
    """Nobody knows whether the service did what was asked. Its text says how it failed and names nobody."""


class TooBusy(Exception):
    """The service takes nothing at present: it has not taken this."""


class NotTaken(Exception):
    """The service refuses this for good."""


class Status(StrEnum):
    """What the service says of a text that it has."""

    UNDER_WAY = "under-way"
    DELIVERED = "delivered"
    LOST = "lost"
    BOUNCED = "bounced"


_STATUS = {
    "delivered": Status.DELIVERED,
    "temporary-failure": Status.LOST,
    "technical-failure": Status.LOST,
    "permanent-failure": Status.BOUNCED,
}


@dataclass(frozen=True, slots=True)
class Template:
    """A text that the service keeps."""

    id: UUID
    name: str
    body: str


class Notify:
    """One service at GOV.UK Notify. Every method raises Unreachable where no answer came, or one of no use."""

    def __init__(self, *, key: str, url: str, sender: str = "") -> None:
        self._sender = sender or None
        self._client = NotificationsAPIClient(key, base_url=url, timeout=PATIENCE)

    def templates(self) -> tuple[Template, ...]:
        """Every template for texts, as it reads now."""
        told = self._asked(lambda: self._client.get_all_templates(template_type="sms"))
        return tuple(Template(UUID(one["id"]), one["name"], one["body"]) for one in told["templates"])

    def send_text(self, *, number: str, template: UUID, gaps: Mapping[str, str], reference: UUID) -> UUID:
        """Have a text sent; says what the service calls it. Raises TooBusy, NotTaken."""
        told = self._asked(
            lambda: self._client.send_sms_notification(
                phone_number=number,
                template_id=str(template),
                personalisation=dict(gaps),
                reference=str(reference),
                sms_sender_id=self._sender,
            )
        )
        return UUID(told["id"])

    def taken_as(self, reference: UUID) -> UUID | None:
        """What the service calls the text that it was given under a reference; None where it has none."""
        told = self._asked(lambda: self._client.get_all_notifications(reference=str(reference)))
        return next((UUID(one["id"]) for one in told["notifications"]), None)

    def status(self, notification: UUID) -> Status:
        """What became of a text that the service took."""
        told = self._asked(lambda: self._client.get_notification_by_id(str(notification)))
        return _STATUS.get(told["status"], Status.UNDER_WAY)

    def _asked(self, call: Callable[[], Any]) -> Any:
        # what the client's errors say may hold the number that was sent to, so that none is raised further
        try:
            return call()
        except HTTPError as error:
            status = error.status_code
        except InvalidResponse:
            raise Unreachable("no answer that can be read") from None
        if status == requests.codes.bad_request:
            raise NotTaken
        if status in (
            requests.codes.forbidden,
            requests.codes.unauthorized,
            requests.codes.too_many_requests,
        ):
            raise TooBusy(str(status))
        raise Unreachable(str(status))
