"""The scene and what follows it, told through the commands of officers, sergeants, inspectors and the hub."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from throughline.casework.cases.commands.visiting import record_visit
from throughline.casework.cases.models import Case, StandingFact
from throughline.casework.contact.commands.sending import stand_down
from throughline.casework.contact.models import Deployment
from throughline.casework.people.commands.recording import relate
from throughline.casework.risk.commands import assessing, checking, grading, held, hub, reassessing
from throughline.casework.risk.models import Assessment, Check, Grading
from throughline.casework.risk.rules.assessing import Stage, with_always
from throughline.casework.safeguarding.commands.contacting import record_contact
from throughline.casework.scene.commands import acting, attending, children, gathering, injuries
from throughline.casework.scene.models import Attendance
from throughline.casework.scene.rules import INSTRUMENTS, Section
from throughline.foundations.access.rules import Actor, Role
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.commands import carry_out
from throughline.foundations.duties.models import Duty
from throughline.foundations.instruments.queries import library
from throughline.foundations.instruments.rules import Answer, Instrument, Kind, Question, unanswered
from throughline.synthetic.chance import Chance, Weighted
from throughline.synthetic.past.cast import Cast
from throughline.synthetic.past.doorstep import Risk, Visit
from throughline.synthetic.past.plan import Call, Couple
from throughline.synthetic.person import InventedPerson, Relation

_GRADES = ("standard", "medium", "high")
_LEFT_OUT_WORDS = "What a yes means is missing: ask her, and write what she says."
_VERDICT = Weighted.of(("agree", "regrade", "return"), (81, 11, 8))
_REGRADED = (
    "What she says of being followed weighs more than you gave it.",
    "The order holds and she has moved: I read it lower.",
)
_WEIGHED = "Read with what the partners say of the two."
# of ten regrades by the hub, the words of one speak of how much there is to do
_OF_CAPACITY = "Nothing new since last week, and the queue is long."


class Attending:
    """Tells visits, assessments and what others make of them; one for a past, whose ``chance`` goes on from call to call.

    ``people`` and ``records`` are those of the index, by their numbers. Nothing is told that would be after ``now``.
    """

    def __init__(
        self,
        cast: Cast,
        *,
        people: Mapping[int, InventedPerson],
        records: Mapping[int, UUID],
        chance: Chance,
        now: datetime,
        hub_waits: timedelta,
    ) -> None:
        self.cast = cast
        self.people = people
        self.records = records
        self.chance = chance
        self.now = now
        self.hub_waits = hub_waits
        # when the same people ring next: what waits until then is looked at together
        self.until = now
        self.regrades = 0

    def related(self, couple: Couple, at: datetime) -> None:
        """What the two are to each other is known of before: partners, or partners once who live apart."""
        together = any(tie.number == couple.suspect.number for tie in couple.victim.relationships)
        relate(
            by=self.cast.role(Role.DESK),
            now=at,
            record_id=self.records[couple.victim.number],
            other_id=self.records[couple.suspect.number],
            kind="partner" if together else "former-partner",
        )

    # --- at the scene ---------------------------------------------------------------------------------

    def visit(
        self, call: Call, incident_id: UUID, sent: Deployment, one: Visit, *, officer: Actor
    ) -> datetime:
        """One visit from arriving to leaving, with the assessment; says when all that came of it was done."""
        at, decided = self._there(call, incident_id, sent, one, officer)
        reached = self.assess(incident_id, one.risk, officer, _asked(one, at))
        looked = self._look_at_action(call, incident_id, one, officer, at)
        return max(decided, looked, reached)

    def leave_open(
        self, call: Call, incident_id: UUID, sent: Deployment, one: Visit, *, officer: Actor
    ) -> None:
        """A visit with the assessment, at which nobody else has looked yet."""
        at, _ = self._there(call, incident_id, sent, one, officer)
        for case in Case.objects.filter(incident_links__incident=incident_id, closed_at=None).order_by("id"):
            self.say_risk(case, incident_id, one.risk, officer, _asked(one, at))

    def _there(
        self, call: Call, incident_id: UUID, sent: Deployment, one: Visit, officer: Actor
    ) -> tuple[datetime, datetime]:
        assert call.arrived_after is not None
        at = call.at + timedelta(minutes=call.arrived_after)
        there = self.begin(incident_id, sent, officer, at)
        self.write(there, one, officer, at)
        self._gather(incident_id, one, officer, at)
        self._act(call, incident_id, one, officer, at + timedelta(minutes=one.minutes - 8))
        decided = self._children(call, there, one, officer, at + timedelta(minutes=one.minutes - 6))
        self.cast.acting(officer)
        gone = at + timedelta(minutes=one.minutes)
        attending.leave(by=officer, now=gone, attendance_id=there.id)
        self._tell_her(call, incident_id, one, officer, gone)
        stand_down(by=self.cast.role(Role.CALL_HANDLER), now=gone, deployment_id=sent.id)
        return at, decided

    def begin(self, incident_id: UUID, sent: Deployment, officer: Actor, at: datetime) -> Attendance:
        """The officer is there."""
        return attending.begin(
            by=self.cast.acting(officer),
            now=at,
            incident_id=incident_id,
            deployment_id=sent.id,
        )

    def write(self, there: Attendance, one: Visit, officer: Actor, at: datetime) -> None:
        """What was asked in each section, and the injuries on the chart."""
        self.cast.acting(officer)
        for minute, (section, answers) in enumerate(one.sections.items(), start=2):
            attending.write_section(
                by=officer,
                now=at + timedelta(minutes=2 * minute),
                attendance_id=there.id,
                section=Section(section),
                instrument=library().as_of(INSTRUMENTS[Section(section)], london_day(at)),
                answers=answers,
                complete=section not in one.open,
                after=None,
            )
        victim = there.incident.involvements.filter(part="victim").values_list("record", flat=True).first()
        for injured in one.injuries:
            if victim is None:
                break
            injuries.add_injuries(
                by=officer,
                now=at + timedelta(minutes=9),
                attendance_id=there.id,
                record_id=victim,
                regions=injured.regions,
                kind=injured.kind,
                seen_by=["officer"],
                photographed=injured.photographed,
            )

    def _gather(self, incident_id: UUID, one: Visit, officer: Actor, at: datetime) -> None:
        for minute, gathered in enumerate(one.gathered, start=10):
            gathering.gather(
                by=officer,
                now=at + timedelta(minutes=minute),
                incident_id=incident_id,
                item=gathered.item,
                state=gathered.state,
                reason=gathered.reason,
                exhibit=gathered.exhibit,
                listened=True if gathered.exhibit else None,
            )

    def _act(self, call: Call, incident_id: UUID, one: Visit, officer: Actor, at: datetime) -> None:
        suspect = self.records.get(call.suspect or 0)
        if one.action and suspect:
            acting.act_on(
                by=self.cast.acting(officer),
                now=at,
                incident_id=incident_id,
                record_id=suspect,
                action=one.action,
                power=one.power,
                reasons=one.reasons,
                offence=call.crime,
                words=one.words,
            )

    def _tell_her(self, call: Call, incident_id: UUID, one: Visit, officer: Actor, at: datetime) -> None:
        """Three in four who saw him taken away or asked in were told what that means before the officer left."""
        update = {"arrest": "told-arrest", "voluntary-attendance": "told-interview"}.get(one.action)
        suspect = self.records.get(call.suspect or 0)
        if not update or not suspect or call.at.minute % 4 == 0:
            return
        cases = Case.objects.filter(incident_links__incident=incident_id, suspect=suspect, closed_at=None)
        for case in cases.order_by("id"):
            record_contact(
                by=officer,
                now=at,
                case_id=case.id,
                way="in-person",
                result="reached-free",
                told=[update],
                feels="not-asked",
            )

    def _look_at_action(
        self, call: Call, incident_id: UUID, one: Visit, officer: Actor, at: datetime
    ) -> datetime:
        """A sergeant reads why nobody was arrested; where they would have decided otherwise the officer decides anew."""
        if not Duty.objects.filter(kind=acting.REVIEW, about=incident_id, discharged_at=None).exists():
            return at
        assert call.suspect is not None
        suspect = self.records[call.suspect]
        looked = at + timedelta(hours=self.chance.between(1.5, 10.5))
        overturned = "victim-unwilling" in one.reasons and self.chance.yes(0.3) or self.chance.yes(0.05)
        if looked > self.now:
            return looked
        sergeant = self.cast.role(Role.SERGEANT)
        acting.review_action(
            by=sergeant,
            now=looked,
            incident_id=incident_id,
            record_id=suspect,
            agreed=not overturned,
            feedback="There was power, and it was for you and not for her to decide." if overturned else "",
        )
        again = looked + timedelta(hours=3)
        if not overturned or again > self.now:
            return looked
        acting.act_on(
            by=self.cast.acting(officer),
            now=again,
            incident_id=incident_id,
            record_id=suspect,
            action="arrest",
            offence=call.crime,
        )
        return again

    # --- children -------------------------------------------------------------------------------------

    def _children(self, call: Call, there: Attendance, one: Visit, officer: Actor, at: datetime) -> datetime:
        """The children of the family are seen and decided about, or who finds out; else that there is none."""
        found = [self.records[number] for number in self._of_family(call)]
        self.cast.acting(officer)
        for record_id in found:
            children.name_child(by=officer, now=at, attendance_id=there.id, record_id=record_id)
        if one.named and not found:
            found = [children.name_child(by=officer, now=at, attendance_id=there.id, forename="a boy", age=6)]
        for record_id in found:
            seen = one.children != "unknown"
            children.find_child(
                by=officer,
                now=at,
                attendance_id=there.id,
                record_id=record_id,
                presence="present" if seen else "named",
                seen=seen,
                spoken_to=seen and self.chance.yes(0.7),
                own_words="“I turn the telly up.”" if seen else "",
            )
        choice = one.children if found else "no-child"
        self._decide(there.incident_id, found, choice, officer, at)
        return self._follow(there.incident_id, found, choice, officer, at)

    def _of_family(self, call: Call) -> list[int]:
        today = london_day(call.at)
        her = self.people.get(call.victim or 0)
        ties = her.relationships if her else ()
        return [
            tie.number
            for tie in ties
            if tie.kind is Relation.CHILD
            and tie.number in self.records
            and (age := self.people[tie.number].age(today)) is not None
            and 0 < age < 17
        ]

    def _decide(
        self, incident_id: UUID, found: list[UUID], choice: str, officer: Actor, at: datetime
    ) -> None:
        children.decide_children(
            by=self.cast.acting(officer),
            now=at,
            incident_id=incident_id,
            children=found,
            choice=choice,
            reason={"refer-and-school": "in-need", "nothing-needed": "already-open"}.get(choice, ""),
            finder=officer.id if choice == "unknown" else None,
            find_out_by=at + timedelta(hours=20) if choice == "unknown" else None,
        )

    def _follow(
        self, incident_id: UUID, found: list[UUID], choice: str, officer: Actor, at: datetime
    ) -> datetime:
        """Who was to find out has; the hub has told the school and referred."""
        known = at + timedelta(hours=15)
        if known > self.now:
            return at
        if choice == "unknown":
            self._decide(incident_id, found, "nothing-needed", officer, known)
        outcomes = {children.SCHOOL: "school-told", children.REFERRAL: "referral-made"}
        for duty in Duty.objects.filter(kind__in=outcomes, about=incident_id, discharged_at=None):
            reviewer = self.cast.role(Role.HUB)
            carry_out(by=reviewer, now=known, duty_id=duty.id, outcome=outcomes[duty.kind])
        return known if choice == "unknown" else at

    # --- risk -----------------------------------------------------------------------------------------

    def assess(self, incident_id: UUID, risk: Risk, officer: Actor, at: datetime) -> datetime:
        """Risk assessed of each pair of an incident, graded, and looked at by others; says when it was checked."""
        done = at
        for case in Case.objects.filter(incident_links__incident=incident_id, closed_at=None).order_by("id"):
            reached = at + timedelta(minutes=risk.after)
            if reached > self.now:
                continue
            made = self.say_risk(case, incident_id, risk, officer, at)
            done = max(done, self._check(made, risk, officer, reached))
        return done

    def say_risk(
        self,
        case: Case,
        incident_id: UUID | None,
        risk: Risk,
        officer: Actor,
        at: datetime,
        *,
        grade: str = "",
    ) -> Assessment:
        """One assessment, done with her ``at``, in the system when the plan says, with the officer's grade."""
        reached = at + timedelta(minutes=risk.after)
        self.cast.acting(officer)
        made = assessing.begin(
            by=officer, now=reached, at=at, case_id=case.id, incident_id=incident_id, how=risk.how
        )
        answers = answered_so(with_always(*assessing.questions_of(made)), risk)
        assessing.answer(by=officer, now=reached, assessment_id=made.id, answers=answers)
        assessing.complete(by=officer, now=reached, assessment_id=made.id)
        many = case.incident_links.count()
        given = grading.give(
            by=officer,
            now=reached,
            case_id=case.id,
            grade=grade or risk.grade or by_how_often(many),
            reason="grade-new-incident" if many > 1 else "grade-first-assessment",
            words="From what she said and what is held.",
        )
        if risk.told is not None:
            self._tell(given, risk.told, officer, reached)
        return made

    def _tell(self, given: Grading, told: bool, officer: Actor, at: datetime) -> None:
        grading.tell(
            by=officer,
            now=at,
            grading_id=given.id,
            told=told,
            reason="told-in-person" if told else "not-told-unsafe",
        )

    def _check(self, made: Assessment, risk: Risk, officer: Actor, at: datetime) -> datetime:
        """The sergeant's check, most in time, or an inspector's of high; then the hub's look at the pair."""
        case = made.case
        if held.open_of(held.CHECK_HIGH, case.id):
            return self._settle(case, officer, self._check_high(case, at))
        soon = self.chance.yes(0.84)
        checked = at + timedelta(
            minutes=self.chance.between(12, 112) if soon else self.chance.between(130, 600)
        )
        verdict = self.chance.pick(_VERDICT)
        if checked > self.now:
            return at
        if verdict == "return":
            checking.give_back(
                by=self.cast.role(Role.SERGEANT),
                now=checked,
                case_id=case.id,
                reason="return-no-words",
                feedback=_LEFT_OUT_WORDS,
            )
            again = checked + timedelta(minutes=self.chance.between(40, 210))
            if again > self.now:
                return checked
            asked = Risk(how="telephone", after=0, yes=risk.yes, safe=risk.safe)
            self.say_risk(case, made.incident_id, asked, officer, again, grade=_standing(case))
            checked = again + timedelta(minutes=25)
            verdict = "agree"
        self._as_verdict(case, verdict, Role.SERGEANT, checked)
        return self._settle(case, officer, self._check_high(case, checked))

    def _settle(self, case: Case, officer: Actor, checked: datetime) -> datetime:
        """The officer reads what was said, and the hub looks at the pair of whom nobody has yet to check anything."""
        if held.open_of(held.CHECK, case.id):
            return checked
        if self.chance.yes(0.85):
            self._read(case, officer, checked + timedelta(hours=1))
        if checked < self.now - self.hub_waits:
            self._look_again(case, checked)
        return checked

    def _as_verdict(self, case: Case, verdict: str, role: Role, at: datetime) -> None:
        by = self.cast.role(role)
        if verdict == "agree":
            checking.agree(by=by, now=at, case_id=case.id, reason="check-fits")
            return
        grade = self._another(_standing(case))
        checking.regrade(
            by=by,
            now=at,
            case_id=case.id,
            grade=grade,
            reason="grade-wrong-before",
            words="Read with what is held of him.",
            feedback=_REGRADED[_GRADES.index(grade) < 1],
        )

    def _another(self, grade: str) -> str:
        """The next grade: three in five higher where there is one."""
        at = _GRADES.index(grade)
        up = at < 2 and (at == 0 or self.chance.yes(0.6))
        return _GRADES[at + 1 if up else at - 1]

    def _check_high(self, case: Case, at: datetime) -> datetime:
        if not held.open_of(held.CHECK_HIGH, case.id):
            return at
        soon = self.chance.yes(0.85)
        looked = at + timedelta(minutes=self.chance.between(5, 30) if soon else self.chance.between(70, 300))
        verdict = "agree" if self.chance.yes(0.88) else "regrade"
        if looked > self.now:
            return at
        self._as_verdict(case, verdict, Role.INSPECTOR, looked)
        return looked

    def agreed(self, case: Case, at: datetime) -> None:
        """A sergeant agreed, and an inspector where it is high; the hub has yet to look."""
        self._as_verdict(case, "agree", Role.SERGEANT, at)
        if held.open_of(held.CHECK_HIGH, case.id):
            self._as_verdict(case, "agree", Role.INSPECTOR, at + timedelta(minutes=5))

    def seen_since(self, case: Case, graded: datetime) -> None:
        """The visit that a grade of medium calls for, a day and a half later."""
        officer = self.cast.role(Role.OFFICER)
        record_visit(
            by=officer,
            now=graded + timedelta(hours=36),
            case_id=case.id,
            outcome="visit-spoken",
            seen=["victim"],
            alone=True,
            safe_to_talk=True,
            agreed="She knows whom to ring.",
        )

    def _read(self, case: Case, officer: Actor, at: datetime) -> None:
        for check in Check.objects.filter(case=case, maker=officer.id, read_at=None):
            checking.read_feedback(by=self.cast.acting(officer), now=min(at, self.now), check_id=check.id)

    def _look_again(self, case: Case, at: datetime) -> None:
        """The hub looks at the pair, most within a day, one in eight graded otherwise."""
        soon = self.chance.yes(0.8)
        done = at + timedelta(hours=self.chance.between(3, 20) if soon else self.chance.between(26, 90))
        other = self.chance.yes(0.12)
        if done > self.until:
            return
        reviewer = self.cast.role(Role.HUB)
        taken = hub.take(by=reviewer, now=done - timedelta(minutes=20), case_id=case.id)
        deep = self.chance.yes(0.3)
        hub.choose_depth(
            by=reviewer,
            now=done - timedelta(minutes=15),
            review_id=taken.id,
            deep=deep,
            reason="deep-partners" if deep else "light-enough",
        )
        if deep:
            self._share(case, reviewer, done - timedelta(minutes=5))
        grade = _standing(case)
        self.regrades += other
        hub.finish(
            by=reviewer,
            now=done,
            review_id=taken.id,
            grade=self._another(grade) if other else grade,
            reason="grade-told-more" if other else "review-fits" if deep else "review-nothing-known",
            words=(_OF_CAPACITY if self.regrades % 10 == 3 else _WEIGHED) if other else "",
        )
        self._check_high(case, done)

    def _share(self, case: Case, reviewer: Actor, at: datetime) -> None:
        hub.record_share(
            by=reviewer,
            now=at,
            case_id=case.id,
            agency="health",
            controller="Quarnley Community Health (invented)",
            shared_by="The duty health visitor",
            basis="safeguarding",
            words="Seen at the clinic last month, with him each time.",
        )

    def graded_anew(self, case: Case, cause: str, officer: Actor, at: datetime) -> None:
        """Something changed and the danger was graded anew, which a sergeant agreed with."""
        reassessing.call_for(by=self.cast.acting(officer), now=at, case_id=case.id, cause=cause)
        grade = self._another(_standing(case))
        grading.give(
            by=officer,
            now=at + timedelta(hours=9),
            case_id=case.id,
            grade=grade,
            reason="grade-separation",
            words="She has told him that she goes.",
            stage=Stage.REASSESSMENT,
        )
        self._as_verdict(case, "agree", Role.SERGEANT, at + timedelta(hours=10))
        self._check_high(case, at + timedelta(hours=10))


