"""The arithmetic of recognition: reasons add up, order does not matter, one's own record wins."""

import math
import random
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from throughline.linkage.description import Description, Name, Place
from throughline.linkage.features import features, pack, unpack
from throughline.linkage.keys import CAP
from throughline.linkage.model import load_model
from throughline.linkage.scoring import compare, rank, weigh

FORENAMES = [
    "Sarah",
    "Mohammed",
    "Elizabeth",
    "Liz",
    "Kwame",
    "Agnieszka",
    "Li Wei",
    "Harpreet",
    "Jo",
    "Ömer",
    "",
]
SURNAMES = [
    "Smith",
    "Khan",
    "Kaur",
    "Kowalska",
    "Kowalski",
    "O'Brien",
    "Smith-Jones",
    "Mensah",
    "van Dyk",
    "",
]
STREETS = ["Alma Road", "Alma Rd", "High Street", "Mill Lane", ""]
people = st.builds(
    Description,
    names=st.lists(
        st.builds(Name, forename=st.sampled_from(FORENAMES), surname=st.sampled_from(SURNAMES))
        | st.builds(Name, full=st.sampled_from(["Sarah Smith", "Khan", "Wei Li", "Liz O Brien"])),
        max_size=2,
    ).map(tuple),
    born=st.none() | st.dates(min_value=date(1960, 1, 1), max_value=date(2005, 1, 1)),
    born_from=st.none() | st.integers(1960, 2000),
    sex=st.sampled_from(["", "1", "2"]),
    phones=st.lists(st.sampled_from(["07700 900123", "07700 900132", "01632 960001"]), max_size=2).map(tuple),
    places=st.lists(
        st.builds(
            Place,
            number=st.sampled_from(["14", "41", "Flat 2 14", ""]),
            street=st.sampled_from(STREETS),
            town=st.sampled_from(["Leeds", "Hull", ""]),
            postcode=st.sampled_from(["LS6 2AB", "LS6 2AC", "HU1 1AA", "LS6", ""]),
        ),
        max_size=2,
    ).map(tuple),
    others=st.lists(
        st.builds(Name, forename=st.sampled_from(FORENAMES), surname=st.sampled_from(SURNAMES)), max_size=1
    ).map(tuple),
)


@given(people, st.lists(people, min_size=1, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_ranking_does_not_depend_on_the_order_of_candidates(
    heard: Description, known: list[Description], draw: random.Random
) -> None:
    candidates = [(rid, pack(features(one))) for rid, one in enumerate(known)]
    shuffled = draw.sample(candidates, len(candidates))

    first = rank(features(heard), candidates, load_model("live"), limit=20)
    second = rank(features(heard), shuffled, load_model("live"), limit=20)

    assert [(one.rid, one.weight, one.reasons) for one in first] == [
        (one.rid, one.weight, one.reasons) for one in second
    ]
    assert sum(one.probability for one in first) <= 1 + 1e-9


@given(people, people, st.sampled_from(["live", "batch"]))
@settings(max_examples=150)
def test_the_reasons_add_up_to_the_weight(heard: Description, known: Description, context: str) -> None:
    model = load_model(context)  # type: ignore[arg-type]
    best = rank(features(heard), [(1, pack(features(known)))], model)[0]

    assert best.weight == pytest.approx(sum(reason.weight for reason in best.reasons), abs=1e-9)
    assert best.probability == pytest.approx(1 / (1 + model.population * 2.0**-best.weight), rel=1e-6)


@given(people, st.lists(people, min_size=1, max_size=12))
@settings(max_examples=150)
def test_ranking_weighs_each_candidate_as_if_it_were_alone(
    heard: Description, known: list[Description]
) -> None:
    model = load_model("live")
    probe, rows = features(heard), [features(one) for one in known]

    ranked = rank(probe, list(enumerate(map(pack, rows))), model, limit=20)

    for one in ranked:
        evidence = compare(probe, rows[one.rid], model)
        assert (one.weight, one.reasons[-1].weight) == weigh(evidence, model)
        assert [(reason.field, reason.level) for reason in one.reasons[:-1]] == [
            (field, level.name) for field, level in evidence
        ]


@given(people)
@settings(max_examples=200)
def test_a_packed_row_says_what_was_packed(known: Description) -> None:
    assert unpack(pack(features(known))) == features(known)


@given(people, people)
@settings(max_examples=200)
def test_a_comparison_is_the_same_from_either_side(one: Description, other: Description) -> None:
    model = load_model("batch")
    a, b = features(one), features(other)

    assert weigh(compare(a, b, model), model) == pytest.approx(weigh(compare(b, a, model), model))


WHOLE = Description(
    names=(Name("Bethan", "", "Ackroyd"),),
    born=date(1987, 4, 23),
    sex="2",
    phones=("07700 900321",),
    places=(Place("27", "Mill Lane", "Otley", "LS21 3AA"),),
    others=(Name("Gethin", "", "Rowe"),),
)
LIKE_HER = [
    Description(**{**{field: getattr(WHOLE, field) for field in WHOLE.__dataclass_fields__}, **change})
    for change in (
        {"names": (Name("Bethany", "", "Ackroid"),)},
        {"names": (Name("Megan", "", "Ackroyd"),)},
        {"born": date(1987, 4, 28)},
        {"born": date(1990, 1, 3)},
        {"sex": "1"},
        {"phones": ("07700 900312",)},
        {"places": (Place("72", "Mill Lane", "Otley", "LS21 3AA"),)},
        {"places": (Place("3", "High Street", "York", "YO1 7AA"),)},
        {"others": (Name("Ieuan", "", "Pugh"),)},
    )
]


def test_a_description_ranks_its_own_record_first_among_people_like_her() -> None:
    candidates = [(rid, pack(features(one))) for rid, one in enumerate([*LIKE_HER, WHOLE])]

    best = rank(features(WHOLE), candidates, load_model("live"))[0]

    assert best.rid == len(LIKE_HER)


def test_nothing_known_is_no_evidence() -> None:
    assert compare(features(Description()), features(WHOLE), load_model("live")) == ()
    assert rank(features(WHOLE), [], load_model("live")) == []


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        (date(1957, 1, 1), date(1957, 1, 1), "same_january"),
        (date(1957, 1, 1), date(1959, 1, 1), "within_2"),
        (date(1957, 1, 1), date(1975, 1, 1), "far"),
        (date(1957, 1, 1), date(1957, 8, 22), "year"),
        (date(1957, 1, 1), date(1957, 1, 21), "slip"),
        (date(1957, 8, 22), date(1959, 8, 22), "slip"),
        (date(1957, 8, 22), date(1988, 8, 22), "two_parts"),
    ],
)
def test_of_two_first_of_january_only_the_years_are_compared(one: date, other: date, level: str) -> None:
    one_row, other_row = features(Description(born=one)), features(Description(born=other))

    for left, right in ((one_row, other_row), (other_row, one_row)):
        assert [found.name for _, found in compare(left, right, load_model("batch"))] == [level]


