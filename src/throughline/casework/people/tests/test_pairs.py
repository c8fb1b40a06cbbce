"""Records that may be of one person: proposed by the engine, read by people, and how right the proposals were."""

import json
import re
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from click.testing import CliRunner
from django.db import transaction

from throughline.casework.people.cli import people
from throughline.casework.people.commands import identities, pairs
from throughline.casework.people.commands.pairs import join, propose, read_pair
from throughline.casework.people.commands.recognition import read_match
from throughline.casework.people.commands.recording import relate
from throughline.casework.people.commands.retention import erase
from throughline.casework.people.commands.safety import restrict
from throughline.casework.people.models import Features as Packed
from throughline.casework.people.models import Identity, IdentityLink, Key, Match, Pair, PairRun, Record
from throughline.casework.people.queries.pairs import ASKED, SECOND, UNSURE, figures, queue
from throughline.casework.people.queries.searching import model, record_model, search
from throughline.casework.people.rules import RECOGNISER, Conflict, Malformed
from throughline.casework.people.rules.pairs import Band, Choice, band_of, floor
from throughline.casework.people.tasks import call_for_readers, look_for_pairs
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Refused, Role
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.decisions.models import Decision, Review
from throughline.foundations.duties.models import Duty
from throughline.linkage.explaining import explain
from throughline.linkage.features import unpack
from throughline.linkage.scraps import read_scraps

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]

NOW = datetime.now(UTC)
PHONE = "07700 900123"
BORN = date(1991, 5, 4)
CERTAIN = {"recall_at_p95": -2.0, "recall_at_p99": 1.5, "recall_at_p999": 6.0}


@pytest.fixture
def to_act(accounts):
    """Become somebody of a role in the test's own transaction."""

    def act(role: Role):
        set_actor(accounts[role].actor)
        return accounts[role].actor

    return act


@pytest.fixture
def twice(add):
    """One woman on record twice, and her sister, who shares the home and the surname."""
    return (
        add("Zofia", "Quillfeather", PHONE, born=BORN),
        add("Sofia", "Quilfeather", PHONE, born=BORN),
        add("Karen", "Quillfeather", "07700 900777", born=date(1988, 2, 9)),
    )


@pytest.fixture
def found(twice, to_act):
    """The pair of the two records of one woman, as a walk found it."""
    propose(now=NOW)
    to_act(Role.INTELLIGENCE)
    return pair_of(*twice[:2])


def pair_of(one: UUID, other: UUID) -> Pair:
    first, second = sorted((one, other))
    return Pair.objects.get(record=first, other=second)


def says(by, pair: Pair, choice: str, reason: str, **more):
    read = {"pair_id": pair.id, "choice": Choice(choice), "reason": reason, "seen": pair.read_at, **more}
    pair = read_pair(by=by, now=NOW, **read)
    pair.refresh_from_db()
    return pair


# --- finding ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("certainty", "band"),
    [(6.0, "nearly-certain"), (5.9, "probable"), (1.4, "possible"), (-2.0, "possible"), (-2.1, "unlikely")],
)
def test_bands_are_those_of_the_models_thresholds(certainty, band):
    assert band_of(certainty, CERTAIN) == band
    assert floor(CERTAIN) == -6.0


@pytest.mark.parametrize(("certainty", "band"), [(9.0, "possible"), (1.4, "possible"), (-2.1, "unlikely")])
def test_two_who_are_related_on_record_are_possible_at_most(certainty, band):
    assert band_of(certainty, CERTAIN, related=True) == band


def test_two_records_of_one_woman_are_proposed_and_her_sister_is_not_nearly_certain(twice, to_act):
    run = propose(now=NOW)

    to_act(Role.DESK)
    assert run.finished_at
    assert run.records == 3
    assert pair_of(*twice[:2]).band == Band.NEARLY_CERTAIN
    others = Pair.objects.exclude(id=pair_of(*twice[:2]).id)
    assert all(one.certainty < pair_of(*twice[:2]).certainty for one in others)
    assert run.found == Pair.objects.count()


