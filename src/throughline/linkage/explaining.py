"""Why two descriptions are taken, or not taken, for the same person: every weight in words."""

from dataclasses import asdict, dataclass
from typing import Any

from .cleaning import FURTHER_MARK
from .features import Features
from .keys import probe_keys, record_keys
from .model import Model
from .scoring import Reason, rank_pair


@dataclass(frozen=True, slots=True)
class Explanation:
    """The reasons in their order; ``start`` is what is thought before any is heard, in bits.

    ``meet`` says whether a lookup of the first would have looked at the second at all.
    """

    start: float
    reasons: tuple[Reason, ...]
    weight: float
    probability: float
    accepted: bool
    meet: bool
    model: str

    @property
    def certainty(self) -> float:
        """Where the reasons end, as log2 of the odds: above nought it is more likely one person than not."""
        return self.start + self.weight

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self)


def explain(one: Features, other: Features, model: Model) -> Explanation:
    """Compare two persons as a lookup of the first among ``model.population`` records does, were the second
    the only one that fits."""
    found = rank_pair(one, other, model)
    return Explanation(
        start=start_of(model),
        reasons=found.reasons,
        weight=found.weight,
        probability=found.probability,
        accepted=found.probability >= model.accept,
        meet=bool(probe_keys(one, b"") & record_keys(other, b"")),
        model=model.version,
    )


def start_of(model: Model) -> float:
    """What is thought of any two before something is compared, in bits: one in so many records is the person, or none."""
    return model.start


@dataclass(frozen=True, slots=True)
class Step:
    """One reason on the way from what is thought before to the sum: how strongly it speaks, and for what.

    ``before`` and ``after`` are the sums, in bits, without the reason and with it.
    """

    reason: Reason
    strength: str
    meaning: str
    before: float
    after: float

    @property
    def side(self) -> str:
        """for, against, neither or taken. What a household that agrees takes away again speaks against nobody, and weighs."""
        if _taken_off(self.reason):
            return "taken"
        if abs(self.reason.weight) < 0.5:
            return "neither"
        return "for" if self.reason.weight > 0 else "against"

    @property
    def words(self) -> str:
        """What is added, or taken off."""
        return "what everybody of a household shares" if self.side == "taken" else self.reason.words


def steps(explanation: Explanation) -> tuple[Step, ...]:
    """The reasons in their order as a waterfall: each begins where the one before it ended."""
    told, total = [], explanation.start
    for reason in explanation.reasons:
        after = total + reason.weight
        how = "taken off" if _taken_off(reason) else strength(reason.weight)
        told.append(Step(reason, how, _meaning(reason), total, after))
        total = after
    return tuple(told)


def _taken_off(reason: Reason) -> bool:
    return reason.field == "household" and reason.level == "person" and reason.weight <= -0.5


def strength(weight: float) -> str:
    """How strongly a weight in bits speaks for or against one person, in words."""
    size = abs(weight)
    if size < 0.5:
        return "says next to nothing"
    how = next(words for least, words in _STRENGTHS if size >= least)
    return f"{how} {'for' if weight > 0 else 'against'}"


# times as likely: more than a thousand, thirty-two, four
_STRENGTHS = ((10.0, "very strongly"), (5.0, "strongly"), (2.0, "clearly"), (0.5, "weakly"))


def in_words(explanation: Explanation) -> list[str]:
    """The explanation as lines: field, how it agrees, how strongly, its weight, the sum so far, what that means."""
    lines = [
        f"{'':11}{'before anything is compared':80}{'':8}{explanation.start:>8.1f}",
        *(
            f"{step.reason.field.removeprefix(FURTHER_MARK):11}{f'{step.words}: {step.strength}':80}{step.reason.weight:>+8.1f}"
            f"{step.after:>8.1f}  {step.meaning}"
            for step in steps(explanation)
        ),
        "",
        f"{'Taken' if explanation.accepted else 'Not taken'} for the same person:"
        f" probability {share_in_words(explanation.probability)}, by the model {explanation.model}.",
    ]
    if not explanation.meet:
        lines.append("They share no key: a lookup of one would not have looked at the other.")
    lines.append("A weight is in bits: each bit doubles the odds. The decision is a person's.")
    return lines


def _meaning(reason: Reason) -> str:
    weight = reason.weight
    if reason.field == "household" and weight < -0.5:
        return "so much of this somebody of the same household would explain as well"
    if abs(weight) < 0.5:
        return "says next to nothing"
    times = 2.0 ** abs(weight)
    shown = f"{times:,.0f}" if times >= 10 else f"{times:.1f}"
    return f"{shown} times likelier if it is {'the same person' if weight > 0 else 'somebody else'}"


def share_in_words(probability: float) -> str:
    """A probability as a percentage that never says 0 or 100."""
    if probability < 0.0001:
        return "below 0.01 %"
    if probability > 0.9999:
        return "above 99.99 %"
    return f"{100 * probability:.{0 if 0.01 <= probability <= 0.99 else 2}f} %"
