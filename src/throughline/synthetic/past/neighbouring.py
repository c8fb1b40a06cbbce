"""What neighbourhood teams did: tasks about suspects, calls on victims, and markers that lapse."""

from datetime import datetime, timedelta
from typing import Any

from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.cases.rules import Kind
from throughline.casework.neighbourhood.commands import disrupting, lapsing, visiting
from throughline.casework.neighbourhood.rules.calling import NEVER, PATROL
from throughline.casework.people.commands.recording import set_marker
from throughline.casework.people.models import Address
from throughline.casework.safeguarding.commands import fitting
from throughline.foundations.access.rules import Role
from throughline.foundations.clock.rules import london_day
from throughline.synthetic.past.cast import Cast

# as many of the newest cases that are graded high or medium have a task, or somebody called there
_MOST = 14
_TASKS = (
    ("bail-check", "disrupt-binds", "Every evening after eight, at his mother's. Ask for him by name."),
    ("vehicle", "disrupt-goes-on", "A silver estate, seen near her school run on Mondays."),
    (
        "licensed-premises",
        "disrupt-goes-on",
        "He drinks in the Feathers on Fridays and goes to her door afterwards.",
    ),
    ("place-watch", "disrupt-others", "The car park behind the flats, between ten and midnight."),
    ("curfew-check", "disrupt-binds", "Curfew from nine to seven. The landlord opens."),
)
_FOUND = (
    ("kept-to", "In, alone, polite."),
    ("nobody-there", "Knocked twice, no light."),
    ("something-learnt", "The barman says that he has a new telephone."),
    ("spoken-with", "Told what the order says. Says that he understands."),
)
# what is ordered comes after the grade
_AFTER = timedelta(days=4)
# the days until markers about the homes of the next cases lapse; of the first nobody has looked
_LAPSE = (-9, -2, 4, 11, 13, 90, 200)


class Neighbouring:
    """Tells of the newest cases with a suspect: what was ordered about him, and who called on her."""

    def __init__(self, cast: Cast, *, now: datetime) -> None:
        self.cast = cast
        self.now = now

    def tell(self) -> None:
        """Tasks and calls, newest cases first; markers; and what the worker puts before supervisors."""
        graded = StandingFact.objects.filter(
            kind=Kind.GRADE,
            value__in=("high", "medium"),
            ended_at=None,
            case__closed_at=None,
            set_at__lt=self.now - _AFTER,
        ).exclude(case__suspect=None)
        rows = graded.select_related("case").order_by("-set_at", "-id")
        cases = [fact.case for fact in rows[: _MOST + len(_LAPSE)] if fact.case]
        for number, case in enumerate(cases[:_MOST]):
            if number % 2:
                self._called(case, number)
            else:
                self._disrupted(case, number)
        self._marked(cases[-len(_LAPSE) :])
        lapsing.call_for_reviews(now=self.now)
        self.cast.left()

    def _disrupted(self, case: Case, number: int) -> None:
        """Ordered some days ago; the newest waits, one found a breach that nobody has read, one has ended."""
        kind, reason, words = _TASKS[number // 2 % len(_TASKS)]
        at = self.now - timedelta(days=3, hours=number)
        told: dict[str, Any] = {"case_id": case.id, "kind": kind, "reason": reason, "words": words}
        task = disrupting.order(by=self.cast.role(Role.INVESTIGATOR), now=at, **told)
        if number == 0:
            return
        officer = self._officer(number)
        disrupting.accept(by=officer, now=at + timedelta(hours=2), task_id=task.id)
        for hours in (20, 60)[: 1 + number // 2 % 2]:
            result, found = _FOUND[(number + hours) // 2 % len(_FOUND)]
            disrupting.log(
                by=officer, now=at + timedelta(hours=hours), task_id=task.id, result=result, words=found
            )
        if number == 2:
            found = "On the stairs of her block at eleven, which his bail forbids. Arrested."
            breach: dict[str, Any] = {"task_id": task.id, "result": "found-breach", "words": found}
            disrupting.log(by=officer, now=self.now - timedelta(hours=1), **breach)
        elif number % 4 == 0:
            entry: dict[str, Any] = {
                "task_id": task.id,
                "agreed": True,
                "words": "It goes on; twice a week is enough.",
            }
            disrupting.review(by=self.cast.role(Role.SERGEANT), now=at + timedelta(hours=48), **entry)
        if number == 6:
            ended: dict[str, Any] = {
                "task_id": task.id,
                "ending": "task-in-custody",
                "words": "Remanded this morning.",
            }
            disrupting.end(by=officer, now=self.now - timedelta(hours=5), **ended)

    def _called(self, case: Case, number: int) -> None:
        """Patrols were ordered; somebody called and spoke with her, or nobody was in; one is on the way."""
        at = self.now - timedelta(days=2, hours=number)
        hub = self.cast.role(Role.HUB)
        measure = fitting.offer(by=hub, now=at, case_id=case.id, kind=PATROL)
        fitting.take_step(by=hub, now=at, measure_id=measure.id, step="order")
        officer = self._officer(number)
        came: dict[str, Any] = {"by": officer, "now": at + timedelta(hours=9), "case_id": case.id}
        if number % 4 == 1:
            said = "She sleeps with the telephone under the pillow and asks that we pass at night."
            spoken: dict[str, Any] = {
                "outcome": "visit-spoken",
                "alone": True,
                "safe_to_talk": True,
                "feels": "safer",
            }
            visiting.called(**came, **spoken, said=said)
        else:
            visiting.called(**came, outcome="visit-nobody-in")
        if number == 3:
            safety, _rests_on = visiting.standing_for(case, at=self.now)
            if safety not in NEVER:
                words = "He is in custody until the evening."
                on_the_way = self.now - timedelta(minutes=40)
                visiting.set_out(by=officer, now=on_the_way, case_id=case.id, words=words)

    def _marked(self, cases: list[Case]) -> None:
        """Markers about their homes, some about to lapse, of the first two nobody has looked."""
        today = london_day(self.now)
        for case, days in zip(cases, _LAPSE, strict=False):
            home = Address.objects.filter(record=case.victim_id, valid_until=None).order_by("id").first()
            if home is None:
                continue
            set_marker(
                by=self.cast.role(Role.OFFICER),
                now=self.now - timedelta(days=100),
                record_id=case.victim_id,
                code="respond-urgently",
                address_id=home.id,
                until=today + timedelta(days=days),
            )

    def _officer(self, number: int) -> Any:
        return self.cast.acting((self.cast.by if number % 3 else self.cast.colleagues)[Role.OFFICER])
