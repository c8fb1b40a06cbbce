"""One case from the first call to the sentence, through the pages, as each who works on it.

Zofia Quillfeather rings 999. At every step somebody owes her something by a time: the time passes first, and the page of
whoever must see to it says so; then it is done, and says so no more. `STORY` is the case, in the order in which it was lived.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.urls import reverse

from throughline.casework.cases.models import Case, Crime, Incident, StandingFact
from throughline.casework.conftest import accounts, plain_static_files, signed_in, team  # noqa: F401 (fixtures)
from throughline.casework.contact.models import Contact, Deployment
from throughline.casework.outcome.models import Outcome
from throughline.casework.partnership.models import AdviserReferral
from throughline.casework.partnership.tests.conftest import CONSENT, service  # noqa: F401 (fixtures)
from throughline.casework.risk.tests.conftest import THREAT, answers, seen_whole
from throughline.casework.safeguarding.tests.conftest import PLANNED
from throughline.casework.scene.models import Attendance
from throughline.foundations.access.rules import Role
from throughline.foundations.access.tests.looking import open_to_writing
from throughline.foundations.accounts.rules import Session
from throughline.foundations.audit.commands import Checkpoints
from throughline.foundations.clock.rules import LONDON
from throughline.foundations.duties.models import Duty
from throughline.foundations.duties.rules import duty_kind
from throughline.running.worker import tasks

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]

#: A Monday in the past: which grants hold is for the clock of the database to say, and a grant of tomorrow does not.
BEGINS = datetime(2026, 1, 12, 2, 14, tzinfo=UTC)
HER, HIM = "Zofia Quillfeather", "Bertram Ashgrove"
#: What the worker does that needs a login or a process of its own, or a service outside.
_ELSEWHERE = {"sealing", "checkpoint", "texts", "rows of recognition"}


# --- a page as its reader has it before them -----------------------------------------------------------


class _Forms(HTMLParser):
    """The forms of a page: where each goes, what it holds as it is opened, and what can be chosen in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self._select = self._text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        told = dict(attrs)
        if tag == "form":
            self.forms.append(_Form(told.get("action") or "", told.get("method", "get").lower()))
        elif not self.forms or tag not in ("input", "button", "select", "option", "textarea"):
            return
        name, value, form = told.get("name", ""), told.get("value") or "", self.forms[-1]
        if tag == "select":
            self._select = name
            form.offers.setdefault(name, set())
        elif tag == "option":
            form.offers[self._select].add(value)
            if "selected" in told:
                form.holds[self._select] = [value]
        elif tag == "textarea":
            self._text = name
            form.offers[name] = None
            form.holds[name] = [""]
        elif name and tag == "button":
            form.offers.setdefault(name, set()).add(value)
        elif name and told.get("type") in ("radio", "checkbox"):
            form.offers.setdefault(name, set()).add(value or "on")
            if "checked" in told:
                form.holds.setdefault(name, []).append(value or "on")
        elif name:
            form.offers[name] = None
            if value:
                form.holds[name] = [value]

    def handle_data(self, data: str) -> None:
        if self._text:
            self.forms[-1].holds[self._text][0] += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._text = ""


class _Form:
    def __init__(self, action: str, method: str) -> None:
        self.action, self.method = action, method
        self.holds: dict[str, list[str]] = {}
        # by name, what can be chosen; None where it is typed
        self.offers: dict[str, set[str] | None] = {}

    def takes(self, typed: dict[str, Any]) -> bool:
        return self.method == "post" and all(
            name in self.offers
            and (
                self.offers[name] is None
                or {*(value if isinstance(value, list) else [value])} <= self.offers[name]
            )
            for name, value in typed.items()
        )


def words(response: Any) -> str:
    """What a page says, without its marks."""
    assert response.status_code == 200, response.status_code
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", response.content.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body)).replace("&#39;", "'").replace("&#34;", '"')


