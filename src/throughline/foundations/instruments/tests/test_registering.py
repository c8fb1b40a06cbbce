"""A force's own question sets: registered, ended, chosen, in licensed words; and told apart from ours."""

import datetime as dt
import json
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from throughline.cli import throughline
from throughline.foundations.instruments import queries
from throughline.foundations.instruments.commands.registering import (
    CannotRegister,
    choose,
    end_version,
    register_file,
    try_file,
)
from throughline.foundations.instruments.rules import (
    BadInstrument,
    Change,
    Setting,
    Variant,
    differences,
    parse,
    read_library,
)
from throughline.foundations.instruments.rules.register import REGISTER, Deed, Entry, as_line, read_register

SHIPPED = Path(__file__).resolve().parents[3] / "reference" / "instruments"
NOW = dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC)
FROM = dt.date(2026, 12, 1)
LATER = dt.date(2027, 3, 1)


@pytest.fixture
def own(tmp_path, settings):
    """The force's folder, empty, and asked for by the site."""
    folder = tmp_path / "own"
    folder.mkdir()
    settings.THROUGHLINE_INSTRUMENTS = str(folder)
    queries.library.cache_clear()
    yield folder
    queries.library.cache_clear()


def amended(at: Path, *, version="1-force", valid_from=FROM, name="dash-27-force.yaml", **head) -> Path:
    """Our police assessment as a force might amend it: one question less, one more, one in other words."""
    document = yaml.safe_load((SHIPPED / "dash-27.yaml").read_text(encoding="utf-8"))
    document |= {"version": version, "valid_from": valid_from, "licence": "the force's own", **head}
    questions = {question["code"]: question for question in document["questions"]}
    questions["fear"]["text"] = "Are you scared of them at the moment?"
    del questions["animals"]
    questions["pets-gone"] = {"code": "pets-gone", "kind": "yes-no", "text": "Has a pet gone missing?"}
    document["questions"] = list(questions.values())
    file = at / name
    file.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return file


WORDING = {
    "wording": "dash-27 1",
    "version": "1-licensed",
    "valid_from": FROM,
    "source": "An invented licensor, 2026",
    "confidence": "H",
    "licence": "invented, for this test",
    "acknowledgement": "Wording © An Invented Licensor, used with leave.",
    "texts": {
        "injury": "Invented licensed words about injury?",
        "fear": "Invented licensed words about fear?",
    },
    "hints": {"fear": "Invented licensed hint."},
}


