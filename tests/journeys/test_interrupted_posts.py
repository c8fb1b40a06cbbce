"""Forms that are sent while web workers are killed: each stands exactly once, with its row in the log.

The short form of `benchmarks/interrupted_posts.py`, which kills two hundred workers during five thousand.
"""

import dataclasses
from pathlib import Path

import pytest
from interrupted_posts import adding, found, interrupt, signed_in

from throughline.running.logins import Logins


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    return home


def test_workers_that_are_killed_lose_and_double_nothing(
    transactional_db: None, test_logins: Logins, home: Path
) -> None:
    outcome = interrupt(
        test_logins,
        home,
        session=signed_in(test_logins, home),
        posts=80,
        kills=3,
        seed=1,
        most_seconds=90,
    )
    assert outcome.whole, dataclasses.asdict(outcome)
    assert outcome.kills == 3
    assert outcome.sent_again > 0


def test_a_lost_form_would_be_noticed(transactional_db: None, test_logins: Logins) -> None:
    lost, doubled, without_log = found(test_logins, [adding("Nobody sent this")])
    assert (lost, doubled, without_log) == (1, 0, 1)