def test_father_and_son_of_one_name_who_are_related_on_record_are_possible_at_most(add, to_act, signed_in):
    father = add("Alan George", "Pritchard", PHONE, born=date(1958, 1, 30), sex="1")
    son = add("Alan George", "Pritchard", PHONE, born=date(1986, 10, 12), sex="1")
    propose(now=NOW)
    to_act(Role.INTELLIGENCE)
    pair = pair_of(father, son)
    assert pair.band == Band.NEARLY_CERTAIN
    page = f"/people/pairs/{pair.id}/"
    assert "On record they are two people" not in signed_in(Role.INTELLIGENCE).get(page).content.decode()

    relate(by=to_act(Role.OFFICER), now=NOW, record_id=father, other_id=son, kind="child")
    propose(now=NOW)

    to_act(Role.INTELLIGENCE)
    pair.refresh_from_db()
    assert pair.band == Band.POSSIBLE
    assert pair.certainty >= CERTAIN["recall_at_p999"]
    read = signed_in(Role.INTELLIGENCE).get(page).content.decode()
    assert "On record they are two people" in read
    assert "Son or daughter" in read


def test_the_same_walk_again_finds_nothing_new_and_keeps_what_was_said(found, to_act):
    says(to_act(Role.INTELLIGENCE), found, "apart", "apart-details-differ")
    before = list(Pair.objects.order_by("id").values_list("id", "state", "certainty"))

    again = propose(now=NOW + timedelta(days=1))

    to_act(Role.INTELLIGENCE)
    assert again.found == 0
    assert list(Pair.objects.order_by("id").values_list("id", "state", "certainty")) == before


def test_a_walk_that_was_stopped_goes_on_where_it_was(twice, to_act, monkeypatch):
    monkeypatch.setattr(pairs, "CHUNK", 1)
    told = []

    def stop(far):
        told.append(far)
        if len(told) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        propose(now=NOW, say=stop)
    to_act(Role.DESK)
    stopped = PairRun.objects.get()
    assert stopped.records == 2
    assert stopped.finished_at is None

    run = propose(now=NOW, say=told.append)

    assert run.id == stopped.id
    assert [far.records for far in told] == [1, 2, 3, 3]
    assert {far.of for far in told} == {3}
    assert run.finished_at
    to_act(Role.DESK)
    assert pair_of(*twice[:2]).run_id == run.id


def test_what_is_no_longer_found_and_nobody_has_read_goes(found, twice, to_act):
    first, second = sorted((twice[0], twice[2]))
    run = found.run
    with acting(RECOGNISER):
        record(RECOGNISER, Event.Kind.WRITE, "test")
        Pair.objects.filter(record=first, other=second).delete()
        gone = {"certainty": 9.0, "band": Band.PROBABLE, "model_version": "1", "run": run, "found_at": NOW}
        once_found = Pair.objects.create(record_id=first, other_id=second, **gone)
        # what was known of her sister then is known no more
        Key.objects.filter(record=twice[2]).delete()
        Packed.objects.filter(record=twice[2]).delete()

    propose(now=NOW)

    to_act(Role.INTELLIGENCE)
    assert not Pair.objects.filter(id=once_found.id).exists()
    assert Pair.objects.filter(id=found.id).exists()


def test_what_is_held_to_be_one_person_already_is_not_proposed(twice, to_act):
    identities.merge(
        by=to_act(Role.DESK), now=NOW, record_id=twice[0], into_id=twice[1], reason="merge-said-so"
    )

    propose(now=NOW)

    to_act(Role.DESK)
    assert not Pair.objects.filter(record__in=twice[:2], other__in=twice[:2]).exists()


def asked_about(actor, reading: str, *ids: UUID, enquiry: UUID):
    heard = read_scraps(f"Quillfeather {PHONE} 14 Alma Road ZT1 0AA", today=NOW.date())
    answer = search(actor, heard, today=NOW.date())
    for one in answer.found:
        if one.record_id in ids:
            with transaction.atomic():
                set_actor(actor)
                read_match(
                    by=actor,
                    now=NOW,
                    enquiry_id=enquiry,
                    heard=heard,
                    found=one,
                    reading=Match.Reading(reading),
                )


