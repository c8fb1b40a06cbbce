"""What became of the crimes: outcomes, what an evidential reviewer made of them, courts, and a review that she asked for."""

from datetime import datetime, timedelta
from typing import Any, Final

from throughline.casework.cases.models import Crime
from throughline.casework.outcome.commands.asking import ask
from throughline.casework.outcome.commands.court import name_urn, record_event, review_jointly
from throughline.casework.outcome.commands.deciding import give
from throughline.casework.outcome.commands.reviewing import review_outcome
from throughline.casework.outcome.models import Outcome
from throughline.casework.outcome.queries.outcomes import cases_of
from throughline.casework.safeguarding.commands.contacting import record_contact
from throughline.foundations.access.rules import Role
from throughline.synthetic.past.cast import Cast

#: By the number of a crime, in turn: which outcome, why, and in whose words.
_ENDS: Final = (
    ("outcome-16", "given-not-supported", "She was asked again by her adviser and does not support it. Nothing else carries it."),
    ("outcome-1", "given-evidence-meets", "Her statement, the 999 call and the photographs."),
    ("outcome-15", "given-evidence-short", "His account against hers. The neighbour heard nothing; no recording."),
    ("outcome-16", "given-not-supported", "She does not want to give a statement. The video shows the room, nobody in it."),
    ("outcome-1", "given-evidence-meets", "He admitted it on video, and there are marks."),
    ("outcome-16", "given-not-supported", "She moved away and asks to be left in peace."),
    ("outcome-3", "given-admitted", "First offence, admitted, and she was heard on it."),
    ("outcome-15", "given-evidence-short", "She supports it. The telephone was not examined in time."),
    ("outcome-10", "given-public-interest", "He is in prison for something worse."),
)  # fmt: skip
#: A crime younger than this has no outcome yet; one that old has one.
_YOUNG, _OLD = timedelta(days=12), timedelta(days=70)
#: What was decided since then she has not been told yet; of what was before that, nobody looks for whether she was.
_LATELY, _TELLS = timedelta(days=1), timedelta(days=15)
#: The last two are decided so long ago, and wait for a reviewer.
_WAIT = (("outcome-15", timedelta(hours=20)), ("outcome-3", timedelta(hours=3)))


class Ending:
    """Tells what became of the crimes of open cases, oldest first."""

    def __init__(self, cast: Cast, *, now: datetime) -> None:
        self.cast = cast
        self.now = now

    def tell(self) -> None:
        """Every crime that is old enough, then one that she asked about."""
        crimes = list(
            Crime.objects.filter(cancelled_at=None, recorded_at__lt=self.now - _YOUNG)
            .select_related("incident")
            .order_by("recorded_at", "id")
        )
        of = cases_of(crimes)
        left = []
        for number, crime in enumerate(crimes):
            cases = of[crime.id]
            if not cases or cases[0].closed_at is not None:
                continue
            took = _YOUNG + (_OLD - _YOUNG) * (number % 8) / 8
            if crime.recorded_at + took < self.now:
                self._end(crime, number, crime.recorded_at + took, named=cases[0].suspect_id is not None)
            elif cases[0].suspect_id is not None:
                left.append(crime)
        for crime, (code, ago) in zip(left, _WAIT, strict=False):
            reason, words = next((why, said) for one, why, said in _ENDS if one == code)
            told: dict[str, Any] = {"code": code, "reason": reason, "words": words, "interviewed": True}
            give(by=self.cast.role(Role.OFFICER), now=self.now - ago, crime_id=crime.id, **told)
        self._asked()

    def _end(self, crime: Crime, number: int, at: datetime, *, named: bool) -> None:
        code, reason, words = _ENDS[number % len(_ENDS)]
        if not named:
            code, reason, words = "outcome-18", "given-no-suspect", "Nobody saw who it was."
        made = give(
            by=self.cast.role(Role.OFFICER),
            now=at,
            crime_id=crime.id,
            code=code,
            reason=reason,
            words=words,
            interviewed=True if named else None,
        )
        if at < self.now - _LATELY:
            self._told(crime, code, at)
            if made.reviewed_because:
                self._reviewed(made, number, at + timedelta(hours=30))
        if code == "outcome-1":
            self._court(crime, number, at)

    def _told(self, crime: Crime, code: str, at: datetime) -> None:
        """She was told, where somebody would still be looking for it."""
        if at < self.now - _TELLS:
            return
        told = {"outcome-1": ["told-charged", "told-hearing"], "outcome-3": ["told-out-of-court"]}
        record_contact(
            by=self.cast.role(Role.OFFICER),
            now=at + timedelta(hours=4),
            case_id=cases_of([crime])[crime.id][0].id,
            way="telephone",
            result="reached-free",
            told=told.get(code, ["told-no-action"]),
        )

    def _reviewed(self, made: Outcome, number: int, at: datetime) -> None:
        """Nearly all are endorsed; what is sent back is done and given again, and endorsed then."""
        by = self.cast.role(Role.SERGEANT)
        if number % 5:
            review_outcome(by=by, now=at, outcome_id=made.id, endorsed=True)
            return
        review_outcome(
            by=by,
            now=at,
            outcome_id=made.id,
            endorsed=False,
            directions="Ask the neighbours on both sides, and look for the recording of the call.",
        )
        again = at + timedelta(days=4)
        if again >= self.now - _LATELY:
            return
        second = give(
            by=self.cast.role(Role.OFFICER),
            now=again,
            crime_id=made.crime_id,
            code=made.code,
            reason="given-as-directed",
            words="Both neighbours were asked, and the call was listened to. It changes nothing.",
            interviewed=made.interviewed,
        )
        self._told(made.crime, made.code, again)
        if second.reviewed_because:
            later = again + timedelta(hours=20)
            review_outcome(by=self.cast.role(Role.SERGEANT), now=later, outcome_id=second.id, endorsed=True)

    def _court(self, crime: Crime, number: int, at: datetime) -> None:
        """A URN, then a hearing to come, or what came of it."""
        by = self.cast.role(Role.OFFICER)
        told: dict[str, Any] = {"by": by, "crime_id": crime.id}
        name_urn(now=at, urn=f"01ZZ{number:06}{at:%y}", **told)
        heard = (at + timedelta(days=35)).replace(hour=10, minute=0, second=0, microsecond=0)
        if heard >= self.now:
            record_event(now=at, kind="hearing", at=heard, reference=f"H{number}", **told)
            return
        failed = number % 4 == 0
        kind = "discontinued" if failed else "pleaded-guilty"
        record_event(now=heard + timedelta(hours=3), kind=kind, at=heard, **told)
        if not failed:
            record_event(now=heard + timedelta(hours=3), kind="sentenced", at=heard, **told)
        if heard < self.now - _YOUNG:
            inspector = self.cast.role(Role.INSPECTOR)
            finding = "joint-victim-withdrew" if failed else "joint-early-evidence"
            review_jointly(by=inspector, now=heard + timedelta(days=9), crime_id=crime.id, finding=finding)

    def _asked(self) -> None:
        """She asked to have the last decision looked at that she can."""
        made = (
            Outcome.objects.filter(code="outcome-15", state="stands", decided_at__lt=self.now - _LATELY)
            .order_by("-decided_at", "-id")
            .first()
        )
        if made:
            asked = self.now - timedelta(days=2)
            ask(by=self.cast.role(Role.OFFICER), now=asked, outcome_id=made.id)
