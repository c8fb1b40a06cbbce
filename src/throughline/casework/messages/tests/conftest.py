"""What tests of messages need: a pair with its case, what she said of texts, and a sending service of this machine."""

from collections.abc import Callable

import pytest
from django.db import transaction

from throughline.casework.cases.models import Case
from throughline.casework.cases.tests.conftest import (  # noqa: F401 (fixtures, found by their names)
    does,
    incident,
    pair,
    seen_whole,
)
from throughline.casework.conftest import NOW
from throughline.casework.messages.rules import message_kinds
from throughline.casework.people.commands.safety import give_safe_contact
from throughline.casework.people.models import Phone
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Role
from throughline.foundations.clock.rules import london_day
from throughline.foundations.instruments.models import Answers
from throughline.foundations.instruments.queries import library
from throughline.foundations.notify.service import Notify
from throughline.synthetic.notify import Post, serving

#: Everything that a text needs her to have said, at any hour.
YES = {
    "means": ["text-message"],
    "others-see-phone": "no",
    "hours-limited": "no",
    "code-word": "no",
    "interpreter": "no",
}


@pytest.fixture
def pair(add):  # noqa: F811
    """Her, with a mobile telephone, and him."""
    return add("Zofia", "Quillfeather", "07700 900123"), add("Bertram", "Ashgrove", "07700 900456", sex="1")


@pytest.fixture
def case(incident, pair):  # noqa: F811
    """The open case of the two."""
    incident(*pair)
    with seen_whole():
        return Case.objects.get(victim=pair[0]).id


@pytest.fixture
def says(accounts, pair) -> Callable:
    """``says(hours-limited="yes", …)``: how she can be reached, of her present number, as she says it now. None: not asked."""

    def said(*, complete=True, now=NOW, **answers):
        by = accounts[Role.OFFICER].actor
        told = YES | {code.replace("_", "-"): answer for code, answer in answers.items()}
        with transaction.atomic():
            set_actor(by)
            before = Answers.objects.filter(subject=pair[0], superseded_by=None).first()
            return give_safe_contact(
                by=by,
                now=now,
                record_id=pair[0],
                instrument=library().as_of("safe-contact", london_day(now)),
                answers={code: answer for code, answer in told.items() if answer is not None},
                complete=complete,
                after=before.id if before else None,
                phone_id=Phone.objects.get(record=pair[0], valid_until=None).id,
            )

    return said


@pytest.fixture
def post():
    """What the sending service holds: the agreed words."""
    return Post.holding({one.code: one.text for one in message_kinds(london_day(NOW))})


@pytest.fixture
def service(post):
    """The client of a service that runs on this machine."""
    with serving(post) as url:
        yield Notify(key=post.key, url=url)