def test_what_whoever_asked_left_open_comes_to_be_read(twice, to_act):
    handler, enquiry = to_act(Role.CALL_HANDLER), uuid4()

    asked_about(handler, "unconfirmed", *twice[:2], enquiry=enquiry)
    left = pair_of(*twice[:2])
    assert left.asked
    assert left.run is None

    asked_about(handler, "rejected", twice[1], enquiry=enquiry)
    assert not Pair.objects.exists()


def test_one_who_was_rejected_alone_makes_no_pair(twice, to_act):
    asked_about(to_act(Role.CALL_HANDLER), "rejected", *twice[:2], enquiry=uuid4())
    assert not Pair.objects.exists()


def test_the_worker_walks_a_chunk_at_a_time_and_again_after_a_week(twice, to_act, monkeypatch):
    monkeypatch.setattr(pairs, "CHUNK", 2)
    walked = [look_for_pairs(now=NOW) for _ in range(4)]
    # the third finds nobody left and ends the walk; the fourth does not begin another
    assert walked == [2, 1, 0, 0]
    to_act(Role.INTELLIGENCE)
    assert PairRun.objects.get().finished_at == NOW
    assert pair_of(*twice[:2]).band == Band.NEARLY_CERTAIN

    assert look_for_pairs(now=NOW + pairs.AGAIN_AFTER - timedelta(seconds=1)) == 0
    assert look_for_pairs(now=NOW + pairs.AGAIN_AFTER) == 2
    assert PairRun.objects.count() == 2


def test_the_worker_goes_on_with_a_walk_that_was_begun_by_hand(twice, to_act, monkeypatch):
    monkeypatch.setattr(pairs, "CHUNK", 2)

    def stop(far):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        propose(now=NOW, say=stop)
    assert look_for_pairs(now=NOW) == 1
    assert PairRun.objects.get().records == 3


def test_a_pair_is_weighed_by_the_model_of_records_among_themselves(found, twice, to_act):
    first, second = (unpack(bytes(Packed.objects.get(record=one).packed)) for one in sorted(twice[:2]))
    by_records, as_a_call = (explain(first, second, one).certainty for one in (record_model(), model()))
    assert found.model_version.startswith("batch ")
    assert found.certainty == pytest.approx(by_records)
    assert found.certainty != pytest.approx(as_a_call)


# --- on whose list it is -----------------------------------------------------------------------------------------


def owed() -> list[tuple[str, UUID, list[str]]]:
    """Every duty to read a pair that is open: the role, the pair and why."""
    with acting(RECOGNISER):
        duties = Duty.objects.filter(kind=pairs.DUTY, discharged_at=None).order_by("opened_at", "about")
        return [(one.role, one.about, one.causes) for one in duties]


def test_what_waits_is_on_the_list_of_intelligence_until_it_is_read(found, twice, to_act, signed_in):
    assert call_for_readers(now=NOW) == Pair.objects.count()
    assert ("intelligence-desk", found.id, ["pair-found"]) in owed()
    assert call_for_readers(now=NOW) == 0

    to_act(Role.INTELLIGENCE)
    duty = Duty.objects.get(about=found.id)
    assert duty.due_at > NOW + timedelta(days=13)
    page = signed_in(Role.INTELLIGENCE).get(f"/duties/{duty.id}/").content.decode()
    assert f"/people/pairs/{found.id}/" in page

    says(to_act(Role.INTELLIGENCE), found, "unsure", "unsure-too-little")
    duty.refresh_from_db()
    assert (duty.outcome, duty.discharged_at) == ("unsure", NOW)
    # it waits still, for whoever learns more: nobody is asked again
    call_for_readers(now=NOW)
    assert found.id not in {pair for _, pair, _ in owed()}


def test_what_waits_no_longer_leaves_the_list(found, twice, to_act):
    call_for_readers(now=NOW)
    by = to_act(Role.INTELLIGENCE)
    identities.merge(by=by, now=NOW, record_id=twice[1], into_id=twice[0], reason="merge-said-so")
    call_for_readers(now=NOW)
    assert found.id not in {pair for _, pair, _ in owed()}
    to_act(Role.INTELLIGENCE)
    assert Duty.objects.get(about=found.id).outcome == "no-longer-needed"


