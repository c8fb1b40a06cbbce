"""Splink and the live scorer are one model: of every pair the same levels, and the same weight."""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from throughline.linkage.batch.levels import compared
from throughline.linkage.batch.linking import for_the_file
from throughline.linkage.batch.table import load, opened
from throughline.linkage.batch.weighing import (
    Scorer,
    levels_query,
    make_letters,
    make_readings,
    weigh,
)
from throughline.linkage.cleaning import further_name
from throughline.linkage.features import Features, features
from throughline.linkage.files import each_row
from throughline.linkage.further import with_further
from throughline.linkage.layout import describe, layout_of
from throughline.linkage.model import Model, load_model
from throughline.linkage.scoring import compare

TODAY = date(2026, 11, 26)
FIELDS = (
    "forename", "middle", "surname", "full_name", "former_surname", "known_as", "aliases", "dob", "age", "sex",
    "phone", "phone_2", "email", "house_number", "street", "town", "postcode", "address", "previous_house_number",
    "previous_street", "previous_town", "previous_postcode", "other_forename", "other_surname",
)  # fmt: skip
MORE = ("trade", "register number")
"""Fields that nobody knows but the map."""
LAYOUT = layout_of({field: field for field in (*FIELDS, *MORE)})
NONE = dict.fromkeys((*FIELDS, *MORE), "")
CLOSE = 0.001


def model() -> Model:
    """The model for records among themselves, with the further fields; of one trade it is known how common it is."""
    begun = with_further(
        load_model("batch"), {further_name(field): (field, 0.02 + 0.1 * n) for n, field in enumerate(MORE)}
    )
    return replace(begun, rarities={**begun.rarities, "more_trade": {"farmer": 0.2}}, _bits={})


class Weighed:
    """Rows of a file, the pairs of them that Splink weighed, and what the scorer makes of the same rows."""

    def __init__(
        self, folder: Path, rows: Sequence[dict[str, str]], pairs: Sequence[tuple[int, int]]
    ) -> None:
        path = folder / "rows.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, (*FIELDS, *MORE))
            writer.writeheader()
            writer.writerows({**NONE, **row} for row in rows)
        self.features = [features(describe(row, LAYOUT, on=TODAY)) for row in each_row(path)]
        self.pairs = {tuple(sorted(pair)) for pair in pairs if pair[0] != pair[1]}
        self.con = opened()
        load(self.con, path, LAYOUT, None, on=TODAY, say=lambda _: None)
        self.model = for_the_file(self.con, model(), lambda _: None)
        self.con.execute("create table pairs (rid_l bigint, rid_r bigint)")
        if self.pairs:
            self.con.executemany("insert into pairs values (?, ?)", sorted(self.pairs))
        self.con.execute("create view pairs_now as from pairs")
        make_letters(self.con)
        make_readings(self.con)
        scorer = Scorer(self.con, self.model)
        weigh(self.con, scorer, self.model, least=-1000)
        scorer.close()

    def agree(self) -> int:
        """How many pairs agree; fails at the first that does not, with the pair."""
        weights = {
            (left, right): bits
            for left, right, bits in self.con.execute("select rid_l, rid_r, bits from weighed_now").fetchall()
        }
        assert weights.keys() == self.pairs
        for (left, right), bits in weights.items():
            ours, _ = positive(self.features[left], self.features[right], self.model)
            assert bits == pytest.approx(ours, abs=CLOSE), (self.features[left], self.features[right])
        return len(weights)

    def by_field(self) -> Iterator[tuple[Features, Features, dict[str, tuple[str, float]], float]]:
        """Of every pair its rows, the level and bits of each field as the database has them, and the household's."""
        found = self.con.execute(
            f"select rid_l, rid_r, x.* from weighed_now join ({levels_query(self.model, 'weighed_now')}) x"
            " using (uid_l, uid_r)"
        )
        names = [column[0] for column in found.description or ()]
        for row in found.fetchall():
            said = dict(zip(names, row, strict=True))
            levels = {
                one.field: (label_to_level(one.name)[said[f"{one.name}_level"]], said[f"{one.name}_bits"])
                for one in compared(self.model)
                if said[f"{one.name}_level"] is not None
            }
            yield self.features[said["rid_l"]], self.features[said["rid_r"]], levels, said["household"]


def label_to_level(name: str) -> dict[str, str]:
    (one,) = (one for one in compared(model()) if one.name == name)
    return {condition.label: condition.level for condition in one.levels}


def positive(one: Features, other: Features, model: Model) -> tuple[float, float]:
    """The scorer's bits for the same person and for the household, before the allowance is taken off."""
    evidence = compare(one, other, model)
    bits = [model.bits(field, level) for field, level in evidence]
    return sum(same for same, _ in bits), sum(household for _, household in bits)