def worded(at: Path, name="wording.yaml", **changes) -> Path:
    file = at / name
    document = {key: value for key, value in (WORDING | changes).items() if value is not ...}
    file.write_text(yaml.safe_dump(document, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return file


def register(file: Path, own: Path, by: str = "Chief Inspector Invented"):
    return register_file(by=by, now=NOW, file=file, shipped=SHIPPED, folder=own)


def shelf(own: Path):
    return read_library([SHIPPED, own])


def test_an_amended_version_is_copied_named_and_set_beside_ours(tmp_path, own):
    done = register(amended(tmp_path), own)
    assert done.variant is Variant.AMENDED
    assert [(one.change, one.code, one.factor) for one in done.differences] == [
        (Change.REWORDED, "fear", "fear"),
        (Change.ADDED, "pets-gone", None),
        (Change.REMOVED, "animals", "animals"),
    ]
    held = shelf(own)
    mine = held.as_of("dash-27", FROM)
    assert (mine.version, held.variant(mine)) == ("1-force", Variant.AMENDED)
    assert held.as_of("dash-27", FROM - dt.timedelta(days=1)).version == "1"
    entry = held.registration(mine)
    assert entry is not None
    assert (entry.by, entry.at) == ("Chief Inspector Invented", NOW)
    assert not held.changed_since(mine)
    assert held.variant(held.version("dash-27", "1")) is Variant.STANDARD


def test_a_version_that_is_there_is_never_changed(tmp_path, own):
    register(amended(tmp_path), own)
    with pytest.raises(CannotRegister, match="with the same content"):
        register(amended(tmp_path), own)
    with pytest.raises(CannotRegister, match="with other content; a version is never changed"):
        register(amended(tmp_path, title="Another"), own)
    with pytest.raises(BadInstrument, match=r"version '1-force' of 'dash-27' is also in dash-27-force.yaml"):
        register(amended(tmp_path, name="x.yaml", title="Another", valid_from=LATER), own)
    with pytest.raises(BadInstrument, match=r"version '1' of 'dash-27' is also in dash-27.yaml"):
        register(amended(tmp_path, name="y.yaml", version="1"), own)
    assert len((own / REGISTER).read_text().splitlines()) == 1
    assert [file.name for file in own.glob("*.yaml")] == ["dash-27-force.yaml"]


def test_two_versions_never_hold_at_once_and_ending_one_makes_room(tmp_path, own):
    register(amended(tmp_path), own)
    second = amended(tmp_path, version="2-force", valid_from=LATER, name="second.yaml")
    with pytest.raises(BadInstrument, match="holds on 2027-03-01 together"):
        register(second, own)
    before = (own / "dash-27-force.yaml").read_bytes()
    end_version(
        by="Somebody Invented",
        now=NOW,
        code="dash-27",
        version="1-force",
        last_day=LATER - dt.timedelta(days=1),
        shipped=SHIPPED,
        folder=own,
    )
    register(second, own)
    assert (own / "dash-27-force.yaml").read_bytes() == before
    held = shelf(own)
    assert [held.as_of("dash-27", day).version for day in (FROM, LATER)] == ["1-force", "2-force"]
    assert held.version("dash-27", "1-force").valid_until == LATER - dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("code", "version", "last_day", "said"),
    [
        ("dash-27", "1", LATER, "no version of the force's own"),
        ("dash-27", "1-force", dt.date(2026, 11, 24), "must be today or later"),
        ("dash-27", "1-force", dt.date(2026, 11, 26), "not before the first"),
    ],
)
def test_what_cannot_be_ended_is_said_and_nothing_is_written(tmp_path, own, code, version, last_day, said):
    register(amended(tmp_path), own)
    before = (own / REGISTER).read_text()
    with pytest.raises(CannotRegister, match=said):
        end_version(
            by="X", now=NOW, code=code, version=version, last_day=last_day, shipped=SHIPPED, folder=own
        )
    assert (own / REGISTER).read_text() == before


def test_who_registers_has_a_name_and_a_file_at_fault_leaves_nothing(tmp_path, own):
    with pytest.raises(CannotRegister, match="somebody must answer for it"):
        register(amended(tmp_path), own, by="  ")
    broken = amended(tmp_path)
    broken.write_text(broken.read_text().replace("factor: injury", "factor: injuries"))
    with pytest.raises(BadInstrument, match=r"dash-27-force\.yaml, question 'injury': factor is not in"):
        register(broken, own)
    with pytest.raises(CannotRegister, match=r"the name must end in \.yaml"):
        register(amended(tmp_path, name="force.yml"), own)
    with pytest.raises(CannotRegister, match="No such file"):
        register(tmp_path / "nowhere.yaml", own)
    assert list(own.glob("*.yaml")) == []
    assert not (own / REGISTER).exists()


def test_trying_writes_nothing(tmp_path, own):
    assert try_file(amended(tmp_path), folders=[SHIPPED, own]).variant is Variant.AMENDED
    assert try_file(amended(tmp_path), folders=[SHIPPED]).variant is Variant.AMENDED
    assert list(own.iterdir()) == []


def test_a_registered_file_that_was_changed_by_hand_is_noticed(tmp_path, own):
    register(amended(tmp_path), own)
    file = own / "dash-27-force.yaml"
    file.write_text(file.read_text().replace("Has a pet gone missing?", "Is a pet missing?"))
    held = shelf(own)
    assert held.changed_since(held.version("dash-27", "1-force"))


def test_licensed_words_make_a_version_of_their_own_and_leave_ours_untouched(tmp_path, own):
    ours = (SHIPPED / "dash-27.yaml").read_bytes()
    done = register(worded(tmp_path), own)
    assert done.variant is Variant.LICENSED
    assert {one.change for one in done.differences} == {Change.REWORDED}
    assert {one.code for one in done.differences} == {"injury", "fear"}
    held = shelf(own)
    mine, standard = held.as_of("dash-27", FROM), held.version("dash-27", "1")
    assert (mine.version, mine.acknowledgement) == ("1-licensed", WORDING["acknowledgement"])
    assert (mine.question("injury").text, mine.question("injury").hint) == (WORDING["texts"]["injury"], "")
    assert mine.question("fear").hint == "Invented licensed hint."
    # what was not worded, and everything that is not words, is as it was
    assert mine.question("weapons") == standard.question("weapons")
    assert [q.factor for q in mine.questions] == [q.factor for q in standard.questions]
    assert mine.result_words == standard.result_words
    assert (SHIPPED / "dash-27.yaml").read_bytes() == ours


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"wording": "dash-27"}, "wording must name a code and a version"),
        ({"wording": "dash-27 9"}, "wording: no version '9' of instrument 'dash-27'"),
        ({"acknowledgement": ...}, "acknowledgement is missing"),
        ({"licence": ""}, "licence must be words"),
        ({"texts": {}}, "texts must word at least one question"),
        ({"texts": {"colour": "?"}}, "texts names 'colour', which dash-27 1 does not ask"),
        ({"texts": {"injury": ""}}, "texts: question 'injury' has no words"),
        ({"texts": ["injury"]}, "texts must give questions"),
        ({"hints": {"colour": "?"}}, "hints names 'colour'"),
        ({"valid_from": "soon"}, "valid_from must be a day"),
        ({"valid_until": dt.date(2026, 1, 1)}, "valid_until is before valid_from"),
        ({"confidence": "sure"}, "confidence is not H, M or L"),
        ({"questions": []}, "unknown: questions"),
        ({"version": "1"}, "version '1' of 'dash-27' is also in dash-27.yaml"),
        ({"title": ""}, "title must be words"),
    ],
)
def test_wording_at_fault_is_refused_by_file_and_rule(tmp_path, own, changes, said):
    with pytest.raises(BadInstrument, match=f"^wording.yaml: {said}"):
        register(worded(tmp_path, **changes), own)


