"""A stand-in for GOV.UK Notify on this machine: it answers as the service does and reaches no telephone.

Its behaviour follows the service's published interface for texts: signed tokens of 30 seconds, the checks of what it
is given, notifications found by reference, and the numbers that fail (07700 900002 for good, 07700 900003 for now). The same
tests run against it and, where a key is given, against the service itself.
"""

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

from notifications_python_client.authentication import decode_jwt_token, get_token_issuer
from notifications_python_client.errors import TokenError

from throughline.foundations.clock.rules import london_day
from throughline.reference import load

_BOUNCES, _LOSES = "07700900002", "07700900003"
_GAP = re.compile(r"\(\(([a-z-]+)\)\)")


class Trouble(StrEnum):
    """What can be wrong with the service."""

    DOWN = "down"
    BUSY = "busy"
    # it takes the text, and its answer never comes
    SWALLOWS = "swallows"


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it would be read, and under which reference it was given."""

    id: UUID
    number: str
    body: str
    template: UUID
    reference: str
    at: datetime


@dataclass
class Post:
    """What the service holds: its templates by name, the texts that it took, and what is wrong with it now."""

    templates: dict[str, tuple[UUID, str]]
    trouble: Trouble | None = None
    # a text arrives at the how-manieth time that it is asked after
    arrives_at: int = 1
    texts: list[Text] = field(default_factory=list)
    asked: dict[UUID, int] = field(default_factory=dict)
    took: Callable[[Text], object] = id
    service: UUID = field(default_factory=uuid4)
    secret: UUID = field(default_factory=uuid4)

    @classmethod
    def holding(cls, bodies: Mapping[str, str]) -> "Post":
        """A service whose templates are these bodies by name."""
        return cls({name: (uuid4(), body) for name, body in bodies.items()})

    @property
    def key(self) -> str:
        """The key that a client signs with."""
        return f"invented-{self.service}-{self.secret}"


@contextmanager
def serving(post: Post) -> Iterator[str]:
    """Serve it on a free port of this machine; says the address."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *given: _Answering(post, *given))
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _Refused(Exception):
    def __init__(self, status: HTTPStatus, error: str, message: str) -> None:
        self.status, self.told = status, {"error": error, "message": message}


def _bad(message: str, error: str = "BadRequestError") -> _Refused:
    return _Refused(HTTPStatus.BAD_REQUEST, error, message)


class _Answering(BaseHTTPRequestHandler):
    def __init__(self, post: Post, *given: Any) -> None:
        self.post = post
        super().__init__(*given)

    def log_message(self, *_told: Any) -> None:
        """Nothing: a request may name a number."""

    def do_GET(self) -> None:
        path, asked = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        self._answer(lambda: (HTTPStatus.OK, self._got(path, asked)))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        self._answer(lambda: (HTTPStatus.CREATED, self._taken(json.loads(body))))

    def _answer(self, made: Callable[[], tuple[HTTPStatus, Any]]) -> None:
        try:
            if self.post.trouble is Trouble.DOWN:
                raise _Refused(HTTPStatus.SERVICE_UNAVAILABLE, "Exception", "Internal server error")
            self._insist_on_token()
            status, told = made()
        except _Refused as refused:
            status, told = (
                refused.status,
                {"status_code": refused.status.value, "errors": [refused.told]},
            )
        if self.command == "POST" and self.post.trouble is Trouble.SWALLOWS:
            self.close_connection = True
            return
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _insist_on_token(self) -> None:
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            known = get_token_issuer(token) == str(self.post.service)
            decode_jwt_token(token, str(self.post.secret))
        except TokenError:
            known = False
        if not known:
            raise _Refused(HTTPStatus.FORBIDDEN, "AuthError", "Invalid token: signature, api token not found")

    def _taken(self, told: dict[str, Any]) -> dict[str, Any]:
        if self.post.trouble is Trouble.BUSY:
            raise _Refused(HTTPStatus.TOO_MANY_REQUESTS, "RateLimitError", "Exceeded rate limit")
        held = {str(id): body for id, body in self.post.templates.values()}
        number = re.sub(
            r"^\+44|[^0-9+]", lambda found: "0" if found[0] == "+44" else "", told["phone_number"]
        )
        if not re.fullmatch(r"07\d{9}", number):
            raise _bad("phone_number Not a UK mobile number", "ValidationError")
        if told["template_id"] not in held:
            raise _bad("Template not found")
        body, given = held[told["template_id"]], told.get("personalisation", {})
        if missing := sorted(set(_GAP.findall(body)) - given.keys()):
            raise _bad(f"Missing personalisation: {', '.join(missing)}")
        text = Text(
            id=uuid4(),
            number=number,
            body=_GAP.sub(lambda gap: given[gap[1]], body),
            template=UUID(told["template_id"]),
            reference=told.get("reference", ""),
            at=datetime.now(UTC),
        )
        self.post.texts.append(text)
        self.post.took(text)
        return {
            "id": str(text.id),
            "reference": text.reference,
            "content": {"body": text.body, "from_number": "40604"},
            "uri": f"/v2/notifications/{text.id}",
            "template": {"id": str(text.template), "version": 1, "uri": f"/v2/template/{text.template}"},
        }

    def _got(self, path: str, asked: dict[str, list[str]]) -> dict[str, Any]:
        if path == "/v2/templates":
            return {
                "templates": [
                    {"id": str(id), "name": name, "type": "sms", "version": 1, "body": body}
                    for name, (id, body) in self.post.templates.items()
                ]
            }
        if path == "/v2/notifications":
            found = [one for one in self.post.texts if [one.reference] == asked.get("reference")]
            return {"notifications": [self._seen(one) for one in reversed(found)], "links": {}}
        found = [one for one in self.post.texts if path == f"/v2/notifications/{one.id}"]
        if not found:
            raise _Refused(HTTPStatus.NOT_FOUND, "NoResultFound", "No result found")
        self.post.asked[found[0].id] = self.post.asked.get(found[0].id, 0) + 1
        return self._seen(found[0])

    def _seen(self, text: Text) -> dict[str, Any]:
        arrived = self.post.asked.get(text.id, 0) >= self.post.arrives_at
        ends = {_BOUNCES: "permanent-failure", _LOSES: "temporary-failure"}.get(text.number, "delivered")
        return {
            "id": str(text.id),
            "reference": text.reference,
            "type": "sms",
            "body": text.body,
            "status": ends if arrived else "sending",
        }


@contextmanager
def demonstrated(folder: Path) -> Iterator[dict[str, str]]:
    """The environment under which texts of the demonstration go to a stand-in, which writes what she would read
    into ``texts.log`` in the folder.
    """
    log = folder / "texts.log"

    def keep(text: Text) -> None:
        with log.open("a", encoding="utf-8") as kept:
            kept.write(f"{text.at:%Y-%m-%d %H:%M:%S} UTC  to {text.number}: {text.body}\n")

    kinds = load("message-kinds").as_of(london_day(datetime.now(UTC)))
    post = Post.holding({row.code: row.text("text") for row in kinds})
    post.took = keep
    with serving(post) as url:
        yield {"THROUGHLINE_NOTIFY_KEY": post.key, "THROUGHLINE_NOTIFY_URL": url}
