"""Who is it? One table of records, things heard, and the answer, for every way in which names go astray."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from throughline.linkage.features import Features, features, pack
from throughline.linkage.keys import probe_keys, record_keys
from throughline.linkage.layout import FIELDS, Column, Layout, describe
from throughline.linkage.model import load_model
from throughline.linkage.scoring import rank
from throughline.linkage.scraps import read_scraps

TODAY = date(2026, 11, 23)
SECRET = b"a secret of the tests"
AS_NAMED = Layout({field: Column(field) for field in FIELDS})
TABLE = yaml.safe_load((Path(__file__).parent / "recognition_cases.yaml").read_text(encoding="utf-8"))
CASES = [
    pytest.param(case, id=f"{group} {number}")
    for group, cases in TABLE.items()
    for number, case in enumerate(cases, 1)
]


def features_of(said: object) -> Features:
    if isinstance(said, str):
        return features(read_scraps(said, today=TODAY))
    row = {field: str(value) for field, value in dict(said).items()}  # type: ignore[call-overload]
    return features(describe(row, AS_NAMED, on=TODAY))


@pytest.mark.parametrize("case", CASES)
def test_the_right_record_comes_first_and_says_why(case: dict) -> None:
    heard = features_of(case["heard"])
    records = {rid: features_of(row) for rid, row in case["records"].items()}

    found = rank(heard, [(rid, pack(one)) for rid, one in records.items()], load_model("live"))

    assert found[0].rid == case["expected"]
    words = {reason.words for reason in found[0].reasons}
    assert set(case["words"]) <= words
    if case.get("convincing", True):
        assert found[0].weight > 5
    else:
        assert found[0].probability < 0.5
    if case.get("only"):
        assert all(other.probability < 0.05 for other in found[1:])


@pytest.mark.parametrize("case", CASES)
def test_the_right_record_is_found_by_its_keys(case: dict) -> None:
    record = features_of(case["records"][case["expected"]])

    assert probe_keys(features_of(case["heard"]), SECRET) & record_keys(record, SECRET)


def test_a_handler_reads_the_reasons_in_words() -> None:
    record = {
        "forename": "Catherine", "surname": "Philips", "dob": "1990-05-05", "phone": "07700 900123",
        "house_number": "3", "street": "Mill Lane", "town": "York", "postcode": "YO1 7AA",
    }  # fmt: skip
    heard = read_scraps("cath fillips 34 07700900123 9 Bridge Street LS1 4AA", today=TODAY)

    best = rank(features(heard), [(7, pack(features_of(record)))], load_model("live"))[0]

    assert [reason.words for reason in best.reasons if reason.field != "household"] == [
        "forename is a form of the same name",
        "surname sounds alike",
        "born within 2 years",
        "same mobile",
        "different address",
    ]
