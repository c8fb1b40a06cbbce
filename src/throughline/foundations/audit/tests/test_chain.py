"""The chain of hashes: whole when untouched, and the first wrong row named when not."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from throughline.foundations.audit.rules import Checkpoint, Entry, Link, extend, first_fault

START = datetime(2026, 11, 3, 2, 0, tzinfo=UTC)


def entry(number: int) -> Entry:
    return Entry(
        id=number,
        at=START + timedelta(seconds=number),
        xact=1000 + number,
        actor=UUID(int=7),
        role="call-handler",
        kind="look",
        action="person.view",
        purpose="call",
        subjects=(UUID(int=number),),
        detail={"n": number},
    )


def log(length: int) -> list[tuple[Link, Entry | None]]:
    entries = [entry(number) for number in range(1, length + 1)]
    return list(zip(extend(None, entries), entries, strict=True))


CHANGES = {
    "id": lambda one: replace(one, id=one.id + 500),
    "at": lambda one: replace(one, at=one.at + timedelta(microseconds=1)),
    "xact": lambda one: replace(one, xact=one.xact + 1),
    "actor": lambda one: replace(one, actor=UUID(int=8)),
    "role": lambda one: replace(one, role="auditor"),
    "kind": lambda one: replace(one, kind="write"),
    "action": lambda one: replace(one, action="person.add"),
    "purpose": lambda one: replace(one, purpose=""),
    "subjects": lambda one: replace(one, subjects=()),
    "detail": lambda one: replace(one, detail={}),
}


def test_an_untouched_log_is_whole() -> None:
    chain = log(50)
    marks = [Checkpoint(link.number, link.hash) for link, _ in chain[::10]]
    assert first_fault(chain, marks) is None
    assert first_fault([]) is None


@given(st.integers(1, 30), st.data())
def test_it_can_be_sealed_in_any_portions(length: int, data: st.DataObject) -> None:
    entries = [entry(number) for number in range(1, length + 1)]
    cut = data.draw(st.integers(0, length))
    first = list(extend(None, entries[:cut]))
    rest = extend(first[-1] if first else None, entries[cut:])
    assert first + list(rest) == list(extend(None, entries))


@given(st.integers(1, 30), st.data())
def test_a_changed_event_is_named(length: int, data: st.DataObject) -> None:
    chain = log(length)
    at = data.draw(st.integers(0, length - 1))
    link, one = chain[at]
    chain[at] = (link, CHANGES[data.draw(st.sampled_from(sorted(CHANGES)))](one))
    fault = first_fault(chain)
    assert fault is not None
    assert fault.number == at + 1


@given(st.integers(2, 30), st.data())
def test_a_missing_event_or_seal_is_named(length: int, data: st.DataObject) -> None:
    chain = log(length)
    at = data.draw(st.integers(0, length - 2))
    without_event = [*chain]
    without_event[at] = (chain[at][0], None)
    without_seal = chain[:at] + chain[at + 1 :]
    for spoilt in (without_event, without_seal):
        fault = first_fault(spoilt)
        assert fault is not None
        assert fault.number == at + 1


@given(st.integers(2, 30), st.data())
def test_a_cut_end_and_a_rewritten_chain_are_told_by_a_checkpoint(length: int, data: st.DataObject) -> None:
    chain = log(length)
    mark = Checkpoint(chain[-1][0].number, chain[-1][0].hash)
    kept = data.draw(st.integers(0, length - 1))
    cut = first_fault(chain[:kept], [mark])
    assert cut is not None
    assert cut.what == "the end of the log was cut off"
    entries = [replace(one, role="auditor") for _, one in chain if one]
    rewritten = list(zip(extend(None, entries), entries, strict=True))
    assert first_fault(rewritten) is None
    fault = first_fault(rewritten, [mark])
    assert fault is not None
    assert fault.what == "the chain was rewritten before a checkpoint"


def test_swapped_events_are_named() -> None:
    chain = log(9)
    (one, first), (two, second) = chain[3], chain[4]
    chain[3], chain[4] = (one, second), (two, first)
    fault = first_fault(chain)
    assert fault is not None
    assert fault.number == 4
    assert str(fault) == "an event or its seal was changed (seal 4 event 4)"