class Force:
    """Everybody who works on her case, and the clock that passes for all of them."""

    def __init__(self, signed_in: Callable[..., Any], accounts: dict[Role, Any], service: Any) -> None:  # noqa: F811
        self.now = BEGINS
        self.signed_in, self.accounts, self.service = signed_in, accounts, service
        self.screens: dict[Role, Any] = {}
        # as the worker has them; none of what is done here writes a checkpoint
        self.worker = [one for one in tasks(Checkpoints(Path())) if one.name not in _ELSEWHERE]

    # --- time ---

    def passes(self, **by: float) -> None:
        """Time goes on, and the worker has its turn."""
        self.until(self.now + timedelta(**by))

    def until(self, at: datetime) -> None:
        self.now = max(self.now, at)
        for task in self.worker:
            open_to_writing()
            with transaction.atomic():
                task.run()

    def day(self, field: str, days: int = 0) -> dict[str, str]:
        """A day so many days on, as a form asks for it."""
        on = (self.now + timedelta(days=days)).astimezone(LONDON)
        return {f"{field}_day": str(on.day), f"{field}_month": str(on.month), f"{field}_year": str(on.year)}

    # --- pages ---

    def browser(self, role: Role) -> Any:
        """The one in which somebody of a role works; they sign in again as time goes on."""
        if role not in self.screens:
            self.screens[role] = self.signed_in(role)
        browser = self.screens[role]
        session = browser.session
        session.update(dict.fromkeys((Session.SIGNED_IN_AT, Session.SEEN_AT), self.now.isoformat()))
        session.set_expiry(timedelta(days=400))
        session.save()
        return browser

    def reads(self, role: Role, address: str) -> str:
        return words(self.browser(role).get(address, follow=True))

    def sends(self, role: Role, address: str, goes_to: str = "", **typed: Any) -> str:
        """Open a page, fill in the form on it that asks for what is typed and send it; what the next page says.

        ``goes_to`` chooses the form by how its address ends. A field, an answer or a button that the page does not have is an error.
        """
        self.now += timedelta(minutes=1)
        browser = self.browser(role)
        opened = browser.get(address, follow=True)
        assert opened.status_code == 200, (role, address, opened.status_code)
        at = opened.redirect_chain[-1][0] if opened.redirect_chain else address
        forms = [
            one for one in _Forms(opened.content.decode().split("<main", 1)[-1]).forms if one.method == "post"
        ]
        fit = [one for one in forms if one.takes(typed) and urljoin(at, one.action).endswith(goes_to)]
        offered = [(one.action, one.offers) for one in forms]
        assert fit, f"{role} finds no form at {at} that takes {typed}; it has {offered}"
        answer = browser.post(urljoin(at, fit[0].action), {**fit[0].holds, **typed}, follow=True)
        said = words(answer)
        assert "There is a problem" not in said, said[said.index("There is a problem") :][:300]
        return said

    # --- what stands ---

    @property
    def case(self) -> Any:
        with seen_whole():
            return Case.objects.get(suspect__isnull=False).id

    @property
    def incident(self) -> Any:
        with seen_whole():
            return Incident.objects.get().id

    def owed(self, kind: str) -> Duty | None:
        """The open duty of a kind that is due first."""
        with seen_whole():
            return Duty.objects.filter(kind=kind, discharged_at=None).order_by("due_at").first()


# --- the case ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Promise:
    """One thing that somebody owes her: what brings it about, where its breach is read by whom, and how it is kept."""

    kind: str
    brought: Callable[[Force], Any]
    kept: Callable[[Force], Any]
    #: who reads of the breach on a page of their own, besides whoever supervises: role, page, and what it says
    seen: tuple[tuple[Role, Callable[[Force], str], str], ...] = ()


HANDLER, SUPERVISOR, OFFICER, SERGEANT, INSPECTOR = (
    Role.CALL_HANDLER,
    Role.SUPERVISOR,
    Role.OFFICER,
    Role.SERGEANT,
    Role.INSPECTOR,
)
HUB, IDVA, INVESTIGATOR, REGISTRAR = Role.HUB, Role.IDVA, Role.INVESTIGATOR, Role.REGISTRAR


def of_case(name: str) -> Callable[[Force], str]:
    return lambda force: reverse(name, args=[force.case])


def of_incident(name: str) -> Callable[[Force], str]:
    return lambda force: reverse(name, args=[force.incident])


def of_duty(name: str, kind: str) -> Callable[[Force], str]:
    return lambda force: reverse(name, args=[force.owed(kind).about])  # type: ignore[union-attr]


def page(name: str) -> Callable[[Force], str]:
    return lambda _force: reverse(name)


def send(role: Role, where: Callable[[Force], str], **typed: Any) -> Callable[[Force], str]:
    return lambda force: force.sends(role, where(force), **typed)


def both(*steps: Callable[[Force], Any]) -> Callable[[Force], None]:
    def done(force: Force) -> None:
        for step in steps:
            step(force)

    return done


