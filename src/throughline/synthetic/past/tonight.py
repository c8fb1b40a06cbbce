"""What is open as the demonstration opens: an officer at a door, a sergeant's, an inspector's and the hub's lists."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count, cycle
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from throughline.casework.cases.commands.crimes import not_a_crime, record_crime
from throughline.casework.cases.commands.facts import set_fact
from throughline.casework.cases.commands.holding import set_owner
from throughline.casework.cases.commands.incidents import close_incident, involve, open_incident
from throughline.casework.cases.models import Case, Incident
from throughline.casework.contact.commands.turns import accept, offer, start_turn
from throughline.casework.contact.models import Deployment
from throughline.casework.people.rules import PURPOSES
from throughline.casework.risk.commands import checking
from throughline.casework.safeguarding.commands.contacting import record_contact
from throughline.casework.scene.commands.acting import act_on
from throughline.casework.scene.commands.children import decide_children
from throughline.foundations.access.rules import Actor, Role
from throughline.foundations.offline.commands import say_waiting, take_along
from throughline.synthetic.chance import Chance, Weighted
from throughline.synthetic.demonstration import stories
from throughline.synthetic.past.attending import Attending
from throughline.synthetic.past.cast import Cast
from throughline.synthetic.past.doorstep import Visit, as_graded, risk, visit
from throughline.synthetic.past.plan import Call, Couple
from throughline.synthetic.person import InventedPerson

type Take = Callable[[Call, Actor], tuple[UUID, Deployment]]
"""Takes a call and sends this officer; says of which incident it is, and who was sent."""

_SEEN_WITHIN = timedelta(hours=40)
_DAY_AND_A_BIT = timedelta(hours=26)


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One incident of this turn. ``ago`` is minutes since police were told, ``then`` what a sergeant did of it."""

    ago: int
    grade: str
    action: str
    words: str
    reasons: tuple[str, ...] = ()
    yes: Mapping[str, str] = field(default_factory=dict)
    on_bail: bool = False
    then: str = ""
    offence: str = "violence-without-injury"


SCENES = (
    # its time is over
    Scene(
        ago=215,
        grade="medium",
        action="arrest",
        words="He pushed her on the stairs and has been arrested.",
        yes={"more-often": "Every weekend since he lost his work."},
    ),
    # the words and the grade do not fit
    Scene(
        ago=130,
        grade="standard",
        action="arrest",
        words="She says that it was nothing and that she bruises easily.",
        yes={"strangulation": "“He put his hands round my neck and I could not breathe.”"},
        offence="strangulation",
    ),
    # bound not to come near her, and nobody knows where he is
    Scene(
        ago=165,
        grade="medium",
        action="none",
        reasons=("gone",),
        words="He was at the door although he is bound not to come, and ran as we came.",
        yes={"separation": "She left him in spring.", "stalking": "He waits outside her work."},
        on_bail=True,
    ),
    Scene(ago=70, grade="standard", action="arrest", words="He threw her telephone at the wall."),
    Scene(
        ago=260,
        grade="medium",
        action="voluntary-attendance",
        reasons=("not-necessary",),
        words="They argued over the children and he held her by the arms.",
        yes={"fear": "", "isolation": ""},
        then="returned",
    ),
    # there was power, and she does not want it
    Scene(
        ago=115,
        grade="standard",
        action="none",
        reasons=("victim-unwilling",),
        words="He slapped her. She does not want him arrested.",
    ),
    Scene(
        ago=95,
        grade="high",
        action="arrest",
        words="He held a knife and said that nobody else will have her.",
        yes={"threats-to-kill": "“If I cannot have you nobody will.”", "weapons": "A kitchen knife."},
    ),
    Scene(
        ago=190,
        grade="high",
        action="none",
        reasons=("not-found",),
        words="He followed her home from work and hit her in the street.",
        yes={"stalking": "He knows her shifts.", "getting-worse": "It was messages until last week."},
        then="agreed",
    ),
)
_WHY_NOT = {"voluntary-attendance": ("not-necessary",), "other": ("no-grounds",)}
_APART = 11
_GRADE = Weighted.of(("standard", "medium", "high"), (58, 34, 8))