def test_a_forces_own_is_asked_where_it_was_chosen_and_only_while_it_holds(tmp_path, own):
    mine = amended(tmp_path, code="force-risk", name="own.yaml", valid_until=LATER)
    assert register(mine, own).variant is Variant.OWN
    choose(by="X", now=NOW, code="force-risk", setting=Setting.SCENE, since=FROM, shipped=SHIPPED, folder=own)
    queries.library.cache_clear()
    after = LATER + dt.timedelta(days=1)
    asked = {
        (setting, day): queries.to_ask(day, setting=setting, relationship="partner").main.code
        for setting in (Setting.SCENE, Setting.HUB)
        for day in (NOW.date(), FROM, after)
    }
    assert asked == {
        (Setting.SCENE, NOW.date()): "dash-27",
        (Setting.SCENE, FROM): "force-risk",
        # it has ended and nothing else was chosen: nobody at a door is left without questions
        (Setting.SCENE, after): "dash-27",
        (Setting.HUB, NOW.date()): "dash-27",
        (Setting.HUB, FROM): "dash-27",
        (Setting.HUB, after): "dash-27",
    }


@pytest.mark.parametrize(
    ("code", "setting", "since", "said"),
    [
        ("nothing", Setting.SCENE, FROM, "no version holds on 2026-12-01"),
        ("stalking-follow-up", Setting.SCENE, FROM, "not one to be chosen for scene"),
        ("dara-structured", Setting.PARTNER_AGENCY, FROM, "not one to be chosen for partner-agency"),
        ("dara-structured", Setting.SCENE, dt.date(2026, 11, 24), "must be today or later"),
    ],
)
def test_what_cannot_be_chosen_is_said(own, code, setting, since, said):
    with pytest.raises(CannotRegister, match=said):
        choose(by="X", now=NOW, code=code, setting=setting, since=since, shipped=SHIPPED, folder=own)
    assert not (own / REGISTER).exists()


ENTRIES = (
    Entry(Deed.REGISTERED, "a", "Éva", NOW, version="1", variant=Variant.OWN, digest="0f"),
    Entry(Deed.ENDED, "a", "Éva", NOW, version="1", day=LATER),
    Entry(Deed.CHOSEN, "a", "Éva", NOW, day=LATER, setting=Setting.HUB),
)


