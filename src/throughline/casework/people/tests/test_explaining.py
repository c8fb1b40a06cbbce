"""Why it may be them, or not: in words and as a waterfall, for whoever may see them, and each look is written."""

import re
from datetime import UTC, date, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from throughline.casework.people.commands.safety import restrict
from throughline.casework.people.rules import RECOGNISER
from throughline.casework.people.rules.waterfall import WIDTH, sides, waterfall
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Role
from throughline.foundations.audit.models import Event
from throughline.linkage.description import Description, Name, Place
from throughline.linkage.explaining import Explanation, explain, steps, strength
from throughline.linkage.features import features
from throughline.linkage.model import load_model
from throughline.linkage.scoring import Reason

NOW = datetime.now(UTC)
PHONE = "07700 900123"
WHY = "/people/search/why/"
HERS = Description(
    names=(Name("Zofia", "", "Quillfeather"),),
    born=date(1991, 5, 4),
    phones=(PHONE,),
    places=(Place("14", "Alma Road", "", "ZT1 0AA"),),
)
SISTER = Description(
    names=(Name("Karen", "", "Quillfeather"),),
    born=date(1988, 2, 9),
    places=(Place("14", "Alma Road", "", "ZT1 0AA"),),
)


def explained(one: Description, other: Description) -> Explanation:
    return explain(features(one), features(other), load_model("live"))


# --- the drawing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("one", "other"), [(HERS, HERS), (HERS, SISTER)], ids=["a match", "a non-match"])
def test_each_bar_begins_where_the_one_before_it_ended(one, other):
    drawing = waterfall(explained(one, other))

    at = drawing.start
    for bar in drawing.bars:
        weight = bar.step.reason.weight
        begins = bar.x if weight >= 0 else bar.x + bar.width
        if abs(weight) > 0.5:
            assert begins == pytest.approx(at, abs=0.2)
        at = bar.end
    assert drawing.total == pytest.approx(at, abs=0.2)


weights = st.lists(st.floats(-40, 40), min_size=1, max_size=9)


@given(weights)
def test_nothing_is_drawn_beyond_the_edge(bits):
    reasons = tuple(Reason("born", "same", "same birth date", weight) for weight in bits)
    drawing = waterfall(Explanation(-16.6, reasons, sum(bits), 0.5, True, True, "1"))

    for bar in drawing.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= WIDTH + 2
        assert bar.y < drawing.height
    assert (drawing.total > drawing.even) == (sum(bits) - 16.6 > 0) or abs(drawing.total - drawing.even) < 0.2


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        (0.4, "says next to nothing"),
        (-0.4, "says next to nothing"),
        (0.5, "weakly for"),
        (-2.0, "clearly against"),
        (5.0, "strongly for"),
        (-10.0, "very strongly against"),
    ],
)
def test_how_strongly_a_weight_speaks(weight, words):
    assert strength(weight) == words


def test_the_strongest_reasons_stand_first_and_the_household_speaks_against_nobody():
    told = sides(steps(explained(HERS, HERS)))

    sizes = [step.reason.weight for step in told["for"]]
    assert sizes == sorted(sizes, reverse=True)
    assert not told["against"]
    assert not told["neither"]
    (taken,) = told["taken"]
    assert (taken.reason.field, taken.words) == ("household", "what everybody of a household shares")
    against = sides(steps(explained(HERS, SISTER)))["against"]
    assert {"different forename"} <= {step.reason.words for step in against}


# --- the page ----------------------------------------------------------------------------------------------


def looks(action: str = "person.view"):
    set_actor(RECOGNISER)
    return list(Event.objects.filter(action=action, kind="look").order_by("id"))


def on_business(client, *record_ids):
    """The client, having said why it looks at these records."""
    session = client.session
    session["purposes"] = {str(one): "call" for one in record_ids}
    session.save()
    return client


def asked(client, who, record_id, **more):
    return client.post(WHY, {"who": who, "enquiry": str(uuid4()), "explain": str(record_id), **more})