def test_a_rare_name_weighs_more_than_a_common_one() -> None:
    model = load_model("live")

    def weight(surname: str) -> float:
        one = features(Description(names=(Name("", "", surname),)))
        return weigh(compare(one, one, model), model)[0]

    assert weight("Smith") < weight("Begum") < weight("Ackroyd")


def test_equally_good_candidates_share_the_probability() -> None:
    row = pack(features(WHOLE))

    both = rank(features(WHOLE), [(1, row), (2, row)], load_model("live"))

    assert both[0].probability == both[1].probability == pytest.approx(0.5, abs=0.01)


def test_records_of_one_person_do_not_compete() -> None:
    hers, another = pack(features(WHOLE)), pack(features(LIKE_HER[1]))
    candidates = [(1, hers), (2, another), (3, hers)]

    apart = rank(features(WHOLE), candidates, load_model("live"))
    together = rank(features(WHOLE), candidates, load_model("live"), groups={1: "a", 2: "b", 3: "a"})

    assert [one.rid for one in together] == [1, 3, 2]
    assert together[0].probability == together[1].probability > 0.95 > 0.51 > apart[0].probability
    assert together[0].probability + together[2].probability <= 1
    assert [(one.weight, one.reasons) for one in together] == [(one.weight, one.reasons) for one in apart]


def test_a_person_counts_by_the_record_that_fits_best() -> None:
    hers, old = pack(features(WHOLE)), pack(features(LIKE_HER[7]))
    model = load_model("live")

    best = rank(features(WHOLE), [(1, hers)], model)[0]
    both = rank(features(WHOLE), [(1, old), (2, hers)], model, groups={1: "a", 2: "a"})

    assert [one.probability for one in both] == [best.probability] * 2


@pytest.mark.parametrize("context", ["live", "batch"])
def test_the_model_file_is_sound(context: str) -> None:
    model = load_model(context)  # type: ignore[arg-type]

    assert model.context == context
    assert model.version
    for field, levels in model.fields.items():
        for level, odds in levels.items():
            for share in (odds.same, odds.household, odds.unrelated):
                assert 0 < share <= 1, (field, level)
            assert odds.rarity in ("", *model.rarities)
    for name in ("forename", "surname", "sex", "place", "other", "middle"):
        for column in ("same", "household", "unrelated"):
            total = sum(getattr(odds, column) for odds in model.fields[name].values())
            assert total == pytest.approx(1, abs=0.06), (name, column)


@pytest.mark.parametrize("context", ["live", "batch"])
def test_agreement_never_speaks_for_a_housemate_more_than_disagreement(context: str) -> None:
    for field, levels in load_model(context).fields.items():  # type: ignore[arg-type]
        if "same" in levels and "different" in levels:
            same, different = levels["same"], levels["different"]
            assert same.same / same.household >= 0.99 * different.same / different.household, field


def test_weights_of_a_level_are_log2_of_its_odds() -> None:
    model = load_model("live")
    odds = model.fields["sex"]["different"]
    evidence = compare(features(Description(sex="1")), features(Description(sex="2")), model)

    assert model.bits(*evidence[0]) == (
        math.log2(odds.same / odds.unrelated),
        math.log2(odds.household / odds.unrelated),
    )
    assert CAP == 200