class Tonight:
    """Tells the turn that is under way. ``spare`` are couples of whom nothing is told yet."""

    def __init__(
        self,
        cast: Cast,
        attending: Attending,
        take: Take,
        *,
        spare: Iterator[Couple],
        records: Mapping[int, UUID],
        chance: Chance,
        now: datetime,
    ) -> None:
        self.cast = cast
        self.attending = attending
        self.take = take
        self.spare = spare
        self.records = records
        self.chance = chance
        self.now = now
        self.numbers = (f"07700 9{n:05d}" for n in count(60_000, 7))

    def tell(self) -> None:
        """Turns begin, and what came in since is at various stages."""
        self._turns()
        officers = cycle((self.cast.by[Role.OFFICER], self.cast.colleagues[Role.OFFICER]))
        for scene, couple, officer in zip(
            sorted(SCENES, key=lambda one: -one.ago), self.spare, officers, strict=False
        ):
            self._scene(scene, couple, officer)
        for couple in self.spare:
            self._unsent(couple)
            break
        for couple in self.spare:
            self._at_the_door(couple)
            break

    def _turns(self) -> None:
        """Everybody of response and the hub is on duty; a sergeant took over what the turn before left."""
        began, ends = self.now - timedelta(hours=6), self.now + timedelta(hours=2)
        before = self.cast.colleague(Role.SERGEANT)
        start_turn(by=before, now=began - timedelta(hours=8), ends_at=began + timedelta(minutes=30))
        for actor in (
            *(self.cast.by[role] for role in (Role.OFFICER, Role.SERGEANT, Role.INSPECTOR, Role.HUB)),
            self.cast.colleagues[Role.OFFICER],
        ):
            start_turn(by=self.cast.acting(actor), now=began, ends_at=ends)
        offered = offer(
            by=self.cast.acting(before), now=began, words="A quiet night. Nothing of it is urgent."
        )
        accept(by=self.cast.role(Role.SERGEANT), now=began + timedelta(minutes=10), handover_id=offered.id)

    def _call(self, couple: Couple, ago: int, words: str, offence: str = "") -> Call:
        self.attending.related(couple, self.now - timedelta(days=300))
        home = couple.victim.addresses[0] if couple.victim.addresses else None
        return Call(
            at=(self.now - timedelta(minutes=ago)).replace(microsecond=0),
            channel="999",
            caller="victim",
            number=next(self.numbers),
            place=f"{home.house} {home.street}, {home.town} {home.postcode}" if home else "Quarnley",
            victim=couple.victim.number,
            suspect=couple.suspect.number,
            words=words,
            grade="emergency",
            unit="QN14",
            opened_after=6,
            arrived_after=12,
            crime=offence,
        )

    def _plan(self, call: Call, scene: Scene) -> Visit:
        found = as_graded(visit(call, self.chance), scene.grade, yes=scene.yes)
        sections = {name: dict(answers) for name, answers in found.sections.items()}
        sections["account"]["account"] = scene.words
        sections["danger"]["where-he-is"] = "custody" if scene.action == "arrest" else "not-known"
        return replace(
            found,
            minutes=36,
            sections=sections,
            action=scene.action,
            power=None if scene.action == "arrest" else True,
            reasons=scene.reasons,
            words="" if scene.action == "arrest" else scene.words,
            children="nothing-needed",
        )

    def _scene(self, scene: Scene, couple: Couple, officer: Actor) -> None:
        """One incident that an officer has left, assessed and graded; a sergeant has dealt with it or not."""
        call = self._call(couple, scene.ago, scene.words, scene.offence)
        if scene.on_bail:
            self._bail(couple)
        incident, sent = self.take(call, officer)
        one = self._plan(call, scene)
        self.attending.leave_open(call, incident, sent, one, officer=officer)
        graded = call.at + timedelta(minutes=12 + one.minutes)
        for case in Case.objects.filter(incident_links__incident=incident):
            if scene.then == "returned":
                checking.give_back(
                    by=self.cast.role(Role.SERGEANT),
                    now=graded + timedelta(minutes=50),
                    case_id=case.id,
                    reason="return-no-words",
                    feedback="She says that she is afraid and sees nobody any more: of what, and since when? Ask her.",
                )
            elif scene.then == "agreed":
                checking.agree(
                    by=self.cast.role(Role.SERGEANT),
                    now=graded + timedelta(minutes=30),
                    case_id=case.id,
                    reason="check-history-fits",
                )

    def _bail(self, couple: Couple) -> None:
        set_fact(
            by=self.cast.role(Role.SUPERVISOR),
            now=self.now - timedelta(days=6),
            kind="police-bail",
            record_id=self.records[couple.suspect.number],
            protects_id=self.records[couple.victim.number],
            conditions=("no-contact", "not-to-approach"),
            issuer="Quarnley custody",
            valid_from=self.now - timedelta(days=6),
            valid_until=self.now + timedelta(days=22),
        )

    def _at_the_door(self, couple: Couple) -> None:
        """The officer is there, has heard her and seen her arm, and has the rest to do."""
        call = self._call(
            couple, 45, "He has broken the kitchen door and she has shut herself in with the baby."
        )
        officer = self.cast.by[Role.OFFICER]
        incident, sent = self.take(call, officer)
        at = call.at + timedelta(minutes=12)
        there = self.attending.begin(incident, sent, officer, at)
        one = visit(call, self.chance)
        begun = {name: one.sections[name] for name in ("account", "injuries")}
        self.attending.write(there, replace(one, sections=begun, open=frozenset({"injuries"})), officer, at)

    def _unsent(self, couple: Couple) -> None:
        """A telephone that last said four hours ago, from where there is no signal, that work waits on it."""
        call = self._call(
            couple, 260, "He is outside in the lane and will not go. The telephone keeps breaking off."
        )
        officer = self.cast.colleagues[Role.OFFICER]
        incident, sent = self.take(call, officer)
        at = call.at + timedelta(minutes=25)
        self.attending.begin(incident, sent, officer, at)
        of = Incident.objects.get(id=incident)
        lease = take_along(
            by=officer,
            now=at,
            device=uuid5(NAMESPACE_URL, f"telephone of {officer.id}"),
            about=of.id,
            label=of.number,
            subjects=of.subjects,
            purpose=PURPOSES[Role.OFFICER],
        ).lease
        say_waiting(by=officer, now=at + timedelta(minutes=18), lease_id=lease.id, waiting=5)