def test_a_pair_of_a_restricted_record_is_the_desks_and_then_a_second_persons(found, twice, to_act):
    call_for_readers(now=NOW)
    restrict(by=to_act(Role.SUPERVISOR), now=NOW, record_id=twice[0], reason="honour-based")
    call_for_readers(now=NOW)
    assert ("restricted-records-desk", found.id, ["pair-found"]) in owed()
    to_act(Role.INTELLIGENCE)
    assert not Duty.objects.filter(about=found.id, discharged_at=None).exists()

    says(to_act(Role.DESK), found, "join", "merge-said-so")
    call_for_readers(now=NOW)
    assert ("restricted-records-desk", found.id, ["second-reader"]) in owed()


def test_so_many_of_every_band_are_on_the_list_at_once_and_of_the_lowest_a_sample(to_act, monkeypatch):
    by = to_act(Role.INTELLIGENCE)
    monkeypatch.setattr(pairs, "AT_ONCE", 2)
    monkeypatch.setattr(pairs, "SAMPLE", 2)
    counted(to_act, (Band.PROBABLE, 0, 0, 5), (Band.UNLIKELY, 0, 0, 5))
    to_act(Role.INTELLIGENCE)

    def of_bands():
        bands = Counter(Pair.objects.get(id=pair).band for _, pair, _ in owed())
        return bands[Band.PROBABLE], bands[Band.UNLIKELY]

    call_for_readers(now=NOW)
    to_act(Role.INTELLIGENCE)
    assert of_bands() == (2, 2)
    # those that are first by chance, as in the queue
    first = [line.pair.id for line in queue(by, Band.PROBABLE).lines[:2]]
    assert set(first) <= {pair for _, pair, _ in owed()}
    for _, pair, _ in owed():
        says(by, Pair.objects.get(id=pair), "apart", "apart-details-differ")
    call_for_readers(now=NOW)
    to_act(Role.INTELLIGENCE)
    assert of_bands() == (2, 0)


# --- reading ----------------------------------------------------------------------------------------------------


def test_joined_by_a_link_alone_and_parting_restores_it(found, twice, to_act):
    by = to_act(Role.INTELLIGENCE)
    pair = says(by, found, "join", "merge-details-agree", words="Same phone and birth date")

    assert pair.state == Pair.State.JOINED
    assert set(identities.held_together(twice[0])) == set(twice[:2])
    assert Decision.objects.filter(kind="merge").count() == 1
    assert Decision.objects.get(kind="pair").words == "Same phone and birth date"

    identities.part(by=by, now=NOW, record_id=twice[1], reason="part-details-differ")

    pair.refresh_from_db()
    assert pair.state == Pair.State.APART
    assert identities.held_together(twice[0]) == [twice[0]]


def test_kept_apart_or_unsure_changes_no_link(found, twice, to_act):
    by = to_act(Role.SUPERVISOR)
    for choice, reason, state in (
        ("unsure", "unsure-too-little", Pair.State.UNSURE),
        ("apart", "apart-same-household", Pair.State.APART),
    ):
        found = says(by, found, choice, reason)
        assert found.state == state
        assert identities.held_together(twice[0]) == [twice[0]]


def test_a_pair_that_somebody_read_meanwhile_is_not_read_over(found, to_act):
    by = to_act(Role.INTELLIGENCE)
    says(by, found, "unsure", "unsure-too-little")

    with pytest.raises(Conflict):
        read_pair(
            by=by, now=NOW, pair_id=found.id, choice=Choice.APART, reason="apart-chance", seen=found.read_at
        )


@pytest.mark.parametrize("reason", ["merge-details-agree", "no-such-reason", ""])
def test_a_reason_is_of_its_choice(found, to_act, reason):
    with pytest.raises(Malformed, match="reason"):
        says(to_act(Role.INTELLIGENCE), found, "apart", reason)


def test_joining_does_not_hold_together_what_somebody_kept_apart(found, twice, add, to_act):
    third = add("Zofia", "Quillfeather", PHONE, born=BORN)
    propose(now=NOW)
    by = to_act(Role.INTELLIGENCE)
    says(by, pair_of(twice[0], third), "apart", "apart-two-documents")
    says(by, pair_of(twice[0], twice[1]), "join", "merge-said-so")

    with pytest.raises(Malformed, match="kept apart"):
        says(by, pair_of(twice[1], third), "join", "merge-said-so")
    assert third not in identities.held_together(twice[0])


