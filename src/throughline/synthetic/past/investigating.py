"""What was investigated since: who accepted it, by what plan, whom to find, and what may prove it without her."""

from datetime import datetime, timedelta
from typing import Any

from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.investigation.commands import allocating, hearing, looking, planning, proving
from throughline.casework.investigation.models import Allocation, Investigation, OutstandingSuspect
from throughline.foundations.access.rules import Role
from throughline.foundations.clock.rules import london_day
from throughline.reference import load
from throughline.synthetic.past.cast import Cast

#: What is older than this is settled: nothing of it is waited for.
_LATELY = timedelta(days=4)
# of the newest, if they are new, so many wait to be accepted
_LEFT = 3
# more is told of so many of the newest that are investigated; of the others the plan is made and reviewed
_TOLD_OF = 24
_LINES = (
    ("witness", "Ask at the house to the left who heard it.", "decides"),
    ("listen-call", "Listen to the call, from the first word to the car.", "may-be-lost"),
    ("phones", "Her telephone, with her consent: his messages since Friday.", "may-be-lost"),
    ("medical", "The notes of the hospital.", "in-its-time"),
    ("suspect-interview", "Interview him after the messages are read.", "decides"),
)
_ROUTES = (
    ("call-recorded", "route-there", "Heard: her voice, a crash, a child."),
    ("body-worn-seen", "route-there", "The room and the door, before anything was moved."),
    ("injuries", "route-looked-for", "Photographs again on Thursday."),
    ("hearsay", "route-not-there", ""),
    ("admissions", "route-there", "In the car, unasked: written down at once and signed."),
)
_LESSONS = (
    ("call-recorded", "court-admitted", "Play it to the lawyer, do not describe it."),
    ("body-worn-seen", "pleaded", "The first minute decided it: switch on before the door."),
    ("hearsay", "court-refused", "Nobody could say who had asked what. Write the question down as well."),
    ("injuries", "charged-on-it", "Photographs of the third day showed what the first did not."),
    ("others-accounts", "prosecutor-not-enough", "One neighbour alone. The second was never asked."),
)