class HubQueue:
    """Fills the hub's queue with pairs of whom an officer wrote a short account, assessed and was checked."""

    def __init__(
        self,
        cast: Cast,
        attending: Attending,
        *,
        records: Mapping[int, UUID],
        chance: Chance,
        now: datetime,
    ) -> None:
        self.cast = cast
        self.attending = attending
        self.records = records
        self.chance = chance
        self.now = now

    def tell(self, pairs: Iterator[Couple], many: int) -> int:
        """Up to ``many`` pairs, of one to nine days ago; says how many there were to tell of."""
        found = [couple for couple, _ in zip(pairs, range(many), strict=False)]
        ages = sorted((self._age() for _ in found), reverse=True)
        for couple, age in zip(found, ages, strict=True):
            self._one(couple, (self.now - age).replace(microsecond=0))
        return len(found)

    def _age(self) -> timedelta:
        # most have waited for more than the day that the hub has
        recent = self.chance.yes(0.5)
        return timedelta(hours=self.chance.between(25, 48) if recent else self.chance.between(48, 216))

    def _one(self, couple: Couple, at: datetime) -> None:
        self.attending.related(couple, at - timedelta(days=300))
        officer = self.cast.role(Role.OFFICER)
        told: dict[str, Any] = {"by": officer, "now": at}
        home = couple.victim.addresses[0] if couple.victim.addresses else None
        incident = open_incident(
            **told,
            recorded_as="domestic-abuse",
            place=f"{home.house} {home.street}, {home.town}" if home else "Quarnley",
            postcode=home.postcode if home else "",
            reported_at=at - timedelta(minutes=30),
        )
        for person, part in ((couple.victim, "victim"), (couple.suspect, "suspect")):
            involve(
                **told,
                incident_id=incident.id,
                record_id=self.records[person.number],
                part=part,
                confirmed=True,
            )
        [case] = Case.objects.filter(incident_links__incident=incident)
        set_owner(**told, case_id=case.id, owner=officer.id)
        action = ("arrest", "voluntary-attendance", "other", "")[self.chance.below(4)]
        if action:
            act_on(
                **told,
                incident_id=incident.id,
                record_id=self.records[couple.suspect.number],
                action=action,
                power=None if action == "arrest" else False,
                reasons=_WHY_NOT.get(action, ()),
                offence="violence-without-injury" if action == "arrest" else "",
            )
        decide_children(**told, incident_id=incident.id, children=[], choice="no-child")
        asked = replace(risk(self.chance, there=True), how="in-person", after=10, told=None)
        grade = self.chance.pick(_GRADE)
        self.attending.say_risk(case, incident.id, asked, officer, at, grade=grade)
        checked = at + timedelta(minutes=50)
        self.attending.agreed(case, checked)
        if grade == "medium" and at < self.now - _SEEN_WITHIN:
            self.attending.seen_since(case, at)
        if grade == "high" and at < self.now - _DAY_AND_A_BIT:
            record_contact(
                by=self.cast.role(Role.HUB),
                now=checked + timedelta(hours=9),
                case_id=case.id,
                way="telephone",
                result="reached-free",
            )
        if at < self.now - _DAY_AND_A_BIT:
            self._judged(incident, action, checked + timedelta(hours=3))

    def _judged(self, incident: Incident, action: str, at: datetime) -> None:
        registrar = self.cast.role(Role.REGISTRAR)
        if action in {"arrest", "voluntary-attendance"} or self.chance.yes(0.4):
            record_crime(
                by=registrar,
                now=at,
                incident_id=incident.id,
                offence="violence-without-injury",
                reason="crime-complained",
            )
        else:
            not_a_crime(by=registrar, now=at, incident_id=incident.id, reason="no-crime-none-described")
        close_incident(
            by=self.cast.role(Role.SUPERVISOR),
            now=at + timedelta(hours=1),
            incident_id=incident.id,
            closed_as="attended",
        )


def pairs(couples: Sequence[Couple], people: Sequence[InventedPerson], *, now: datetime) -> Iterator[Couple]:
    """Couples, then women and men who were one once and live apart, each person once."""
    # of the words of this turn most are of women who are not old
    young = [one for one in couples if one.victim.sex == "2" and (one.victim.age(now.date()) or 99) < 60]
    couples = [*young, *(one for one in couples if one not in young)]
    # neighbours stand together in the index, and do not all ring on one evening
    yield from (one for first in range(_APART) for one in young[first::_APART])
    yield from couples[len(young) :]
    taken = {person.number for one in couples for person in (one.victim, one.suspect)}
    # whom the demonstration tells of is told of by it alone
    taken |= {story.person.number for story in stories()}
    free = [
        person
        for person in people
        if person.number not in taken and (person.age(now.date()) or 0) >= 20 and not person.relationships
    ]
    women = [person for person in free if person.sex == "2"]
    men = [person for person in free if person.sex == "1"]
    yield from (Couple(her, him) for her, him in zip(women, men, strict=False))
