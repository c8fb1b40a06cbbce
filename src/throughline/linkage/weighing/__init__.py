"""The weights of many candidates at once, equal to those of `scoring.compare` and `scoring.weigh` one by one.

`comparisons.py` says what each level means and is what the tests hold this to. Here a level is a small number, and the
columns of all candidates go through each rule together: what the probe says is compared once with each
*distinct* text among the candidates, and the rest is looking up.
"""

import numpy as np

from ..columns import PHONE_WIDTH, POSTCODE_WIDTH, WORDS, Columns
from ..comparisons import Evidence
from ..features import Features
from ..model import Model
from ..names import readings
from .alike import Floats, Numbers, liken
from .fields import Field, born, email, phone, sex
from .names import NameFields, NamesAt, other
from .places import PlaceField


class Weighing:
    """Candidates weighed beside one description: bits, what of them a housemate takes away, and the evidence."""

    def __init__(self, probe: Features, columns: Columns, rows: Numbers, model: Model) -> None:
        size = len(rows)
        held = columns.row.take(rows)
        self._names: NameFields | None = None
        self._fields: list[Field] = []
        bits = np.zeros(size, dtype=np.complex128)
        names = NamesAt(probe, columns, held, model) if probe.names or probe.others else None
        place = PlaceField(probe, columns, held) if probe.places else None
        liken([*([names.table.texts] if names else []), *(place.texts if place else [])])
        if names and probe.names and len(names.at):
            self._names = NameFields(probe, held, model, names)
            bits = self._names.bits
        if any(probe.birth):
            self._fields.append(born(probe, held))
        if probe.sex:
            self._fields.append(sex(probe, held))
        if probe.phones:
            self._fields.append(phone(probe, columns, held))
        if place:
            self._fields.append(place.field())
        if names and probe.others:
            self._fields.append(other(probe, names, size))
        if probe.emails:
            self._fields.append(email(probe, columns, held))
        for field in self._fields:
            bits += field.bits(model)
        self.doubt = doubts(bits.imag, model)
        self.bits = bits.real + self.doubt

    def evidence(self, place: int) -> Evidence:
        """Of the candidate at a place of the rows, as `scoring.compare` gives it."""
        found = [(field.name, level) for field in self._fields if (level := field.levels[field.codes[place]])]
        return (*(self._names.evidence(place) if self._names else ()), *found)


def doubts(home: Floats, model: Model) -> Floats:
    """What a housemate takes away, 0 or less, of candidates for whose household so many bits speak.

    numpy's powers and logarithms may differ in the last place from Python's: one candidate is asked of it as well as
    many, so that the same evidence always weighs the same.
    """
    weight: Floats = -np.log2(1.0 + model.household / model.population * powers_of_two(home))
    return weight


def powers_of_two(bits: Floats) -> Floats:
    """2.0 ** min(bits, 300.0) of each."""
    powers: Floats = np.exp2(np.minimum(bits, 300.0))
    return powers


def is_usual(probe: Features) -> bool:
    """Whether a description can be weighed by columns: very long names and numbers are for `scoring` alone."""
    return (
        all(
            len(words) <= WORDS
            for name in (*probe.names, *probe.others)
            for reading in readings(name)
            for words in reading
        )
        and len(probe.names) < 100
        and len(probe.places) < 100
        and all(number.isascii() and 6 <= len(number) <= PHONE_WIDTH for number in probe.phones)
        and all(place.postcode.isascii() and len(place.postcode) <= POSTCODE_WIDTH for place in probe.places)
    )