def found(name: str, which: Callable[[], Any]) -> Callable[[Force], str]:
    """A page about something that the case has by now."""

    def where(_force: Force) -> str:
        with seen_whole():
            return reverse(name, args=[which()])

    return where


def hers(name: str) -> Callable[[Force], str]:
    """A page of the adviser's, about her."""
    return found(f"partnership:{name}", lambda: AdviserReferral.objects.get().id)


def of_crime(name: str) -> Callable[[Force], str]:
    return found(name, lambda: Crime.objects.get().id)


def of_outcome(name: str) -> Callable[[Force], str]:
    return found(name, lambda: Outcome.objects.latest("given_at").id)


def about_him(name: str) -> Callable[[Force], str]:
    return found(name, lambda: Case.objects.get(suspect__isnull=False).suspect_id)


her_call = found("contact:contact", lambda: Contact.objects.get().id)
her_sign_off = found("contact:sign-off", lambda: Contact.objects.get().id)


def comes_from_court(*rows: str) -> Callable[[Force], None]:
    """What prosecutors, courts and prisons sent, brought in as a file."""

    def done(force: Force) -> None:
        with seen_whole():
            crime = Crime.objects.select_related("incident").get()
            number = f"{crime.incident.number}/1"
        days = {"today": f"{force.now:%Y-%m-%d}", "soon": f"{force.now + timedelta(days=14):%Y-%m-%d}"}
        text = "crime,what,result,date\n" + "".join(f"{number},{row.format(**days)}\n" for row in rows)
        file = SimpleUploadedFile("results.csv", text.encode())
        said = force.sends(SERGEANT, "/outcome/results/", file=file)
        assert f"{len(rows)} row" in said, said

    return done


def nothing(force: Force) -> None:
    """Something earlier has brought it about."""


def she_is_told(*updates: str, by: Role = OFFICER, **more: Any) -> Callable[[Force], str]:
    told = {"way": "in-person", "result": "reached-free", "told": [*updates], **more}
    return send(by, of_case("safeguarding:contact"), **told)


def she_rings(force: Force) -> None:
    """A place and a grade send a car; who it is, is asked while it drives."""
    force.sends(HANDLER, "/contact/", channel="999")
    call = her_call(force)
    force.sends(HANDLER, call, place="14 Alma Road", do="send:emergency")
    force.sends(HANDLER, call, who=HER, other=HIM, recorded_as="domestic-abuse", domestic="yes", do="save")
    force.sends(HANDLER, call, do="add:victim")
    force.sends(HANDLER, call, do="add:suspect")


def nobody_comes(force: Force) -> None:
    late = "Somebody was to be there by now"
    assert late not in force.reads(SUPERVISOR, "/contact/supervision/")
    force.passes(hours=1)
    assert late in force.reads(SUPERVISOR, "/contact/supervision/")
    with seen_whole():
        sent = Deployment.objects.get()
    going = {"officer": str(force.accounts[OFFICER].id), "unit": "AB12", "do": f"unit:{sent.id}"}
    force.sends(HANDLER, f"/contact/{sent.contact_id}/", **going)
    force.sends(OFFICER, reverse("scene:begin", args=[force.incident]))
    assert late not in force.reads(SUPERVISOR, "/contact/supervision/")


def at_the_door(force: Force) -> None:
    """He is arrested; a child is there; what can be gathered is gathered, and the officer leaves."""
    incident = force.incident
    with seen_whole():
        him = Case.objects.get(suspect__isnull=False).suspect_id
        visit = Attendance.objects.get().id
    force.sends(OFFICER, reverse("scene:danger", args=[visit]), do="save", weapons="used")
    told = {"action": "arrest", "offence": "violence-with-injury"}
    force.sends(OFFICER, reverse("scene:action", args=[incident, him]), **told)
    force.sends(
        OFFICER, reverse("scene:children", args=[visit]), forename="Ada", surname="Quillfeather", age="6"
    )
    force.sends(OFFICER, reverse("scene:leave", args=[visit]))


def danger_is_assessed(force: Force) -> None:
    told = answers("unknown", **{"threats-to-kill": "yes", "threats-to-kill-words": THREAT})
    force.sends(OFFICER, of_case("risk:assess")(force), **told, **{"done-how": "in-person", "do": "complete"})
    told = {"grade": "high", "reason": "grade-first-assessment", "words": "He means it"}
    force.sends(OFFICER, of_case("risk:grade")(force), **told)


