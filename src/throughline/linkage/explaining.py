"""Why two descriptions are taken, or not taken, for the same person: every weight in words."""

from dataclasses import asdict, dataclass
from math import log2
from typing import Any

from .features import Features, pack
from .keys import probe_keys, record_keys
from .model import Model
from .scoring import Reason, rank


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

    def as_dict(self) -> dict[str, Any]:
        """The same as plain values."""
        return asdict(self)


def explain(one: Features, other: Features, model: Model) -> Explanation:
    """Compare two persons as a lookup of the first among ``model.population`` records does, were the second
    the only one that fits."""
    (found,) = rank(one, [(1, pack(other))], model)
    return Explanation(
        start=-log2(model.population),
        reasons=found.reasons,
        weight=found.weight,
        probability=found.probability,
        accepted=found.probability >= model.accept,
        meet=bool(probe_keys(one, b"") & record_keys(other, b"")),
        model=model.version,
    )


def in_words(explanation: Explanation) -> list[str]:
    """The explanation as lines: field, how it agrees, its weight, what that means, and the sum so far."""
    total = explanation.start
    lines = [
        f"{'':11}{'before anything is compared':58}{total:>8.1f}",
        *(
            f"{reason.field:11}{reason.words:58}{reason.weight:>+8.1f}{_sum(explanation, number):>8.1f}  {_meaning(reason)}"
            for number, reason in enumerate(explanation.reasons, 1)
        ),
        "",
        f"{'Taken' if explanation.accepted else 'Not taken'} for the same person:"
        f" probability {_share(explanation.probability)}, by the model {explanation.model}.",
    ]
    if not explanation.meet:
        lines.append("They share no key: a lookup of one would not have looked at the other.")
    lines.append("A weight is in bits: each bit doubles the odds. The decision is a person's.")
    return lines


def _sum(explanation: Explanation, number: int) -> float:
    return explanation.start + sum(reason.weight for reason in explanation.reasons[:number])


def _meaning(reason: Reason) -> str:
    weight = reason.weight
    if reason.field == "household" and weight < -0.5:
        return "so much of this somebody of the same household would explain as well"
    if abs(weight) < 0.5:
        return "says next to nothing"
    times = 2.0 ** abs(weight)
    shown = f"{times:,.0f}" if times >= 10 else f"{times:.1f}"
    return f"{shown} times likelier if it is {'the same person' if weight > 0 else 'somebody else'}"


def _share(probability: float) -> str:
    if probability < 0.0001:
        return "below 0.01 %"
    return "above 99.99 %" if probability > 0.9999 else f"{100 * probability:.2f} %"
