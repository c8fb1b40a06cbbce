"""What happened in the invented force in the last fourteen months: calls, and what came of each, by the clock.

A plan alone: `retelling` does it through the real commands. Deterministic: the same seed, day and people give the
same past. How often somebody calls again, from which telephone and what is misheard, is invented; no figure
counted from it says anything of a real force.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import count

from throughline.synthetic.chance import Chance, Weighted
from throughline.synthetic.person import InventedPerson, Relation

MONTHS_BACK = timedelta(days=425)
COUPLES = 50
ABOUT_SOMETHING_ELSE = 28
# how many couples have each accused the other, the newest of them lately
ACCUSED_IN_TURN = 3

_CALLS = Weighted.of(("1", "2", "3", "4", "5", "7"), (46, 24, 13, 9, 5, 3))
_CALLER = Weighted.of(("victim", "other", "child", "suspect"), (62, 28, 6, 4))
_RECORDED = Weighted.of(
    ("domestic-abuse", "concern-for-safety", "criminal-damage", "antisocial-behaviour", "harassment"),
    (78, 9, 5, 4, 4),
)
_GRADE = Weighted.of(("emergency", "priority", "routine", "appointment", "nobody"), (34, 40, 12, 8, 6))
_LATER = ("deploy-victim-asks-later", "deploy-safe-elsewhere", "deploy-dealt-with-by-phone")
_UNITS = Weighted.of(("QN12", "QN14", "QN21", "QN33"), (1, 1, 1, 1))
_OFFENCE = Weighted.of(
    (
        "violence-with-injury",
        "violence-without-injury",
        "stalking-harassment",
        "damage-arson",
        "coercive-control",
        "strangulation",
    ),
    (24, 34, 20, 10, 7, 5),
)
_ADVICE = Weighted.of(("stay-on-line", "way-out", "children-with", "do-not-wash"), (4, 3, 2, 1))
_SAID = {
    "victim": (
        "He has come back and is shouting at the door. She is upstairs with the children.",
        "Her husband pushed her against the wall. He has gone out and may be back.",
        "He took her keys and her phone. She rings from a neighbour's.",
        "She whispers. He is in the next room and has been drinking.",
        "He put his hands round her neck. She can speak; her voice is hoarse.",
    ),
    "other": (
        "A neighbour hears a man shouting, things breaking and a woman crying. Not the first time.",
        "A friend had a message that he will not let her leave the flat.",
        "Her mother cannot reach her since last night; the partner answers the phone.",
    ),
    "child": ("A child says that dad is hurting mum.",),
    "suspect": ("He says that she attacked him and will not let him in.",),
}
_SAID_OF_SOMETHING_ELSE = {
    "concern-for-safety": "A woman was heard crying; her partner says that all is well.",
    "criminal-damage": "The front door was kicked in, it is thought by her ex-partner.",
    "antisocial-behaviour": "Shouting between a couple in the street, again.",
    "harassment": "Some forty messages since yesterday from a former boyfriend.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One contact, and what the control room made of it. People are told by their numbers in the index.

    ``domestic`` is None where nobody judged. ``opened_after`` and ``arrived_after`` are minutes from the
    call, None where it did not happen. ``crime`` is the offence that the registrar records, "" for none.
    ``found`` says what a supervisor makes of one recorded as something else, where a rule proposes it.
    """

    at: datetime
    channel: str
    caller: str
    number: str
    place: str
    victim: int | None
    suspect: int | None
    recorded_as: str = "domestic-abuse"
    domestic: bool | None = True
    line: str = "spoken"
    words: str = ""
    grade: str = ""
    reason: str = ""
    unit: str = ""
    opened_after: int | None = None
    arrived_after: int | None = None
    script: Mapping[str, str] = field(default_factory=dict)
    concern: bool | None = None
    advice: str = ""
    crime: str = ""
    found: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What somebody is bound by, for whose protection."""

    him: int
    her: int
    kind: str
    conditions: tuple[str, ...]
    issuer: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Couple:
    """Her and him, or him and her, with what each is known by."""

    victim: InventedPerson
    suspect: InventedPerson


def couples(people: Iterable[InventedPerson]) -> Iterator[Couple]:
    """Partners among these people, each pair once, the woman as the victim in most."""
    known = {person.number: person for person in people}
    for number, person in known.items():
        for relationship in person.relationships:
            other = known.get(relationship.number)
            if relationship.kind is Relation.PARTNER and other and number < other.number:
                # one in six, told by the number: the man is the victim
                women_first = sorted((person, other), key=lambda one: (one.sex != "2", one.number))
                yield Couple(*(reversed(women_first) if number % 6 == 0 else women_first))


def past(
    people: Collection[InventedPerson], *, now: datetime, seed: int
) -> tuple[tuple[Call, ...], tuple[Order, ...]]:
    """The calls of the months before ``now``, oldest first, and the orders made because of them."""
    chance = Chance(seed, 3)
    numbers = (f"07700 9{n:05d}" for n in count(10_000, 7))
    calls: list[Call] = []
    orders: list[Order] = []
    for couple, _ in zip(couples(people), range(COUPLES), strict=False):
        hers = list(_of(couple, chance, numbers, now))
        calls += hers
        orders += _orders(couple, hers, chance, now)
    calls += _other_calls(chance, numbers, now)
    calls += _accused_in_turn(calls, now)
    calls += _by_another_of_his_family(calls, people, now)
    return tuple(sorted(calls, key=lambda call: call.at)), tuple(orders)


def _of(couple: Couple, chance: Chance, numbers: Iterator[str], now: datetime) -> Iterator[Call]:
    """The calls about one couple: each gap after the first shorter than the last for some, else as it falls."""
    many = int(chance.pick(_CALLS))
    shortening = many > 2 and chance.yes(0.5)
    at = now - timedelta(days=chance.between(3, 400))
    gap = chance.between(20, 130)
    for _ in range(many):
        yield from _one(couple, at, chance, numbers)
        gap = gap * chance.between(0.4, 0.8) if shortening else chance.between(4, 160)
        at -= timedelta(days=gap) if not shortening else timedelta(days=gap * 1.5)
        if at < now - MONTHS_BACK:
            return


def _one(couple: Couple, at: datetime, chance: Chance, numbers: Iterator[str]) -> Iterator[Call]:
    at = at.replace(hour=_hour(chance), minute=chance.below(60), second=chance.below(60), microsecond=0)
    caller = chance.pick(_CALLER)
    recorded_as = chance.pick(_RECORDED)
    lost = recorded_as != "domestic-abuse"
    grade = chance.pick(_GRADE)
    goes = grade in {"emergency", "priority", "routine"}
    arrived = int(_wait(grade, chance)) if goes and chance.yes(0.96) else None
    said = _SAID_OF_SOMETHING_ELSE[recorded_as] if lost else _SAID[caller][chance.below(len(_SAID[caller]))]
    yield Call(
        at=at,
        channel="front-counter"
        if caller == "victim" and chance.yes(0.05)
        else ("999", "101")[chance.yes(0.3)],
        caller=caller,
        number=_number(couple, caller, chance, numbers),
        place=_place(couple, chance),
        victim=couple.victim.number,
        # he is named in most calls, and known from the record
        suspect=couple.suspect.number if chance.yes(0.85) else None,
        recorded_as=recorded_as,
        domestic=None if lost else True,
        words=said,
        grade=grade,
        reason="" if grade in {"emergency", "priority"} else _LATER[chance.below(len(_LATER))],
        unit=chance.pick(_UNITS) if goes else "",
        opened_after=max(1, arrived - 1 - chance.below(6)) if arrived and chance.yes(0.72) else None,
        arrived_after=arrived,
        script={"can-talk": "can-talk", "hurt": ("no", "yes")[chance.yes(0.3)]} if chance.yes(0.7) else {},
        concern=chance.yes(0.6) if chance.yes(0.55) else None,
        advice=chance.pick(_ADVICE) if chance.yes(0.5) else "",
        crime="" if lost or chance.yes(0.45) else chance.pick(_OFFENCE),
        found=lost and chance.yes(0.8),
    )
    if caller == "victim" and chance.yes(0.1):
        # she rings and says nothing, from the same telephone or another
        yield Call(
            at=at - timedelta(minutes=7),
            channel="999",
            caller="",
            number=_number(couple, "victim", chance, numbers),
            place="",
            victim=None,
            suspect=None,
            recorded_as="",
            domestic=None,
            line=("silent", "abandoned")[chance.yes(0.5)],
            grade="nobody",
            reason="deploy-no-place",
        )


def _hour(chance: Chance) -> int:
    """More in the evening and at night."""
    return int(18 + chance.below(9)) % 24 if chance.yes(0.6) else 7 + chance.below(11)


def _wait(grade: str, chance: Chance) -> float:
    usual = {"emergency": 11, "priority": 42, "routine": 700}[grade]
    return usual * chance.between(0.5, 1.9)


def _number(couple: Couple, caller: str, chance: Chance, numbers: Iterator[str]) -> str:
    """Hers of now or of before, a new one, or somebody else's: a force that knows numbers alone loses her."""
    person = couple.suspect if caller == "suspect" else couple.victim
    if caller in {"victim", "suspect"} and person.phones and chance.yes(0.6):
        return person.phones[chance.below(len(person.phones))].number
    return next(numbers) if chance.yes(0.9) else ""