def _asked(one: Visit, at: datetime) -> datetime:
    """When risk was assessed with her, of a visit that began ``at``."""
    return at + timedelta(minutes=one.minutes - 12)


def _standing(case: Case) -> str:
    return StandingFact.objects.get(case=case, kind="grade", ended_at=None).value


def by_how_often(many: int) -> str:
    """What the people of the invented force made of so many incidents of a pair."""
    return "high" if many > 3 else "medium" if many > 1 else "standard"


def answered_so(instrument: Instrument, risk: Risk) -> dict[str, Answer]:
    """What is answered to all that is asked: a yes where she said so, with her words, and nothing further."""
    given: dict[str, Answer] = {"own-view": risk.safe}
    if risk.safe_words:
        given["own-view-words"] = risk.safe_words
    known = {question.code for question in instrument.questions}
    for code, words in risk.yes.items():
        if code in known:
            given |= {code: "yes", **({f"{code}-words": words} if words else {})}
    if "coercive-control" in known and {"jealousy", "money"} & risk.yes.keys():
        given |= {"coercive-control": "yes", "coercive-control-words": "He says whom she may see."}
    return plain_answers(instrument, given)


def plain_answers(instrument: Instrument, given: Mapping[str, Answer] | None = None) -> dict[str, Answer]:
    """What completes a question set where there is nothing out of the ordinary to tell beside what is given."""
    kept: dict[str, Answer] = dict(given or {})
    while missing := unanswered(instrument, kept):
        kept |= {question.code: _plain(question) for question in missing}
    return kept


def _plain(question: Question) -> Answer:
    if not question.options:
        return "Nothing out of the ordinary."
    code = next((one for one in ("no", "did-not-say", "never") if one in question.options), "")
    code = code or list(question.options)[-1]
    return [code] if question.kind is Kind.CHOICES else code