class Investigating:
    """Tells what was done about those of the graded cases in which a crime is recorded."""

    def __init__(self, cast: Cast, *, now: datetime) -> None:
        self.cast = cast
        self.now = now

    def tell(self) -> None:
        """Every case with a crime, oldest grade first, then the suspects, and one choice against the policy."""
        graded = StandingFact.objects.filter(kind="grade", ended_at=None, case__closed_at=None)
        found = [
            (fact.case, fact.set_at)
            for fact in graded.select_related("case").order_by("set_at", "id")
            if fact.case
        ]
        asked = [
            (case, at) for case, at in found if self._asked(case, min(at + timedelta(hours=2), self.now))
        ]
        for number, (case, at) in enumerate(asked):
            lately = at > self.now - _LATELY
            if not lately or len(asked) - number > _LEFT:
                told = len(asked) - number <= _LEFT + _TOLD_OF
                self._investigated(case, number, at, told=told, lately=lately)
        if len(asked) >= _LEFT:
            self._chosen(asked[-1][0])
        looking.find_outstanding(now=self.now - timedelta(hours=2))
        self.cast.left()
        self._looked_for()

    def _asked(self, case: Case, at: datetime) -> bool:
        allocating.bring_into_step(case, by=self.cast.acting(allocating.ALLOCATOR), now=at)
        return Allocation.objects.filter(investigation__case=case, state="asked").exists()

    def _investigated(self, case: Case, number: int, graded: datetime, *, told: bool, lately: bool) -> None:
        """Accepted within hours, planned within a day, reviewed of late; a sixth has no plan yet where it is new."""
        at = min(graded + timedelta(hours=3 + number % 5), self.now)
        by = self._by(number)
        waits = Allocation.objects.filter(investigation__case=case, state="asked").first()
        # whoever accepted another case of hers has accepted this one with it
        theirs = waits.account if waits else Investigation.objects.get(case=case).investigator
        if theirs not in (None, by.id):
            by = next(one for one in (self._by(0), self._by(1)) if one.id == theirs)
        self.cast.acting(by)
        if waits:
            allocating.accept(by=by, now=at, case_id=case.id)
        if lately and number % 6 == 0:
            return
        kind, what, priority = _LINES[number % len(_LINES)]
        line = planning.add_line(
            by=by,
            now=at,
            case_id=case.id,
            kind=kind,
            what=what,
            priority=priority,
            why="It may stand without her." if number % 2 else "",
            whose=by.id,
            due_at=max(
                at + timedelta(days=5), self.now - timedelta(days=1) + timedelta(hours=7 * (number % 20))
            ),
        )
        planning.complete_plan(by=by, now=at, case_id=case.id)
        if not lately or number % 2:
            planning.end_line(
                by=by, now=min(at + timedelta(days=2), self.now), line_id=line.id, ending="line-done"
            )
        if told:
            self._told(case, number, at, lately=lately)
        reviewed = max(at, self.now - timedelta(days=number % 5))
        self.cast.role(Role.SERGEANT)
        planning.review_plan(
            by=self.cast.by[Role.SERGEANT],
            now=reviewed,
            case_id=case.id,
            agreed=bool(number % 5),
            words="Read with the times. " + ("Agreed." if number % 5 else "Ask who else was in the house."),
        )

    def _by(self, number: int) -> Any:
        return (self.cast.by if number % 3 else self.cast.colleagues)[Role.INVESTIGATOR]

    def _told(self, case: Case, number: int, at: datetime, *, lately: bool) -> None:
        by = self.cast.acting(self._by(number))
        here: dict[str, Any] = {"by": by, "now": at, "case_id": case.id}
        support = ("she-supports", "she-is-undecided", "she-supports", "she-no-longer")[number % 4]
        proving.say_support(**here, support=support)
        hearing.take_statement(
            **here,
            taken=bool(number % 3),
            exhibit=f"CL/{number}" if number % 3 else "",
            personal=("vps-later", "vps-made", "vps-declined")[number % 3],
        )
        for route, state, words in self._routes(2 + number % 4, lately, at):
            whose = by.id if state == "route-looked-for" else None
            proving.look_at_route(**here, route=route, state=state, words=words, whose=whose)
        if number % 3 == 0:
            for step in ("measure-explained", "measure-asked-for"):
                hearing.step_special_measure(**here, measure="screen", step=step)
        if number % 4 == 3:
            self._withdraws(here, settled=number % 8 == 7 or not lately)
        if number % 5 == 2:
            route, result, lesson = _LESSONS[number // 5 % len(_LESSONS)]
            proving.keep_result(**here, route=route, result=result, lesson=lesson)

    @staticmethod
    def _routes(first: int, lately: bool, at: datetime) -> list[tuple[str, str, str]]:
        """What was looked at: of late some routes, of what is older all of them."""
        found = list(_ROUTES[:first])
        rest = [row.code for row in load("evidence-routes").as_of(london_day(at))] if not lately else []
        return found + [(one, "route-not-there", "") for one in rest if one not in {f[0] for f in found}]

    def _withdraws(self, here: dict[str, Any], *, settled: bool) -> None:
        """She thinks of withdrawing: some are still to be visited, of some it is decided."""
        reasons = ["process-too-long"] if settled else ["she-fears", "she-is-pressed"]
        hearing.thinks_of_withdrawing(**here, reasons=reasons, words="She says that it will never end.")
        if not settled:
            return
        hearing.visited(**here, visit="officer-and-adviser", withdraws=True)
        hearing.decide_without_her(
            **here,
            goes_on=True,
            reason="go-on-proved-without",
            words="The call and the video carry it. She is told that nothing is asked of her.",
        )

    def _chosen(self, case: Case) -> None:
        """Of the newest a sergeant asks an officer, otherwise than the policy says; nobody has reviewed it yet."""
        if Investigation.objects.filter(case=case, investigator=None).exists():
            allocating.allocate(
                by=self.cast.role(Role.SERGEANT),
                now=self.now - timedelta(hours=3),
                case_id=case.id,
                account=self.cast.by[Role.OFFICER].id,
                reason="investigate-trust",
                words="She has spoken to this officer since the first night and asks for them.",
            )

    def _looked_for(self) -> None:
        """Each second of those who are to be found was looked for, in vain."""
        for number, one in enumerate(
            OutstandingSuspect.objects.filter(closed_at=None).order_by("since", "id")
        ):
            if number % 2:
                looking.log_attempt(
                    by=self.cast.role(Role.OFFICER),
                    now=self.now - timedelta(hours=1),
                    outstanding_id=one.id,
                    result=("not-in", "said-elsewhere")[number // 2 % 2],
                    words="His mother's, ten at night.",
                )