def _place(couple: Couple, chance: Chance) -> str:
    """As the caller says it: whole, without the house, or where they lived before."""
    homes = couple.victim.addresses
    if not homes:
        return "Outside the station, Quarnley"
    home = homes[0 if len(homes) == 1 or chance.yes(0.85) else 1]
    if chance.yes(0.2):
        return f"{home.street}, {home.town}"
    return f"{home.house} {home.street}, {home.town} {home.postcode}".strip()


def _orders(couple: Couple, calls: list[Call], chance: Chance, now: datetime) -> Iterator[Order]:
    if not any(call.crime for call in calls) or not chance.yes(0.45):
        return
    last = max(call.at for call in calls)
    kind, days, issuer, conditions = (
        ("police-bail", 28, "Quarnley custody", ("no-contact", "not-to-approach")),
        ("non-molestation", 365, "Quarnley Family Court", ("no-violence", "no-contact", "not-to-enter")),
        ("court-bail", 60, "Quarnley Magistrates' Court", ("no-contact", "live-at")),
        ("dvpo", 27, "Quarnley Magistrates' Court", ("no-violence", "leave-home")),
    )[chance.below(4)]
    since = last + timedelta(hours=14)
    if since < now:
        yield Order(
            him=couple.suspect.number,
            her=couple.victim.number,
            kind=kind,
            conditions=conditions,
            issuer=issuer,
            since=since,
            until=since + timedelta(days=days),
        )


