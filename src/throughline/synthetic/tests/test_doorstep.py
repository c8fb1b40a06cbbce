"""What officers find at the door, as it is planned: it fits the question sets and the lists, and differs."""

from collections import Counter
from datetime import UTC, date, datetime

from throughline.casework.risk.rules.assessing import ALWAYS, with_always
from throughline.casework.scene.rules import INSTRUMENTS, Section, evidence_problem, reasons_for
from throughline.foundations.instruments.queries import library
from throughline.foundations.instruments.rules import check
from throughline.reference import load
from throughline.synthetic.chance import Chance
from throughline.synthetic.past.attending import answered_so
from throughline.synthetic.past.doorstep import in_short, risk, visit
from throughline.synthetic.past.plan import Call

TODAY = date(2026, 11, 24)
CALL = Call(
    at=datetime(2026, 11, 24, 21, tzinfo=UTC),
    channel="999",
    caller="victim",
    number="07700 900123",
    place="",
    victim=1,
    suspect=2,
    arrived_after=10,
)
MANY = 200


def visits(seed: int = 1):
    chance = Chance(seed, 7)
    return [visit(CALL, chance) for _ in range(MANY)]


def test_the_same_visits_for_the_same_seed():
    assert visits() == visits()
    assert visits() != visits(2)


def test_every_section_is_answered_as_its_questions_allow_and_complete():
    for one in visits():
        for section, answers in one.sections.items():
            check(library().as_of(INSTRUMENTS[Section(section)], TODAY), answers, complete=True)
        assert set(in_short(one).sections) == {"account", "video", "statement"}


def test_what_was_gathered_is_kept_as_a_force_would_keep_it():
    states = Counter()
    for one in visits():
        for gathered in one.gathered:
            fit = [row.code for row in reasons_for(gathered.item, gathered.state, TODAY)]
            assert (
                evidence_problem(
                    gathered.item,
                    gathered.state,
                    gathered.reason,
                    reasons=fit,
                    listened=bool(gathered.exhibit),
                    exhibit=gathered.exhibit,
                )
                is None
            )
            states[gathered.state] += 1
        if not one.injuries:
            assert next(g.state for g in one.gathered if g.item == "photographs") == "not-applicable"
    assert set(states) == {"done", "not-done", "not-applicable", "for-investigator"}
    assert {row.code for row in load("evidence-items").rows} == {
        gathered.item for one in visits() for gathered in one.gathered
    }


def test_whoever_is_not_arrested_has_a_reason_and_all_that_can_be_done_is():
    found = visits()
    assert {one.action for one in found} == {*(row.code for row in load("positive-actions").rows), ""}
    known = {row.code for row in load("no-arrest-reasons").rows}
    for one in found:
        assert set(one.reasons) <= known
        assert bool(one.reasons) == (one.action not in {"arrest", ""})


def test_an_assessment_answers_all_that_is_asked_with_her_words_where_she_has_some():
    chance = Chance(1, 7)
    found = [risk(chance, there=number % 3 != 0, counter=number % 20 == 0) for number in range(MANY)]
    assert {one.how for one in found} == {row.code for row in load("assessment-ways").rows}
    asked = with_always(*(library().as_of(code, TODAY).asked_of("partner") for code in ("dash-27", ALWAYS)))
    for one in found:
        given = answered_so(asked, one)
        check(asked, given, complete=True)
        assert {code for code, words in one.yes.items() if words} == {
            code.removesuffix("-words")
            for code in given
            if code.endswith("-words") and code != "own-view-words" and code.removesuffix("-words") in one.yes
        }