def he_is_bailed(force: Force) -> None:
    # from her case, which says why he is looked at
    force.reads(OFFICER, of_case("overview:case")(force))
    told = {"kind": "police-bail", "terms": ["no-contact"], **force.day("begins")}
    force.sends(OFFICER, about_him("cases:enter-fact")(force), **told)


STORY = (
    Promise("risk-assessment", at_the_door, danger_is_assessed),
    Promise(
        "risk-check-high",
        nothing,
        send(INSPECTOR, of_case("risk:check"), answer="agree", agreed_because="check-fits"),
        ((INSPECTOR, page("overview:turns-work"), "Overdue"),),
    ),
    Promise(
        "child-decision",
        nothing,
        send(OFFICER, of_incident("scene:child-decision"), choice="refer", basis="harm"),
    ),
    Promise(
        "child-referral",
        nothing,
        lambda force: force.sends(
            HUB, f"/duties/{force.owed('child-referral').id}/", outcome="referral-made"
        ),
        ((HUB, page("overview:home"), "Overdue"),),
    ),
    Promise(
        "case-accept",
        lambda force: force.sends(
            SERGEANT, of_case("cases:owner")(force), owner=str(force.accounts[OFFICER].id)
        ),
        send(OFFICER, of_case("cases:accept")),
        ((SERGEANT, page("overview:turns-work"), "A case has no owner"),),
    ),
    Promise(
        "victim-update",
        nothing,
        she_is_told("told-arrest"),
        ((OFFICER, of_case("overview:case"), "The suspect was arrested"),),
    ),
    Promise(
        "safeguard-accept",
        nothing,
        send(HUB, of_case("safeguarding:accept")),
        (
            (SUPERVISOR, page("safeguarding:workload"), "Overdue"),
            (OFFICER, page("overview:home"), "You keep it."),
        ),
    ),
    Promise(
        "hub-review",
        nothing,
        both(
            send(HUB, of_case("risk:review"), goes_to="/take/"),
            send(
                HUB,
                of_case("risk:review"),
                **{"do": "depth", "depth-depth": "light", "depth-light_because": "light-enough"},
            ),
            send(
                HUB,
                of_case("risk:review"),
                **{"do": "review", "review-answer": "agree", "review-agreed_because": "review-fits"},
            ),
        ),
        ((HUB, page("risk:hub"), "1 overdue"),),
    ),
    Promise(
        "service-contact", nothing, she_is_told(by=HUB, said="She sleeps at her sister's", feels="less-safe")
    ),
    Promise(
        "safety-plan",
        nothing,
        send(
            HUB,
            of_case("safeguarding:make-plan"),
            **PLANNED,
            **{"done-took_part": ["victim"], "done-agreed": "agreed", "do": "complete"},
        ),
    ),
    Promise(
        "safety-measure",
        send(HUB, of_case("safeguarding:offer-measure"), kind="locks", then="order", supplier="police"),
        send(HUB, of_duty("safeguarding:measure", "safety-measure"), step="fit"),
        ((HUB, page("safeguarding:measures"), "Late since"),),
    ),
    Promise(
        "idva-referral",
        nothing,
        lambda force: force.sends(
            HUB, of_case("partnership:refer")(force), team=str(force.service.id), **CONSENT
        ),
    ),
    Promise(
        "idva-late",
        lambda force: force.passes(hours=5),
        send(IDVA, hers("slice"), goes_to="/accept/"),
        ((IDVA, page("partnership:inbox"), "Answer overdue"),),
    ),
    Promise(
        "marac-send",
        send(
            HUB,
            of_case("partnership:marac"),
            chosen=["professional-judgement"],
            words="She says he will",
            consent="agreed",
        ),
        send(HUB, of_duty("partnership:marac-sent", "marac-send"), to="coordinator", reference="M 12"),
    ),
    Promise(
        "crime-recording",
        nothing,
        send(
            REGISTRAR, of_incident("cases:judge"), offence="violence-with-injury", reason="crime-complained"
        ),
        ((REGISTRAR, page("cases:waiting"), "Overdue"),),
    ),
    Promise(
        "investigation-accept",
        nothing,
        send(INVESTIGATOR, of_case("investigation:accept")),
        ((SERGEANT, page("investigation:waiting"), "Overdue"),),
    ),
    Promise(
        "investigation-plan",
        nothing,
        lambda force: both(
            send(
                INVESTIGATOR,
                of_case("investigation:add-line"),
                kind="witness",
                what="Ask at 16",
                whose=str(force.accounts[OFFICER].id),
                **force.day("due", 2),
            ),
            send(INVESTIGATOR, of_case("investigation:planned")),
        )(force),
        ((SERGEANT, page("investigation:waiting"), "The investigator"),),
    ),
    Promise(
        "line-of-enquiry",
        nothing,
        send(OFFICER, of_duty("investigation:end-line", "line-of-enquiry"), ending="line-done", words="OP/7"),
        ((INVESTIGATOR, of_case("investigation:case"), "Overdue"),),
    ),
    Promise(
        "investigation-review",
        nothing,
        send(SERGEANT, of_case("investigation:review"), agreed="yes", words="As it should be"),
        ((SERGEANT, page("investigation:waiting"), "Overdue"),),
    ),
    Promise(
        "before-release",
        lambda force: force.sends(
            OFFICER,
            of_case("safeguarding:promise")(force),
            update="told-release-to-come",
            leaves_at=f"{(force.now + timedelta(hours=3)).astimezone(LONDON):%H:%M}",
            **force.day("leaves_on"),
        ),
        she_is_told("told-release-to-come", "told-owner", by=HUB),
        ((HUB, of_case("safeguarding:promises"), "The suspect was to leave custody"),),
    ),
    Promise(
        "risk-reassessment",
        he_is_bailed,
        send(OFFICER, of_case("risk:grade"), grade="high", reason="grade-suspect-changed", words="He is out"),
    ),
    Promise(
        "risk-check",
        nothing,
        send(SERGEANT, of_case("risk:check"), answer="agree", agreed_because="check-fits"),
        ((SERGEANT, page("risk:checks"), "1 overdue"),),
    ),
    Promise(
        "safety-plan-review",
        nothing,
        send(
            HUB,
            of_case("safeguarding:make-plan"),
            **{"done-took_part": ["victim"], "done-agreed": "agreed", "do": "complete"},
        ),
    ),
    Promise(
        "victim-update",
        nothing,
        send(IDVA, hers("contact"), way="in-person", result="reached-free", told=["told-bail"]),
        (
            (IDVA, hers("slice"), "The suspect was bailed"),
            (OFFICER, of_case("safeguarding:promises"), "Overdue"),
        ),
    ),
    Promise(
        "withdrawal-visit",
        both(
            send(
                INVESTIGATOR,
                of_case("investigation:statement"),
                taken="yes",
                exhibit="OP/1",
                personal="vps-made",
                personal_exhibit="OP/2",
            ),
            send(
                INVESTIGATOR, of_case("investigation:withdrawing"), reasons=["she-fears"], words="She cried"
            ),
        ),
        send(
            INVESTIGATOR,
            of_case("investigation:withdrawal-visit"),
            visit="officer-and-adviser",
            withdraws="yes",
        ),
        ((INVESTIGATOR, of_case("investigation:case"), "Overdue"),),
    ),
    Promise(
        "withdrawal-decision",
        nothing,
        send(
            INVESTIGATOR,
            of_case("investigation:withdrawal-decide"),
            goes_on="yes",
            reason="go-on-danger",
            words="The video shows it",
        ),
        ((INVESTIGATOR, of_case("investigation:case"), "Overdue"),),
    ),
    Promise(
        "crime-outcome",
        nothing,
        send(
            INVESTIGATOR,
            of_crime("outcome:give"),
            code="outcome-16",
            reason="given-not-supported",
            words="She withdrew",
            interviewed="yes",
        ),
        ((SERGEANT, of_case("outcome:case"), "Not yet assigned"),),
    ),
    Promise(
        "victim-update",
        nothing,
        she_is_told("told-no-action", by=HUB),
        ((HUB, of_case("overview:case"), "No further action"),),
    ),
    Promise(
        "outcome-review",
        lambda force: force.sends(
            INSPECTOR,
            "/safeguarding/workload/training/",
            account=str(force.accounts[SERGEANT].id),
            kind="evidential-reviewer",
            **force.day("valid_from", -1),
        ),
        send(SERGEANT, of_outcome("outcome:review"), endorsed="no", directions="Charge on the video"),
        ((INVESTIGATOR, of_case("outcome:case"), "Overdue"),),
    ),
    Promise(
        "outcome-returned",
        nothing,
        send(
            INVESTIGATOR,
            of_crime("outcome:give"),
            code="outcome-1",
            reason="given-as-directed",
            words="The video and the neighbour",
        ),
        ((INVESTIGATOR, of_case("outcome:case"), "Overdue"),),
    ),
    Promise(
        "victim-update",
        nothing,
        she_is_told("told-charged", by=HUB),
        ((HUB, of_case("overview:case"), "charged"),),
    ),
    Promise(
        "victim-update",
        comes_from_court("charge-decision,charge,{today}", "hearing,,{soon}"),
        she_is_told("told-prosecutor", "told-hearing", by=HUB),
        ((HUB, of_case("safeguarding:promises"), "A hearing is listed"),),
    ),
    Promise(
        "victim-update",
        both(
            lambda force: force.passes(days=20),
            comes_from_court("verdict,guilty,{today}", "sentence,,{today}"),
        ),
        she_is_told("told-verdict", "told-sentence", by=HUB, feels="safer"),
        ((HUB, of_case("overview:case"), "There is a sentence"),),
    ),
    Promise(
        "joint-review",
        nothing,
        send(INSPECTOR, of_crime("outcome:together"), finding="joint-supported", words="With the prosecutor"),
        ((INSPECTOR, page("overview:turns-work"), "A prosecution is over"),),
    ),
    Promise(
        "contact-sign-off",
        send(HANDLER, her_call, do="end"),
        send(SUPERVISOR, her_sign_off, reason="sign-off-complete"),
        ((SUPERVISOR, page("contact:supervision"), "Overdue"),),
    ),
)


