"""What officers of the invented force find, ask, gather and do at the door, and how risk is assessed with her.

A plan alone, as `past` is: `attending` does it through the real commands. How often a thing is done, forgotten or
put off is invented, so that every figure has something to show; none says anything of a real force.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from throughline.casework.scene.rules import Evidence
from throughline.foundations.instruments.rules import Answer
from throughline.synthetic.chance import Chance, Weighted
from throughline.synthetic.past.plan import Call

_ACTION = Weighted.of(("arrest", "none", "voluntary-attendance", "other", ""), (44, 26, 19, 5, 6))
_REASON = Weighted.of(
    ("victim-unwilling", "no-grounds", "gone", "not-necessary", "not-found", "no-offence"),
    (34, 20, 20, 14, 7, 5),
)
_WORDS = {
    "victim-unwilling": "She does not want him arrested and would not give a statement.",
    "no-grounds": "Each says otherwise, nobody else saw it, and nothing was found that tells.",
    "gone": "He had left before we came. His car is circulated.",
    "not-necessary": "He agreed to be interviewed tomorrow and stays with his brother until then.",
    "not-found": "Not at his mother's, and his telephone is off.",
    "no-offence": "A quarrel over money. Neither was touched or threatened.",
}
_OUTCOME = Weighted.of(
    (
        Evidence.DONE,
        Evidence.NOT_DONE,
        Evidence.FOR_INVESTIGATOR,
        Evidence.NOT_APPLICABLE,
        "",
    ),
    (56, 18, 9, 9, 8),
)
# for each thing to gather: why it was not done, why it does not apply
_NOT_DONE = {
    "victim-statement": "she-declined",
    "photographs": "she-declined",
    "house-to-house": "nobody-in",
    "officer-statement": "called-away",
    "body-worn-video": "equipment-failed",
    "call-recording": "not-done-other",
    "safety-measures": "she-declined",
}
_NOT_APPLICABLE = {
    "photographs": "no-injury",
    "house-to-house": "no-neighbours",
    "call-recording": "no-call",
}
_LEFT_TO = {
    "victim-statement": "needs-longer",
    "photographs": "needs-specialist",
    "house-to-house": "needs-longer",
    "officer-statement": "needs-longer",
    "body-worn-video": "asked-for",
    "call-recording": "asked-for",
    "safety-measures": "needs-longer",
}
_INJURY = Weighted.of(("red-mark", "bruise", "scratch", "strangulation-mark", "cut"), (34, 30, 18, 11, 7))
_REGIONS = {
    "red-mark": ("front-face", "front-left-upper-arm"),
    "bruise": ("front-right-forearm", "back-upper-back"),
    "scratch": ("front-left-hand", "front-right-forearm"),
    "strangulation-mark": ("front-neck",),
    "cut": ("front-head",),
}
_ACCOUNTS = (
    "He came home angry, wanted her telephone and pushed her against the wall when she would not give it.",
    "They argued about the children. He held her by the arms and would not let her pass.",
    "He threw a cup at her, then punched the door beside her head. She locked herself in the bathroom.",
    "He has said for weeks what he will do if she leaves. Tonight he stood in the doorway until she screamed.",
    "She woke because he was reading her messages. He pulled her out of bed by the hair.",
)
_SEEN = (
    "Crying and looking at the door.",
    "Calm, then shaking.",
    "A chair is broken and glass on the floor.",
)
_HIS = ("Nothing happened.", "She started it; he only held her back.", "He says nothing.")
_WAY = Weighted.of(("in-person", "paper", "telephone"), (72, 18, 10))
_GRAVE = {
    "threats-to-kill": "“If I cannot have you nobody will”, twice this week.",
    "strangulation": "He pressed his arm on her throat until she saw stars.",
    "weapons": "A kitchen knife on the table in front of her.",
    "stalking": "He waits outside her work and knows where she has been.",
}
_OTHERS = {
    "fear": "She sleeps with a chair against the door.",
    "separation": "She told him on Sunday that she is leaving.",
    "more-often": "Every weekend since he lost his work.",
    "getting-worse": "It was shouting a year ago.",
    "jealousy": "He counts the minutes that she is out.",
    "money": "He holds both cards.",
    "isolation": "She has not seen her sister since spring.",
    "substances-or-mind": "He drinks before noon.",
}
_FEELS = Weighted.of(("not-safe", "partly", "safe", "did-not-say"), (24, 44, 22, 10))
_FEELING = {
    "not-safe": "“He will be back before you are down the road.”",
    "partly": "“Tonight, yes. Not when he is let out.”",
    "safe": "“My mum is here and he has no key.”",
}
# the sections that figures are made of
_COUNTED = ("account", "video", "statement")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What became of one of the seven things."""

    item: str
    state: str
    reason: str = ""
    exhibit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Injured:
    """An injury on the chart."""

    kind: str
    regions: tuple[str, ...]
    photographed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """How risk was assessed with her: ``after`` is minutes from then until it reached the system.

    ``yes`` are the factors that she said yes to, with her words; ``safe`` how safe she feels. ``grade`` is what the
    officer makes of it, "" where that follows from how often it was. ``told`` whether she was told the result.
    """

    how: str
    after: int
    yes: Mapping[str, str]
    safe: str
    grade: str = ""
    told: bool | None = None

    @property
    def safe_words(self) -> str:
        return _FEELING.get(self.safe, "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit from arriving to leaving. ``sections`` are the answers, by section; those in ``open`` are only saved.

    ``action`` is a code of positive-actions, "" where nothing was written of the suspect. ``children`` is what is
    done where the family has some, ``named`` a child who is only named by her.
    """

    minutes: int
    sections: Mapping[str, Mapping[str, Answer]]
    gathered: tuple[Gathered, ...]
    injuries: tuple[Injured, ...]
    action: str
    power: bool | None
    reasons: tuple[str, ...]
    words: str
    children: str
    named: bool
    risk: Risk
    open: frozenset[str] = field(default=frozenset())


def visit(call: Call, chance: Chance) -> Visit:
    """What an officer finds who was sent to this call."""
    hurt = chance.yes(0.38)
    injuries = tuple(_injury(chance) for _ in range(1 + chance.yes(0.3))) if hurt else ()
    action = chance.pick(_ACTION)
    reasons: tuple[str, ...] = ()
    if action not in {"arrest", ""}:
        reasons = (chance.pick(_REASON), *(("victim-unwilling",) if chance.yes(0.15) else ()))
    main = reasons[0] if reasons else ""
    power = None
    if action not in {"arrest", ""} and chance.yes(0.9):
        power = main not in {"no-offence", "no-grounds"}
    return Visit(
        minutes=25 + chance.below(50),
        sections=_sections(chance, injuries, action, main),
        gathered=tuple(_evidence(call, chance, hurt)),
        injuries=injuries,
        action=action,
        power=power,
        reasons=tuple(dict.fromkeys(reasons)),
        words=_WORDS.get(main, ""),
        children=("school", "nothing-needed", "refer-and-school", "unknown")[chance.below(4)],
        named=chance.yes(0.08),
        risk=risk(chance, there=True),
        # something is left out at one visit in three
        open=frozenset({("messages", "statement", "video")[chance.below(3)]} if chance.yes(0.35) else ()),
    )


def risk(chance: Chance, *, there: bool, counter: bool = False) -> Risk:
    """How risk is assessed: by whoever is ``there``, at a counter, or otherwise without seeing her."""
    how = chance.pick(_WAY) if there else "telephone" if chance.yes(0.75) else "without-her"
    how = "counter" if counter else how
    after = {"paper": 700 + chance.below(1_900), "without-her": 5, "telephone": 8}.get(
        how, 4 + chance.below(30)
    )
    yes = {code: words for code, words in _OTHERS.items() if chance.yes(0.24)}
    yes |= {code: words if chance.yes(0.85) else "" for code, words in _GRAVE.items() if chance.yes(0.09)}
    return Risk(
        how=how,
        after=after,
        yes={} if how == "without-her" else yes,
        safe="did-not-say" if how == "without-her" else chance.pick(_FEELS),
        told=chance.yes(0.8) if chance.yes(0.85) else None,
    )


def _injury(chance: Chance) -> Injured:
    kind = chance.pick(_INJURY)
    return Injured(kind=kind, regions=_REGIONS[kind], photographed=chance.yes(0.7))


def _evidence(call: Call, chance: Chance, hurt: bool) -> list[Gathered]:
    found = []
    for item in _NOT_DONE:
        state = chance.pick(_OUTCOME)
        if (item == "photographs" and not hurt) or (item == "call-recording" and call.channel != "999"):
            state = Evidence.NOT_APPLICABLE
        elif state == Evidence.NOT_APPLICABLE and item not in _NOT_APPLICABLE:
            state = Evidence.DONE
        elif item == "photographs" and state == Evidence.NOT_APPLICABLE:
            state = Evidence.NOT_DONE
        elif item == "call-recording" and state == Evidence.DONE and chance.yes(0.6):
            # seldom listened to while the officer is there
            state = Evidence.FOR_INVESTIGATOR
        if not state:
            continue
        reason = {
            Evidence.NOT_DONE: _NOT_DONE,
            Evidence.NOT_APPLICABLE: _NOT_APPLICABLE,
            Evidence.FOR_INVESTIGATOR: _LEFT_TO,
        }.get(Evidence(state), {})
        exhibit = f"OP/{1 + chance.below(40)}" if state == Evidence.DONE and item == "call-recording" else ""
        found.append(Gathered(item=item, state=state, reason=reason.get(item, ""), exhibit=exhibit))
    return found


def _sections(
    chance: Chance, injuries: tuple[Injured, ...], action: str, main: str
) -> dict[str, dict[str, Answer]]:
    neck = any(one.kind == "strangulation-mark" for one in injuries)
    gone = main in {"gone", "not-found"}
    camera = chance.yes(0.86)
    on = ("all", "part", "no")[min(2, chance.below(9) // 3 if chance.yes(0.4) else 0)]
    messages = chance.yes(0.4)
    offered = ("yes", "yes", "yes", "not-now", "no")[chance.below(5)]
    danger: dict[str, Answer] = {
        "weapons": ("no", "no", "no", "threatened", "not-known")[chance.below(5)],
        "breach": ("none-stands", "none-stands", "no", "yes", "not-checked")[chance.below(5)],
        "where-he-is": "custody" if action == "arrest" else "not-known" if gone else "there",
    }
    account: dict[str, Answer] = {
        "apart": "one-there" if gone else "yes" if chance.yes(0.83) else "no",
        "interpreter": "no" if chance.yes(0.93) else ("used", "none")[chance.below(2)],
        "account": _ACCOUNTS[chance.below(len(_ACCOUNTS))],
        "how-she-was": _SEEN[chance.below(len(_SEEN))],
    }
    if not gone:
        account |= {"his-account": _HIS[chance.below(len(_HIS))], "each-accuses": "no"}
    if account["interpreter"] == "used":
        account["interpreter-who"] = "telephone"
    video: dict[str, Answer] = {"available": "yes" if camera else "no"}
    if camera:
        video["used"] = on
        if on != "no":
            video |= {"what": ["victim", "scene"], "uploaded": "yes" if chance.yes(0.8) else "not-yet"}
    statement: dict[str, Answer] = {"offered": offered}
    if offered == "yes":
        statement |= {
            "answer": ("later", "declined", "made", "undecided")[chance.below(4)],
            "told": ["defence", "more"],
        }
    measures: list[str] = ["he-is-held"] if action == "arrest" else []
    measures += [one for one in ("she-elsewhere", "address-marked", "visits") if chance.yes(0.3)]
    return {
        "account": account,
        "injuries": {
            "hurt": "yes" if injuries else "no",
            "neck": "yes" if neck else "no",
            "care": ["doctor"] if neck else ["declined"] if injuries else ["none-needed"],
        },
        "danger": danger,
        "video": video,
        "messages": {"are-there": "yes", "kept": ["photographed", "asked-to-keep"]}
        if messages
        else {"are-there": "no"},
        "safety": {
            "measures": list(measures or ["none"]),
            "leaflet": ("given", "given", "given", "not-safe", "declined")[chance.below(5)],
            "contact-given": "yes" if chance.yes(0.94) else "no",
        },
        "statement": statement,
    }


def in_short(one: Visit) -> Visit:
    """The same visit with what is counted of it alone, for one of long ago."""
    return replace(one, sections={name: one.sections[name] for name in _COUNTED})


def as_graded(one: Visit, grade: str, *, yes: Mapping[str, str] | None = None) -> Visit:
    """The same visit with this grade, assessed at once, and with no other yes than these."""
    return replace(
        one, risk=replace(one.risk, how="in-person", after=5, grade=grade, yes=dict(yes or {}), told=True)
    )