def _other_calls(chance: Chance, numbers: Iterator[str], now: datetime) -> Iterator[Call]:
    """Calls about something else, so that not everything that rings is domestic."""
    for _ in range(ABOUT_SOMETHING_ELSE):
        at = now - timedelta(days=chance.between(1, 420))
        yield Call(
            at=at.replace(hour=_hour(chance), minute=chance.below(60)),
            channel=("101", "999")[chance.yes(0.5)],
            caller="other",
            number=next(numbers),
            place=f"{1 + chance.below(90)} Station Road, Quarnley",
            victim=None,
            suspect=None,
            recorded_as=("theft", "road", "other")[chance.below(3)],
            domestic=False,
            words="Nothing to do with anybody at home.",
            grade="priority",
            unit=chance.pick(_UNITS),
            arrived_after=20 + chance.below(60),
        )


def _told_of_two(calls: Iterable[Call], now: datetime, *, days: tuple[int, int]) -> list[Call]:
    """The last attended call about each couple, where it was so many days ago, oldest first."""
    last = {(call.victim, call.suspect): call for call in sorted(calls, key=lambda call: call.at)}
    first, final = (now - timedelta(days=one) for one in days)
    return [
        call
        for call in last.values()
        if call.domestic
        and call.suspect is not None
        and call.arrived_after is not None
        and first < call.at < final
    ]


def _accused_in_turn(calls: Collection[Call], now: datetime) -> Iterator[Call]:
    """Calls in which he names her, after one in which she named him; the last of them the day before yesterday."""
    chosen = _told_of_two(calls, now, days=(240, 20))[-ACCUSED_IN_TURN:]
    for number, call in enumerate(chosen, start=1):
        yield replace(
            call,
            at=now - timedelta(hours=50) if number == len(chosen) else call.at + timedelta(days=6),
            caller="victim",
            victim=call.suspect,
            suspect=call.victim,
            words="He says that she came at him first and scratched his arms, and that he is afraid of her.",
            grade="priority",
            reason="",
            arrived_after=40,
            unit=call.unit or "QN12",
            crime="violence-without-injury",
        )


def _by_another_of_his_family(
    calls: Collection[Call], people: Iterable[InventedPerson], now: datetime
) -> Iterator[Call]:
    """One call about a brother-in-law: several of a family against one woman."""
    known = {person.number: person for person in people}
    for call in _told_of_two(calls, now, days=(420, 40)):
        him = known.get(call.suspect or 0)
        for other in known.values():
            if (
                him is not None
                and other.number not in {call.victim, call.suspect}
                and other.sex == him.sex
                and other.surname == him.surname
                and (other.age(now.date()) or 0) >= 18
            ):
                yield replace(
                    call,
                    at=call.at + timedelta(days=8),
                    caller="victim",
                    suspect=other.number,
                    words="His brother says that she has shamed them all and that they will bring her home.",
                    grade="emergency",
                    reason="",
                    arrived_after=15,
                    unit=call.unit or "QN21",
                    crime="stalking-harassment",
                )
                return