def test_what_a_join_answers_besides_waits_no_longer(found, twice, add, to_act):
    third = add("Zofia", "Quillfeather", PHONE, born=BORN)
    propose(now=NOW)
    by = to_act(Role.INTELLIGENCE)
    says(by, pair_of(twice[0], third), "join", "merge-said-so")
    says(by, pair_of(twice[0], twice[1]), "join", "merge-said-so")

    assert pair_of(twice[1], third).state == Pair.State.JOINED


class TestARestrictedRecord:
    @pytest.fixture(autouse=True)
    def restricted(self, found, twice, to_act):
        restrict(by=to_act(Role.SUPERVISOR), now=NOW, record_id=twice[0], reason="honour-based")

    @pytest.fixture
    def another_of_the_desk(self, accounts):
        """A second member of the desk."""
        first = accounts[Role.DESK]
        return User.objects.create_user(
            "second", name="The other", role=Role.DESK.value, team=first.team, made_at=NOW
        ).actor

    def test_is_in_nobodys_queue_but_the_desks(self, found, to_act):
        intelligence = to_act(Role.INTELLIGENCE)
        assert not Pair.objects.filter(id=found.id).exists()
        with pytest.raises(Refused):
            says(intelligence, found, "join", "merge-said-so")
        assert queue(to_act(Role.DESK), Band.NEARLY_CERTAIN).lines

    def test_takes_two_persons_to_join(self, found, twice, to_act, another_of_the_desk):
        desk = to_act(Role.DESK)
        pair = says(desk, found, "join", "merge-said-so")
        assert pair.state == Pair.State.SECOND
        assert identities.held_together(twice[0]) == [twice[0]]
        assert queue(desk, SECOND).waiting[SECOND] == 1

        with pytest.raises(Refused, match="the first does not decide twice"), transaction.atomic():
            says(desk, pair, "join", "merge-said-so")

        set_actor(another_of_the_desk)
        pair = says(another_of_the_desk, pair, "join", "merge-known")
        assert pair.state == Pair.State.JOINED
        assert set(identities.held_together(twice[0])) == set(twice[:2])
        assert Review.objects.get().agreed

    def test_takes_two_also_where_only_a_record_joined_before_is_restricted(
        self, twice, add, to_act, another_of_the_desk
    ):
        third = add("Zofia", "Quillfeather", PHONE, born=BORN)
        again = {"into_id": twice[1], "reason": "merge-said-so"}
        join(by=to_act(Role.DESK), now=NOW, record_id=twice[0], **again)
        set_actor(another_of_the_desk)
        join(by=another_of_the_desk, now=NOW, record_id=twice[0], **again)
        assert join(by=to_act(Role.DESK), now=NOW, record_id=third, **again) == Pair.State.SECOND

    def test_whoever_spoke_first_is_told_that_somebody_else_must_and_is_asked_nothing(
        self, found, to_act, signed_in, another_of_the_desk
    ):
        says(to_act(Role.DESK), found, "join", "merge-said-so")
        page = signed_in(Role.DESK).get(f"/people/pairs/{found.id}/").content.decode()
        assert "It waits for a second person of the desk" in page
        assert 'name="reason"' not in page

    def test_two_who_differ_leave_it_unsure(self, found, twice, to_act, another_of_the_desk):
        pair = says(to_act(Role.DESK), found, "join", "merge-said-so")
        set_actor(another_of_the_desk)
        pair = says(another_of_the_desk, pair, "apart", "apart-two-documents", words="Two passports")

        assert pair.state == Pair.State.UNSURE
        assert identities.held_together(twice[0]) == [twice[0]]
        assert not Review.objects.get().agreed
        assert queue(another_of_the_desk, UNSURE).waiting[UNSURE] == 1

    def test_found_by_hand_takes_two_persons_as_well(self, twice, to_act, another_of_the_desk):
        both = {"record_id": twice[0], "into_id": twice[2], "reason": "merge-said-so"}
        assert join(by=to_act(Role.DESK), now=NOW, **both) == Pair.State.SECOND
        assert identities.held_together(twice[0]) == [twice[0]]
        set_actor(another_of_the_desk)
        assert join(by=another_of_the_desk, now=NOW, **both) == Pair.State.JOINED
        assert set(identities.held_together(twice[0])) == {twice[0], twice[2]}