def test_a_register_is_read_as_it_was_written():
    assert read_register("".join(as_line(entry) for entry in ENTRIES), file=REGISTER) == ENTRIES


@pytest.mark.parametrize(
    "line",
    [
        "not json",
        "[]",
        "{}",
        '{"deed": "registered"}',
        as_line(ENTRIES[0]).replace("own", "best"),
        as_line(ENTRIES[1]).replace("2027", "soon"),
        as_line(ENTRIES[1]).replace("+00:00", ""),
        as_line(ENTRIES[2]).replace('"by": "Éva"', '"by": ""'),
        json.dumps(json.loads(as_line(ENTRIES[2])) | {"colour": "red"}),
    ],
)
def test_a_register_at_fault_is_refused_by_its_line(line):
    with pytest.raises(BadInstrument, match=r"^register.jsonl, line 2: not (JSON|an entry of a register)$"):
        read_register(as_line(ENTRIES[0]) + line, file=REGISTER)


def test_a_renamed_question_is_the_same_by_its_factor():
    text = (SHIPPED / "stalking-follow-up.yaml").read_text()
    ours = parse(text, file="f.yaml")
    other = parse(text.replace("code: comes-often", "code: visits"), file="f.yaml")
    assert differences(ours, other) == ()
    answers = text.replace('"no": "No", not-known', '"no": "No", "never": "Never", not-known')
    assert {one.change for one in differences(ours, parse(answers, file="f.yaml"))} == {
        Change.ANSWERED_OTHERWISE
    }
    asked = text.replace("    factor: damage", "    factor: damage\n    applies_to: [family]")
    assert [(one.change, one.code) for one in differences(ours, parse(asked, file="f.yaml"))] == [
        (Change.ASKED_OF_OTHERS, "damage")
    ]


# --- by command --------------------------------------------------------------------------------------


def run(*arguments: str):
    queries.library.cache_clear()
    return CliRunner().invoke(throughline, ["instruments", *arguments])


def test_the_command_line_from_checking_to_asking(tmp_path, own):
    file = str(amended(tmp_path, valid_from=dt.date(2026, 1, 1)))
    bad = tmp_path / "bad.yaml"
    bad.write_text("code: dash-27")
    checked = run("check", file, str(bad))
    assert checked.exit_code == 1
    assert "could be registered as dash-27 1-force, amended; 34 questions" in checked.stdout
    assert "bad.yaml: version is missing" in checked.stderr
    done = run("register", file, "--by", "Chief Inspector Invented")
    assert done.exit_code == 0, done.output
    assert "removed: animals (animals)" in done.stdout
    assert "never changed" in run("register", file, "--by", "X").stderr
    listed = run("list", "--as-of", "2026-11-25").stdout
    line = next(line for line in listed.splitlines() if "1-force" in line)
    assert line.split()[:3] == ["dash-27", "1-force", "amended"]
    assert "by Chief Inspector Invented" in line
    assert "dash-27 1-force:" in run("which", "--setting", "scene", "--relationship", "family").stdout
    assert "ours: Do they scare you?" in run("show", "dash-27").stdout
    assert "no version '7'" in run("show", "dash-27", "7").stderr
    assert run("which", "--setting", "hub", "--relationship", "lodger").exit_code == 1


def test_choosing_and_ending_by_command(tmp_path, own):
    chosen = run("choose", "dara-structured", "--setting", "scene", "--from", "2035-01-01", "--by", "X")
    assert chosen.exit_code == 0, chosen.output
    which = ["which", "--setting", "scene", "--as-of", "2035-01-01", "--relationship"]
    partner = run(*which, "partner", "--kind", "stalking").stdout
    assert "dara-structured 1" in partner
    assert "the force chose it from 2035-01-01" in partner
    assert "As well: stalking-follow-up 1" in partner
    assert run(*which, "family").stdout.startswith("dash-27 1")
    assert run("end", "dash-27", "1", "--last-day", "2035-01-01", "--by", "X").exit_code == 1


def test_without_a_folder_nothing_is_registered(tmp_path, settings):
    settings.THROUGHLINE_INSTRUMENTS = None
    refused = run("register", str(amended(tmp_path)), "--by", "X")
    assert (refused.exit_code, "names no folder" in refused.stderr) == (1, True)
    queries.library.cache_clear()
