"""What is held of GOV.UK Notify: of the stand-in always, and of the service itself where a test key of it is given.

``THROUGHLINE_NOTIFY_TEST_KEY`` is a key of the kind "test", of a service with a template for texts that is called
``contract`` and says ``((sender)): please ring ((ring)) when it suits you.``
"""

import os
from uuid import uuid4

import pytest

from throughline.foundations.notify.service import Notify, NotTaken, Status, TooBusy, Unreachable
from throughline.synthetic.notify import Post, Trouble, serving

BODY = "((sender)): please ring ((ring)) when it suits you."
GAPS = {"sender": "Parcel depot", "ring": "020 7946 0123"}
KEY = os.environ.get("THROUGHLINE_NOTIFY_TEST_KEY")
LIVE = "https://api.notifications.service.gov.uk"


@pytest.fixture
def post():
    return Post.holding({"contract": BODY})


@pytest.fixture
def stand_in(post):
    with serving(post) as url:
        yield Notify(key=post.key, url=url)


@pytest.fixture(params=["the stand-in", *(["the service"] if KEY else [])])
def notify(request, stand_in):
    if request.param == "the stand-in":
        return stand_in
    request.getfixturevalue("socket_enabled")
    return Notify(key=KEY, url=LIVE)


@pytest.fixture
def send(notify):
    [template] = [one for one in notify.templates() if one.name == "contract"]

    def sent(number="+447700900123", *, gaps=GAPS, template=template.id, reference=None):
        return notify.send_text(number=number, template=template, gaps=gaps, reference=reference or uuid4())

    return sent


def ends(notify, notification):
    """The status once it is no longer under way; a test key's is known within seconds."""
    for _ask in range(20):
        if (status := notify.status(notification)) is not Status.UNDER_WAY:
            return status
    return Status.UNDER_WAY


def test_its_templates_say_what_was_written_there(notify):
    assert BODY in {one.body for one in notify.templates()}


def test_a_text_is_found_by_its_reference(notify, send):
    reference = uuid4()
    taken = send(reference=reference)
    assert notify.taken_as(reference) == taken


def test_a_reference_that_was_never_given_has_none(notify):
    assert notify.taken_as(uuid4()) is None


@pytest.mark.parametrize(
    ("number", "status"),
    [
        ("+447700900123", Status.DELIVERED),
        ("+447700900002", Status.BOUNCED),
        ("+447700900003", Status.LOST),
    ],
)
def test_what_becomes_of_a_text(notify, send, number, status):
    assert ends(notify, send(number)) is status


@pytest.mark.parametrize(
    "wrong",
    [{"number": "+44123"}, {"gaps": {"sender": "Jo"}}, {"template": uuid4()}],
    ids=["no mobile number", "a gap that nothing fills", "no such template"],
)
def test_what_it_refuses_for_good(send, wrong):
    with pytest.raises(NotTaken):
        send(**wrong)


def test_another_key_is_refused_for_now(notify, post):
    """A key is put right by somebody; until then what waits is lost no more than when the service is busy."""
    url = notify._client.base_url
    stranger = Notify(key=f"stranger-{uuid4()}-{uuid4()}", url=url)
    with pytest.raises(TooBusy):
        stranger.templates()


def test_down_is_no_answer(stand_in, post):
    post.trouble = Trouble.DOWN
    with pytest.raises(Unreachable):
        stand_in.templates()


def test_nothing_that_listens_is_no_answer(stand_in):
    with serving(Post.holding({})) as url:
        pass
    with pytest.raises(Unreachable):
        Notify(key=f"gone-{uuid4()}-{uuid4()}", url=url).templates()


def test_a_swallowed_answer_is_no_answer_and_the_text_is_there(stand_in, post):
    [template] = stand_in.templates()
    post.trouble = Trouble.SWALLOWS
    reference = uuid4()
    with pytest.raises(Unreachable):
        stand_in.send_text(number="+447700900123", template=template.id, gaps=GAPS, reference=reference)
    assert stand_in.taken_as(reference) == post.texts[0].id


def test_busy_has_not_taken_it(stand_in, post):
    [template] = stand_in.templates()
    post.trouble = Trouble.BUSY
    with pytest.raises(TooBusy):
        stand_in.send_text(number="+447700900123", template=template.id, gaps=GAPS, reference=uuid4())
    assert post.texts == []


def test_no_error_and_no_log_names_a_number(stand_in, post, caplog):
    [template] = stand_in.templates()
    with caplog.at_level("DEBUG"), pytest.raises(NotTaken) as refused:
        stand_in.send_text(number="+4477009001239", template=template.id, gaps=GAPS, reference=uuid4())
    assert "900123" not in caplog.text
    assert "900123" not in f"{refused.value!r} {refused.value.__context__!r}"