@pytest.mark.django_db
@pytest.mark.usefixtures("plain_static_files")
class TestThePage:
    def test_a_match_in_words_first_then_drawn_then_as_a_table(self, signed_in, add):
        her = add("Zofia", "Quillfeather", PHONE)
        page = asked(signed_in(Role.CALL_HANDLER), f"Sofia Quilfeather {PHONE}", her).content.decode()

        assert "More likely one person than not" in page
        words, drawing, table = (
            page.index(one)
            for one in ("same mobile: <b>", "throughline-waterfall__drawing", "The same in numbers")
        )
        assert words < drawing < table
        assert re.search(r"same mobile: <b>(very )?strongly for</b>", page)
        assert '<title id="waterfall-title">' in page
        assert re.search(r'<desc id="waterfall-desc">It begins at -\d+', page)
        assert looks()[-1].subjects == [her]
        assert looks()[-1].purpose == "call"

    def test_a_non_match_says_what_speaks_against(self, signed_in, add):
        her = add("Zofia", "Quillfeather", PHONE)
        page = asked(signed_in(Role.OFFICER), "Bartholomew Crane 07700 900999", her).content.decode()

        assert "Not taken for one person" in page
        assert "different surname: <b>clearly against</b>" in page
        assert "share too little for a search" in page

    def test_what_was_typed_goes_back_in_a_body_and_never_in_an_address(self, signed_in, add):
        her = add("Zofia", "Quillfeather", PHONE)
        client = signed_in(Role.CALL_HANDLER)
        page = asked(client, "Zofia <b> Quillfeather", her, surname="Quill").content.decode()

        assert '<input type="hidden" name="who" value="Zofia &lt;b&gt; Quillfeather">' in page
        assert '<input type="hidden" name="surname" value="Quill">' in page
        assert not re.search(r'(href|action)="[^"]*(Zofia|Quill)', page)
        assert client.get(WHY).status_code == 405

    def test_the_search_page_leads_there(self, signed_in, add):
        her = add("Zofia", "Quillfeather", PHONE)
        page = signed_in(Role.OFFICER).post("/people/search/", {"who": PHONE, "enquiry": str(uuid4())})

        assert f'name="explain" value="{her}" formaction="{WHY}"' in page.content.decode()

    def test_nothing_said_is_explained_as_nothing(self, signed_in, add):
        page = asked(signed_in(Role.OFFICER), "", add("Zofia", "Quillfeather", PHONE)).content.decode()

        assert "Nothing that both say can be compared" in page

    def test_one_out_of_sight_is_refused_like_one_who_is_not_there(self, signed_in, accounts, add):
        her, other = add("Zofia", "Quillfeather", PHONE), add("Zofia", "Quilfeather", PHONE)
        supervisor = accounts[Role.SUPERVISOR].actor
        set_actor(supervisor)
        restrict(by=supervisor, now=NOW, record_id=her, reason="honour-based")

        handler = on_business(signed_in(Role.CALL_HANDLER), other, her)
        before = len(looks())
        for response in (
            asked(handler, PHONE, her),
            asked(handler, PHONE, uuid4()),
            handler.get(f"/people/{her}/beside/{other}/"),
            handler.get(f"/people/{other}/beside/{her}/"),
        ):
            assert response.status_code == 404
            assert b"Quil" not in response.content
        assert len(looks()) == before
        desk = on_business(signed_in(Role.DESK), other, her)
        assert asked(desk, PHONE, her).status_code == 200
        assert desk.get(f"/people/{other}/beside/{her}/").status_code == 200

    def test_two_records_give_the_same_answer_both_ways_round(self, signed_in, add):
        her, other = add("Zofia", "Quillfeather", PHONE), add("Karen", "Quillfeather", "07700 900555")
        client = on_business(signed_in(Role.INVESTIGATOR), her, other)
        there, back = (client.get(f"/people/{a}/beside/{b}/") for a, b in ((her, other), (other, her)))

        weights = [re.findall(r"numeric\">([+-]\d+\.\d)</td>", one.content.decode()) for one in (there, back)]
        assert weights[0] == weights[1]
        assert len(weights[0]) > 4
        assert set(looks()[-1].subjects) == {her, other}
        assert client.get(f"/people/{her}/beside/{her}/").status_code == 302

    def test_who_has_not_said_why_is_asked_first(self, signed_in, add):
        her, other = add("Zofia", "Quillfeather", PHONE), add("Karen", "Quillfeather", "07700 900555")

        response = signed_in(Role.OFFICER).get(f"/people/{her}/beside/{other}/")
        assert response.status_code == 302
        assert response["Location"].endswith(f"/people/{her}/purpose/")

    def test_nobody_without_business_with_people_reads_it(self, signed_in, add):
        assert asked(signed_in(Role.ANALYST), PHONE, add("Zofia", "Quillfeather", PHONE)).status_code == 403