def test_erasing_a_person_takes_their_pairs(found, twice, to_act):
    erase(by=to_act(Role.DESK), now=NOW, record_id=twice[0], reason="erase-asked")
    to_act(Role.DESK)
    assert not Pair.objects.filter(id=found.id).exists()


# --- the pages --------------------------------------------------------------------------------------------------


def looked_at(action: str) -> set[UUID]:
    set_actor(RECOGNISER)
    return {one for event in Event.objects.filter(action=action, kind="look") for one in event.subjects}


def test_the_queue_before_anybody_has_looked_says_so(signed_in):
    page = signed_in(Role.INTELLIGENCE).get("/people/pairs/").content.decode()
    assert "has not been walked through for pairs yet" in page
    assert "None waits." in page
    assert "not known yet" in page


def test_the_queue_leads_to_pairs_by_opaque_ids_and_the_look_is_written(found, twice, signed_in):
    page = signed_in(Role.INTELLIGENCE).get("/people/pairs/").content.decode()

    assert f'href="/people/pairs/{found.id}/"' in page
    assert "Quilfeather" in page
    assert set(twice[:2]) <= looked_at("identity.merge")


def test_side_by_side_with_what_differs_marked_and_weights_in_words(found, twice, signed_in):
    page = signed_in(Role.INTELLIGENCE).get(f"/people/pairs/{found.id}/").content.decode()

    assert re.search(r"throughline-differs\">\s*<th[^>]*>Names", page)
    assert not re.search(r"throughline-differs\">\s*<th[^>]*>Phones", page)
    assert re.search(r"same mobile: <b>(very )?strongly for</b>", page)
    assert set(twice[:2]) <= looked_at("person.view")
    assert 'name="seen"' in page


def test_saying_it_leads_to_the_next(found, twice, signed_in, to_act):
    client = signed_in(Role.INTELLIGENCE)
    response = client.post(
        f"/people/pairs/{found.id}/",
        {"reason": "merge-said-so", "words": "", "seen": "", "kind": "nearly-certain"},
    )
    assert response.status_code == 302
    to_act(Role.INTELLIGENCE)
    found.refresh_from_db()
    assert found.state == Pair.State.JOINED
    assert "can be parted again" in client.get("/people/pairs/").content.decode()


def test_without_a_reason_nothing_is_lost_and_the_field_is_named(found, signed_in):
    response = signed_in(Role.INTELLIGENCE).post(
        f"/people/pairs/{found.id}/", {"words": "She <i>said</i> so", "seen": "", "kind": "probable"}
    )
    page = response.content.decode()
    assert "There is a problem" in page
    assert "She &lt;i&gt;said&lt;/i&gt; so" in page


def test_a_page_that_was_overtaken_says_so_and_keeps_the_words(found, signed_in, to_act):
    says(to_act(Role.SUPERVISOR), found, "unsure", "unsure-too-little")
    page = (
        signed_in(Role.INTELLIGENCE)
        .post(f"/people/pairs/{found.id}/", {"reason": "merge-said-so", "words": "Mine", "seen": ""})
        .content.decode()
    )
    assert "Somebody else has changed this meanwhile" in page
    assert "Mine" in page


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ANALYST, Role.HUB])
def test_who_does_not_join_records_does_not_read_the_queue(found, signed_in, role):
    client = signed_in(role)
    assert client.get("/people/pairs/").status_code == 403
    assert client.get(f"/people/pairs/{found.id}/").status_code == 403


# --- how right ---------------------------------------------------------------------------------------------------


