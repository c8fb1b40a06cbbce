"""Who safeguards whom: the hub was asked about every case that was graded high, and most of them it has accepted."""

from datetime import datetime, timedelta
from typing import Any

from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.safeguarding.commands import handing, registers, serving
from throughline.casework.safeguarding.commands.choosing import choose
from throughline.casework.safeguarding.commands.contacting import SERVICE_DUTY, record_contact
from throughline.casework.safeguarding.queries.serving import open_request
from throughline.foundations.access.rules import Role
from throughline.foundations.accounts.models import Team, User
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty
from throughline.synthetic.past.cast import Cast

# what is left of the newest, unless there is one alone: one waits, one came back, one a sergeant has to decide
_LEFT = 3
_SAFE_CONTACT: dict[str, Any] = {
    "reason": "return-safe-contact",
    "words": "Who has her ring-back hours?",
    "missing": ["handover-contact"],
}
_SAFETY: dict[str, Any] = {
    "reason": "return-package",
    "words": "What was agreed about the locks?",
    "missing": ["handover-safety"],
}


class Serving:
    """Tells who was asked to safeguard, what came back, and who has been spoken with; and the registers about staff."""

    def __init__(self, cast: Cast, *, now: datetime) -> None:
        self.cast = cast
        self.now = now

    def tell(self) -> None:
        """The cases that were graded high, oldest first, then the services that are still owed of what is not new."""
        graded = StandingFact.objects.filter(kind="grade", value="high", ended_at=None, case__closed_at=None)
        owned = StandingFact.objects.filter(kind="owner", ended_at=None).values("case")
        found = [
            fact for fact in graded.filter(case__in=owned).select_related("case").order_by("set_at", "id")
        ]
        for number, fact in enumerate(found, start=1):
            assert fact.case is not None
            left = len(found) - number
            if left < min(_LEFT, len(found) - 1):
                self._waits(fact.case, left)
            else:
                self._handed_over(fact.case, max(fact.set_at, self._owned_since(fact.case)), number)
        self._spoken_with()
        self._registers()

    @staticmethod
    def _owned_since(case: Case) -> datetime:
        return StandingFact.objects.get(case=case, kind="owner", ended_at=None).set_at

    def _asked(self, case: Case, at: datetime) -> bool:
        """Ask whoever safeguards by the policy; whether the hub is asked about this very case."""
        serving.bring_into_step(case, by=self.cast.acting(serving.POLICY), now=at)
        request = open_request(case.id)
        return request is not None and request.role == Role.HUB

    def _handed_over(self, case: Case, graded: datetime, number: int) -> None:
        """The officer sends what there is, the hub accepts it; each fourth came back once, each ninth twice."""
        at = graded + timedelta(minutes=4)
        if not self._asked(case, at):
            return
        self._send(case, at + timedelta(minutes=40))
        if number % 4 == 0:
            self._returned(case, _SAFETY, at + timedelta(hours=2))
            self._send(case, at + timedelta(hours=5))
        if number % 9 == 0 and number % 4:
            self._twice(case, at)
            serving.decide(
                by=self.cast.role(Role.SERGEANT),
                now=at + timedelta(hours=9),
                case_id=case.id,
                owner=self.cast.by[Role.HUB].id,
                reason="settled-missing-later",
                words="She does not wait for it: the hub has her, and the officer adds it tomorrow.",
                both_sides=True,
            )
            return
        serving.accept(
            by=self.cast.role(Role.HUB), now=at + timedelta(hours=6), case_id=case.id, both_sides=True
        )

    def _waits(self, case: Case, left: int) -> None:
        """Of the newest three one waits beyond its time, one came back and one came back twice."""
        if not self._asked(case, at := self.now - timedelta(hours=12)):
            return
        if left == 1:
            self._returned(case, _SAFE_CONTACT, at + timedelta(hours=2))
        elif left == 2:
            self._twice(case, at)

    def _twice(self, case: Case, at: datetime) -> None:
        self._returned(case, _SAFE_CONTACT, at + timedelta(hours=2))
        self._send(case, at + timedelta(hours=3))
        self._returned(case, _SAFETY, at + timedelta(hours=5))

    def _returned(self, case: Case, told: dict[str, Any], at: datetime) -> None:
        serving.give_back(by=self.cast.role(Role.HUB), now=at, case_id=case.id, **told)

    def _send(self, case: Case, at: datetime) -> None:
        owner = User.objects.get(
            id=StandingFact.objects.get(case=case, kind="owner", ended_at=None).value
        ).actor
        self.cast.acting(owner)
        handing.note(
            by=owner,
            now=at,
            case_id=case.id,
            item="handover-wishes",
            state="held",
            words="She wants him to keep away from the school gate.",
        )
        handing.send(by=owner, now=at, case_id=case.id)

    def _spoken_with(self) -> None:
        """The hub has spoken with those whose grade is older than a day, and told them its name."""
        owed = Duty.objects.filter(
            kind=SERVICE_DUTY, discharged_at=None, opened_at__lt=self.now - timedelta(days=1)
        )
        for number, duty in enumerate(owed.order_by("opened_at", "id")):
            hours = 26 if number % 7 == 0 else 9 + number % 12
            assert duty.about is not None
            at = min(duty.opened_at + timedelta(hours=hours), self.now)
            about: dict[str, Any] = {"by": self.cast.role(Role.HUB), "now": at, "case_id": duty.about}
            record_contact(
                **about,
                way="telephone",
                result="reached-free",
                told=["told-owner"],
                feels="as-before",
            )
            # not everybody has been asked, and nobody long ago: there is no year of calls in this past
            if at > self.now - timedelta(days=9) and (
                rhythm := ("weekly", "", "each-step", "fortnightly", "", "on-request")[number % 6]
            ):
                choose(**about, rhythm=rhythm)

    def _registers(self) -> None:
        """Posts of two teams, who is on call tonight, and a champion and specialists."""
        inspector = self.cast.role(Role.INSPECTOR)
        by: dict[str, Any] = {"by": inspector, "now": self.now - timedelta(days=9)}
        for name, established, filled in (
            ("Safeguarding hub", 12, 9),
            ("Quarnley response, C team", 30, 27),
        ):
            for team in Team.objects.filter(name=name):
                registers.set_posts(**by, team=team.id, established=established, filled=filled)
        registers.put_on_call(
            by=inspector,
            now=self.now - timedelta(hours=5),
            account=self.cast.by[Role.HUB].id,
            starts_at=self.now - timedelta(hours=4),
            ends_at=self.now + timedelta(hours=10),
        )
        day = london_day(self.now)
        for role, kind, days in (
            (Role.SERGEANT, "champion", 400),
            (Role.SERGEANT, "evidential-reviewer", 500),
            (Role.HUB, "honour-based-abuse", 200),
            (Role.HUB, "coercive-control", 200),
            (Role.OFFICER, "risk-assessment-training", 90),
        ):
            registers.record_training(
                **by,
                account=self.cast.by[role].id,
                kind=kind,
                valid_from=day - timedelta(days=days),
            )
