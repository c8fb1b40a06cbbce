"""Who was referred to an independent adviser and to a MARAC: of the newest some wait, and one came back."""

from datetime import datetime, timedelta
from typing import Any

from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.partnership.commands import advising, conferring, noting
from throughline.casework.partnership.models import AdviserReferral
from throughline.casework.partnership.queries.services import services
from throughline.casework.partnership.rules import PARTNERS
from throughline.casework.partnership.rules.advising import REFER_DUTY
from throughline.foundations.access.rules import Role
from throughline.foundations.duties.commands import carry_out
from throughline.foundations.duties.models import Duty
from throughline.synthetic.past.cast import Cast

# as many of the newest high grades were referred; what is older was with another service before this one had accounts
_MOST = 30
# of the newest one is not referred yet, and two wait to be accepted
_NOT_YET, _WAITS = 1, 3
# what is older than this waits for nobody any more
_LONG_AGO = timedelta(days=10)
_SHARED: dict[str, Any] = {"to": "owner-and-hub", "basis": "consent", "consent": "agreed"}
_NOTES = (
    "Frightened of the handover at the contact centre; asks whether somebody can be there.",
    "Wants to stay in the flat. The locks are the first thing.",
    "Her mother has the children on Tuesdays: the best day to ring.",
)


class Partnering:
    """Tells what became of the newest cases that were graded high."""

    def __init__(self, cast: Cast, *, now: datetime) -> None:
        self.cast = cast
        self.now = now

    def tell(self) -> None:
        """The newest high grades, oldest first: referred at once, most of them accepted and reached."""
        known = services()
        if not known or AdviserReferral.objects.exists():
            return
        graded = StandingFact.objects.filter(kind="grade", value="high", ended_at=None, case__closed_at=None)
        newest = list(graded.select_related("case").order_by("-set_at", "-id")[:_MOST])
        for number, fact in enumerate(newest):
            assert fact.case is not None
            if number < _NOT_YET:
                continue
            at = min(fact.set_at + timedelta(hours=1 + number % 5), self.now)
            if number < _WAITS:
                at = self.now - timedelta(hours=3 * number)
            made = self._refer(fact.case, number, known[0].id, at)
            if number >= _WAITS:
                self._answer(made, number, at)
            if number % 3 == 0:
                self._marac(fact.case, number, at)
        self._asked(known[0].id)
        self.cast.acting(PARTNERS)
        advising.call_for_advisers(now=self.now)
        conferring.call_for_referrals(now=self.now)
        self.cast.left()

    def _asked(self, team_id: Any) -> None:
        """What the policy asked for besides, three days ago: each fourth was referred, the others did not want it."""
        at = self.now - timedelta(days=3)
        self.cast.acting(PARTNERS)
        advising.call_for_advisers(now=at)
        asked = list(Duty.objects.filter(kind=REFER_DUTY, discharged_at=None).order_by("opened_at", "id"))
        for number, duty in enumerate(asked[:-_NOT_YET]):
            if number % 4 == 0 and duty.about:
                case = Case.objects.get(id=duty.about)
                made = self._refer(case, number, team_id, at + timedelta(hours=2))
                advising.accept(
                    by=self.cast.role(Role.IDVA), now=at + timedelta(hours=5), referral_id=made.id
                )
                continue
            by = next((one for one in self.cast.by.values() if one.id == duty.owner), self.cast.by[Role.HUB])
            if duty.role == by.role:
                self.cast.acting(by)
                carry_out(by=by, now=at + timedelta(hours=3), duty_id=duty.id, outcome="idva-declined")

    def _refer(self, case: Case, number: int, team_id: Any, at: datetime) -> AdviserReferral:
        agreed = number % 5 != 4
        return advising.refer(
            by=self.cast.role(Role.HUB if number % 2 else Role.OFFICER),
            now=at,
            case_id=case.id,
            team_id=team_id,
            basis="consent" if agreed else "safeguarding",
            consent="agreed" if agreed else "could-not-ask",
            words="She asks to be rung when the children are at school."
            if agreed
            else "He was in the room; what he said of her makes her danger plain.",
        )

    def _answer(self, made: AdviserReferral, number: int, at: datetime) -> None:
        """Accepted within the hour or in the night after; each seventh came back, each third wrote a note that she shared."""
        adviser = self.cast.role(Role.IDVA)
        if number % 7 == 6:
            told = {
                "reason": "no-safe-way",
                "words": "No number is safe. Is there a day on which she is alone?",
            }
            advising.give_back(by=adviser, now=self._by(at, 3), referral_id=made.id, **told)
            return
        advising.accept(by=adviser, now=self._by(at, 1 + number % 6), referral_id=made.id)
        reached = number % 4 != 3 or at < self.now - _LONG_AGO
        noting.record_contact(
            by=adviser,
            now=self._by(at, 8 + number % 30),
            referral_id=made.id,
            way="telephone",
            result="reached-free" if reached else "no-answer",
            words=_NOTES[number % len(_NOTES)] if reached else "",
        )
        if number % 3 == 1 and reached:
            note = noting.write_note(
                by=adviser,
                now=self._by(at, 40),
                referral_id=made.id,
                kind="plan-input",
                words="A second telephone that he does not know of, kept at her sister's.",
            )
            noting.share(by=adviser, now=self._by(at, 41), note_id=note.id, **_SHARED)

    def _marac(self, case: Case, number: int, at: datetime) -> None:
        made = conferring.refer(
            by=self.cast.role(Role.HUB),
            now=self._by(at, 2),
            case_id=case.id,
            chosen=["professional-judgement"],
            words="What he has said he will do, and that he knows where she is on Sundays.",
            consent="agreed",
        )
        if number % 2 == 0 or at < self.now - _LONG_AGO:
            conferring.sent(
                by=self.cast.role(Role.HUB),
                now=self._by(at, 20),
                marac_id=made.id,
                to="coordinator",
                reference=f"QM {100 + number}",
            )

    def _by(self, at: datetime, hours: int) -> datetime:
        return min(at + timedelta(hours=hours), self.now)