FORENAMES = (
    "Jo", "Joanne", "Joann", "Mohammed Ali", "Ali", "Ali Ali", "Li Wei", "Liwei", "Wei", "A", "Anne-Marie", "Marie", "Łukasz",
    "Lucas", "Joanne (Jo)", "Bo", "Po", "Siobhan", "Shivaun", "Sarah Jane", "S J", "Alexandra", "Sasha", "Мария", "Марина", "Kav", "Kavita", "Oliwia Kav", "Oli", "",
)  # fmt: skip
SURNAMES = (
    "Whitmoor", "Whitmore", "Whitmoore", "Khan", "Kaur", "Begum", "O'Neill", "Oneil", "McDonald", "Macdonald",
    "Smith-Jones", "Jones", "Kowalski", "Kowalska", "van der Berg", "Berg", "Okafor", "Thompson", "Thomson", "Li",
    "Alexandra", "Marie", "Whitmoor (née Khan)", "Jones formerly Li", "",
)  # fmt: skip
name = st.sampled_from(FORENAMES)
surname = st.sampled_from(SURNAMES)
word = st.text("abcdeghiklmnorst", min_size=1, max_size=11)
born = st.sampled_from(
    (
        "1988-11-03",
        "1988-03-11",
        "1988-11-04",
        "1988-01-01",
        "1986-11-03",
        "1890-02-02",
        "1988",
        "",
        "1986-01-01",
        "1898-01-01",
    )
)
ROW = st.fixed_dictionaries(
    {},
    optional={
        "forename": st.one_of(name, word), "middle": name, "surname": st.one_of(surname, word),
        "full_name": st.builds("{} {}".format, name, surname), "former_surname": surname,
        "known_as": name, "aliases": st.builds("{};{} {}".format, name, name, surname), "dob": born,
        "age": st.sampled_from(("37", "38", "41", "")), "sex": st.sampled_from(("1", "2", "")),
        "phone": st.sampled_from(("07700 900123", "07700900124", "+447700900123", "01632 960123", "900123", "")),
        "phone_2": st.sampled_from(("01632 960123", "07700 900124", "")),
        "email": st.sampled_from(
            ("Kelly.Frost@mail.example", "kelly.frsot@mail.example", "kelly.frost@post.example; k@a.example", "kelly.frostmail.example", "none@none", "dean99@a.example", "")
        ),
        "house_number": st.sampled_from(("14", "Flat 2, 14", "41", "2", "")),
        "street": st.sampled_from(("Alma Road", "Alma Rd", "Almer Road", "Fox Place", "Mill Lane", "St Johns St", "")),
        "town": st.sampled_from(("Leeds", "Leads", "York", "")),
        "postcode": st.sampled_from(("LS6 2AB", "LS62AB", "LS6 2AD", "LS6", "YO1 7AA", "2505", "")),
        "previous_house_number": st.sampled_from(("3", "14")),
        "previous_street": st.sampled_from(("Mill Lane", "Alma Road")),
        "previous_postcode": st.sampled_from(("YO1 7AA", "LS6 2AB")),
        "other_forename": name, "other_surname": surname,
        "trade": st.one_of(
            st.sampled_from(("farmer", "Farmer.", "farmar", "farm labourer", "labourer", "поэт", "pò et", "-")), word
        ),
        "register number": st.sampled_from(("943 476 5919", "9434765919", "943 476 5991", "170", "171")),
    },
)  # fmt: skip


# each example starts Splink, so there are few with many rows, and none is made smaller
@settings(
    max_examples=2,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(rows=st.lists(ROW, min_size=25, max_size=40))
def test_the_scorers_positive_weight_is_splinks(tmp_path: Path, rows: list[dict[str, str]]) -> None:
    every = [(one, other) for one in range(len(rows)) for other in range(one)]

    weighed = Weighed(tmp_path, rows, every)

    assert weighed.agree() == len(every)


def test_it_is_so_for_every_pair_of_hard_names(tmp_path: Path) -> None:
    draw = Random(7)
    rows = [
        {"forename": forename, "surname": family, "postcode": draw.choice(("LS6 2AB", "YO1 7AA", ""))}
        for forename in FORENAMES
        for family in draw.sample(SURNAMES, 1)
    ]

    assert (
        Weighed(tmp_path, rows, [(one, other) for one in range(len(rows)) for other in range(one)]).agree()
        > 200
    )


def test_every_field_has_the_scorers_level_and_weight_and_the_household_its_bits(tmp_path: Path) -> None:
    draw = Random(3)
    rows = [
        {
            "forename": draw.choice(FORENAMES), "surname": draw.choice(SURNAMES),
            "dob": draw.choice(("1988-11-03", "1988-03-11", "1979-06-05", "")),
            "sex": draw.choice("12"), "phone": draw.choice(("07700 900123", "07700 900124", "01632 960123", "")),
            "house_number": draw.choice(("14", "3")), "street": draw.choice(("Alma Road", "Almer Rd", "")),
            "postcode": draw.choice(("LS6 2AB", "LS6 2AD", "YO1 7AA")), "other_forename": draw.choice(FORENAMES),
            "trade": draw.choice(("farmer", "farmar", "clerk", "")),
        }
        for _ in range(30)
    ]  # fmt: skip
    weighed = Weighed(tmp_path, rows, [(one, other) for one in range(len(rows)) for other in range(one)])

    seen = 0
    for one, other, levels, household in weighed.by_field():
        evidence = dict(compare(one, other, weighed.model))
        if "order" in evidence or "order" in levels:
            continue  # either of the two names may be the turned one, with the same weight
        seen += 1
        assert {field: level.name for field, level in evidence.items()} == {
            field: level for field, (level, _) in levels.items()
        }
        for field, level in evidence.items():
            assert levels[field][1] == pytest.approx(weighed.model.bits(field, level)[0], abs=CLOSE)
        assert household == pytest.approx(positive(one, other, weighed.model)[1], abs=CLOSE)
    assert seen > 200