def counted(to_act, *of_bands: tuple[Band, int, int, int], asked: int = 0):
    """So many pairs of bands: joined, apart and open."""
    set_actor(RECOGNISER)
    record(RECOGNISER, Event.Kind.WRITE, "test")
    run = PairRun.objects.create(model_version="1", started_at=NOW, finished_at=NOW)
    states = [
        (band, state, False)
        for band, *many in of_bands
        for state, times in zip((Pair.State.JOINED, Pair.State.APART, Pair.State.OPEN), many, strict=True)
        for _ in range(times)
    ] + [(Band.POSSIBLE, Pair.State.JOINED, True)] * asked
    ids = sorted(uuid4() for _ in range(2 * len(states)))
    made = {"source": "test", "made_at": NOW, "review_on": NOW.date()}
    Record.objects.bulk_create(Record(id=one, source_ref=str(one), **made) for one in ids)
    identities_of = Identity.objects.bulk_create(Identity() for _ in ids)
    IdentityLink.objects.bulk_create(
        IdentityLink(record_id=one, identity=identity, valid_from=NOW, made_by=RECOGNISER.id)
        for one, identity in zip(ids, identities_of, strict=True)
    )
    Pair.objects.bulk_create(
        Pair(
            record_id=ids[2 * at],
            other_id=ids[2 * at + 1],
            certainty=0,
            band=band,
            model_version="1",
            run=run,
            asked=of_asked,
            found_at=NOW,
            state=state,
        )
        for at, (band, state, of_asked) in enumerate(states)
    )


READ = (
    (Band.NEARLY_CERTAIN, 19, 1, 80),
    (Band.PROBABLE, 8, 2, 10),
    (Band.POSSIBLE, 5, 5, 20),
    (Band.UNLIKELY, 1, 19, 180),
)


def test_precision_and_recall_count_each_band_by_its_size(to_act):
    counted(to_act, *READ, asked=7)

    found = figures(to_act(Role.INTELLIGENCE))

    so = [0.95 * 100, 0.8 * 20, 0.5 * 30, 0.05 * 200]
    assert found.precision is not None
    assert found.recall is not None
    assert found.precision.share == pytest.approx(sum(so[:3]) / 150)
    assert found.recall.share == pytest.approx(sum(so[:3]) / sum(so))
    assert found.precision.low < found.precision.share < found.precision.high
    assert found.recall.low < found.recall.share < found.recall.high
    assert [one.size for one in found.bands] == [100, 20, 30, 200]


def test_neither_is_told_before_some_of_every_band_were_read(to_act):
    counted(to_act, *READ[:3], (Band.UNLIKELY, 0, 0, 5))

    found = figures(to_act(Role.INTELLIGENCE))
    assert found.precision is not None
    assert found.recall is None


def test_the_page_says_what_recall_cannot_know(to_act, signed_in):
    counted(to_act, *READ)
    page = signed_in(Role.SUPERVISOR).get("/people/pairs/").content.decode()
    assert "nobody can know from here how many there are" in page
    assert re.search(r"0\.840 <span[^>]*>\(0\.\d{3}–0\.\d{3}\)", page)


# --- the command line ------------------------------------------------------------------------------------------


def run(*words: str):
    return CliRunner().invoke(people, ["pairs", *words])


def test_the_same_from_the_command_line(twice, accounts, to_act):
    made = run("propose")
    assert made.exit_code == 0, made.output
    assert "3 records looked up" in made.stdout
    name = accounts[Role.INTELLIGENCE].username

    listed = run("list", "--kind", "nearly-certain", "--as", name)
    to_act(Role.INTELLIGENCE)
    pair = pair_of(*twice[:2])
    assert str(pair.id) in listed.stdout
    assert "Quil" not in listed.output

    why = run("explain", str(pair.id), "--as", name)
    assert "same mobile: " in why.stdout
    assert "Quil" not in why.output
    assert PHONE not in why.output

    refused = run(
        "say", str(pair.id), "join", "--reason", "merge-said-so", "--as", accounts[Role.OFFICER].username
    )
    assert refused.exit_code != 0
    assert "Nothing was changed" in refused.output
    wrong = run("say", str(pair.id), "join", "--reason", "apart-chance", "--as", name)
    assert "reason: choose one" in wrong.output

    done = run("say", str(pair.id), "join", "--reason", "merge-said-so", "--as", name)
    assert done.stdout.strip() == "joined", done.output
    told = json.loads(run("figures", "--json").stdout)
    assert {one["band"]: one["joined"] for one in told["bands"]}["nearly-certain"] == 1
    assert "recall of those weighed: " in run("figures").stdout
    assert ASKED in run("list", "--kind", "nonsense", "--as", name).output
