"""Pairs of records that may be of one person: how likely, in bands, and what a reader can say of one."""

from collections.abc import Mapping
from enum import StrEnum


class Choice(StrEnum):
    """What somebody says of two records that they have read side by side."""

    JOIN = "join"
    APART = "apart"
    UNSURE = "unsure"


#: The decision whose reasons go with each, in `reference`'s decision-reasons.
REASONS_FOR = {Choice.JOIN: "merge", Choice.APART: "pair-apart", Choice.UNSURE: "pair-unsure"}


class Band(StrEnum):
    """How likely two records are one person, by the thresholds of the model, the likeliest first."""

    NEARLY_CERTAIN = "nearly-certain"
    PROBABLE = "probable"
    POSSIBLE = "possible"
    # below every threshold: read as a sample, to know what the thresholds miss
    UNLIKELY = "unlikely"


#: Those that are proposed; whoever reads the other does so to measure these.
PROPOSED = (Band.NEARLY_CERTAIN, Band.PROBABLE, Band.POSSIBLE)

_FROM = {
    Band.NEARLY_CERTAIN: "recall_at_p999",
    Band.PROBABLE: "recall_at_p99",
    Band.POSSIBLE: "recall_at_p95",
}

# bits below the lowest threshold: sixteen times less likely, where hardly any pair is one person
_BELOW = 4.0


def floor(certain: Mapping[str, float]) -> float:
    """The certainty, in bits, from which a pair is kept at all, by the thresholds of a model."""
    return certain["recall_at_p95"] - _BELOW


def band_of(certainty: float, certain: Mapping[str, float], *, related: bool = False) -> Band:
    """The band of a pair by its certainty in bits and the thresholds of a model.

    Two who are ``related`` on record, father and son of one name and home, are possible at most: whoever wrote that down
    knew of both.
    """
    found = (band for band, threshold in _FROM.items() if certainty >= certain[threshold])
    band = next(found, Band.UNLIKELY)
    return Band.POSSIBLE if related and band in PROPOSED else band