def holds(force: Force, promise: Promise) -> None:
    """It is owed, it is broken and read by whoever must see to it, and it is kept."""
    promise.brought(force)
    force.passes(minutes=1)
    owed = force.owed(promise.kind)
    assert owed, f"nobody owes {promise.kind}"
    label = duty_kind(promise.kind, on=force.now.date()).label
    force.until(owed.due_at + timedelta(minutes=1))
    assert label in (read := force.reads(INSPECTOR, "/turn/overdue/")), read
    for role, where, says in promise.seen:
        assert says in (read := force.reads(role, where(force))), (
            f"{role} reads nothing of {says!r} of {promise.kind}: {read[:1500]}"
        )
    promise.kept(force)
    after = force.owed(promise.kind)
    assert not after or after.id != owed.id, f"{promise.kind} is still owed"


def it_is_closed(force: Force) -> None:
    """His bail ended with the charge; the incident, then the case; what was broken and when stays to be read."""
    with seen_whole():
        bail = StandingFact.objects.get(kind="police-bail").id
    force.reads(OFFICER, of_case("overview:case")(force))
    force.sends(OFFICER, reverse("cases:end-fact", args=[bail]), because="charged")
    force.passes(minutes=1)
    refused = force.browser(SERGEANT).post(of_case("cases:close")(force), {"closed_as": "danger-past"})
    assert (
        "Still to be done: Something has changed and the danger is to be graded anew; She is to be told"
        in words(refused)
    )
    told = {"grade": "standard", "reason": "grade-suspect-changed", "words": "He is in prison"}
    force.sends(HUB, of_case("risk:grade")(force), **told)
    force.sends(SERGEANT, of_case("risk:check")(force), answer="agree", agreed_because="check-fits")
    she_is_told("told-bail-ended", by=HUB)(force)
    force.sends(SERGEANT, of_incident("cases:close-incident")(force), closed_as="attended")
    force.sends(SERGEANT, of_case("cases:close")(force), closed_as="danger-past")
    with seen_whole():
        assert Case.objects.get(suspect__isnull=False).closed_at
    # of the call itself one thing was never answered, and a closed case does not hide it; whether the registrar's
    # judgement is drawn for a second look as well is by chance
    left = force.reads(INSPECTOR, "/turn/overdue/")
    assert "Intelligence desk (1)" in left, left
    assert "Intelligence is asked about a call" in left
    told = force.reads(HUB, of_case("overview:case")(force))
    assert "Done too late" in told
    assert "Outcomes, courts and reviews" in force.reads(HUB, of_case("cases:case")(force))
    assert "Sentenced" in force.reads(HUB, of_case("outcome:case")(force))


def test_from_the_first_call_to_the_sentence(
    signed_in,  # noqa: F811
    accounts,  # noqa: F811
    service,  # noqa: F811
    monkeypatch,
) -> None:
    force = Force(signed_in, accounts, service)
    monkeypatch.setattr("django.utils.timezone.now", lambda: force.now)
    she_rings(force)
    nobody_comes(force)
    for promise in STORY:
        holds(force, promise)
    it_is_closed(force)
