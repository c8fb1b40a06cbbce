"""What was done to keep them safe since: plans made with them, measures ordered and fitted, services told of."""

from datetime import datetime, timedelta
from importlib.resources import as_file, files
from pathlib import Path
from tempfile import TemporaryDirectory

from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.safeguarding.commands.copying import give_copy
from throughline.casework.safeguarding.commands.directory import check_service, import_services
from throughline.casework.safeguarding.commands.fitting import offer, take_step
from throughline.casework.safeguarding.commands.planning import plan_form, write_plan
from throughline.casework.safeguarding.commands.referring import answer, refer
from throughline.casework.safeguarding.models import PlanVersion, Service
from throughline.foundations.access.rules import Role
from throughline.foundations.clock.rules import london_day
from throughline.foundations.instruments.queries import library
from throughline.foundations.instruments.rules import Answer
from throughline.synthetic.past.attending import plain_answers
from throughline.synthetic.past.cast import Cast

_WANTS = (
    "To sleep at home and to be told before he is let out.",
    "That he stops. She does not want him to lose his work.",
    "To leave when the school year is over; until then nobody is to come to the house.",
    "To see her sister without asking.",
)
_WORSE = (
    "Ring her sister, never her.",
    "A car at once, without ringing first.",
    "Her adviser, who knows where she is.",
)
# of so many cases one has no plan yet
_WITHOUT = 4
#: Of plans since then something is still waited for.
_LATELY = timedelta(days=21)


class Planning:
    """Tells what was done for the safety of those whose cases are open and graded."""

    def __init__(self, cast: Cast, *, now: datetime) -> None:
        self.cast = cast
        self.now = now

    def tell(self) -> None:
        """The directory first, then every victim's plan, oldest grade first."""
        services = self._directory()
        graded = StandingFact.objects.filter(kind="grade", ended_at=None, case__closed_at=None)
        planned = set()
        for number, fact in enumerate(graded.select_related("case").order_by("set_at", "id"), start=1):
            case = fact.case
            assert case is not None
            if number % _WITHOUT == 0 or case.victim_id in planned:
                continue
            planned.add(case.victim_id)
            self._plan(case, number, fact.set_at + timedelta(hours=5 + 3 * (number % 9)))
            if services:
                self._service(
                    case, number, services[number % len(services)], fact.set_at + timedelta(hours=36)
                )
        self.cast.left()

    def _directory(self) -> list[Service]:
        """The services of the area, brought in from a file, and asked in turn; the last has not been asked yet."""
        hub, at = self.cast.role(Role.HUB), self.now - timedelta(days=3)
        with TemporaryDirectory() as folder, as_file(files("throughline.synthetic") / "services.csv") as file:
            import_services(by=hub, now=at, file=file, rejects=Path(folder) / "rejects.csv")
        found = list(Service.objects.order_by("name", "id"))
        for number, service in enumerate(found[:-1]):
            check_service(by=hub, now=at + timedelta(hours=number), service_id=service.id)
        return found

    def _plan(self, case: Case, number: int, at: datetime) -> None:
        if at > self.now:
            return
        by = self.cast.role(Role.HUB if number % 3 else Role.OFFICER)
        without_her = number % 11 == 0
        given: dict[str, Answer] = {
            "wants": _WANTS[number % len(_WANTS)],
            "leaving": ["ways-out", "where-to"] if number % 2 else ["stays"],
            "phone": ["passwords", "location"] if number % 3 else ["left-as-is"],
            "children": "no",
            "neighbours": "not-yet",
            "when-it-changes": _WORSE[number % len(_WORSE)],
        }
        if number % 4 == 1:
            given["adviser"] = "The adviser has seen her twice and goes with her to the court."
        form = plan_form(PlanVersion(begun_at=at))
        agreed = "made-without-her" if without_her else "agreed-in-part" if number % 6 == 5 else "agreed"
        made = write_plan(
            by=by,
            now=at,
            case_id=case.id,
            answers=plain_answers(form, given),
            complete=True,
            took_part=["hub", "idva"]
            if without_her
            else ["victim", *(["idva"] if number % 4 == 1 else []), "hub"],
            agreed=agreed,
            why={"made-without-her": "not-reached", "agreed-in-part": "wants-otherwise"}.get(agreed, ""),
        )
        if without_her:
            self._with_her_after_all(case, at + timedelta(hours=20))
        elif number % 5 == 0:
            give_copy(by=by, now=at, version_id=made.id, why_not="copy-he-would-find-it")
        else:
            give_copy(by=by, now=at, version_id=made.id, form="told")
        self._measures(case, number, at + timedelta(hours=1))

    def _with_her_after_all(self, case: Case, at: datetime) -> None:
        if at > self.now:
            return
        form = library().as_of("safety-plan", london_day(at))
        answers = plain_answers(form, {"wants": _WANTS[0], "children": "no", "neighbours": "not-yet"})
        write_plan(
            by=self.cast.role(Role.HUB),
            now=at,
            case_id=case.id,
            answers=answers,
            complete=True,
            took_part=["victim", "hub"],
            agreed="agreed",
        )

    def _measures(self, case: Case, number: int, at: datetime) -> None:
        if at > self.now:
            return
        hub = self.cast.role(Role.HUB)
        locks = offer(by=hub, now=at, case_id=case.id, kind="locks")
        take_step(by=hub, now=at, measure_id=locks.id, step="order", supplier="council")
        fitted = at + timedelta(hours=20 + 11 * (number % 8))
        if fitted <= self.now:
            take_step(by=hub, now=fitted, measure_id=locks.id, step="fit")
        if number % 3 == 0:
            cctv = offer(by=hub, now=at, case_id=case.id, kind="cctv")
            take_step(by=hub, now=at, measure_id=cctv.id, step="decline", reason="not-wanted")
        if number % 2:
            self._alarm(case, number, at)

    def _alarm(self, case: Case, number: int, at: datetime) -> None:
        """What was ordered of late is waited for, now and then in vain; what was ordered before is in place."""
        hub = self.cast.role(Role.HUB)
        kind = "personal-alarm" if number % 4 == 1 else "phone"
        waits = at > self.now - _LATELY
        ordered = max(at, self.now - timedelta(hours=20 + number % 24)) if waits else at
        alarm = offer(by=hub, now=ordered, case_id=case.id, kind=kind)
        take_step(by=hub, now=ordered, measure_id=alarm.id, step="order", supplier="police")
        if waits and number % 3 == 0:
            failed = min(ordered + timedelta(hours=8), self.now)
            take_step(by=hub, now=failed, measure_id=alarm.id, step="fail", reason="none-to-be-had")
        elif not waits:
            fitted = min(ordered + timedelta(hours=14 + 5 * (number % 7)), self.now)
            take_step(by=hub, now=fitted, measure_id=alarm.id, step="fit")

    def _service(self, case: Case, number: int, service: Service, at: datetime) -> None:
        if at > self.now:
            return
        hub = self.cast.role(Role.HUB)
        told_only = number % 3 == 0
        made = refer(
            by=hub,
            now=at,
            case_id=case.id,
            service_id=service.id,
            told_only=told_only,
            basis="" if told_only else "consent",
            consent="" if told_only else "agreed",
        )
        answered = at + timedelta(days=1 + number % 4)
        if not told_only and answered <= self.now:
            answer(by=hub, now=answered, referral_id=made.id, answer="taken-on" if number % 5 else "no-room")
