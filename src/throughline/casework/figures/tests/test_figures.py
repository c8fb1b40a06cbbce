"""Figures: what the rules of the rooms say, the same on a second engine, of what its reader may see."""

import json
import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType, SimpleNamespace

import duckdb
import ibis
import pytest
from click.testing import CliRunner
from django.db import connection, transaction
from django.urls import reverse

from throughline.casework.cases.commands.counter import decide_primary
from throughline.casework.cases.commands.incidents import reclassify
from throughline.casework.cases.models import CounterAllegation
from throughline.casework.cases.rules import Happened, repeat, repeat_definitions
from throughline.casework.contact.commands import asking, knowing, proposing, sending, taking
from throughline.casework.contact.commands.briefing import open_brief
from throughline.casework.contact.models import Brief, Contact, Deployment, Proposal
from throughline.casework.figures import queries
from throughline.casework.figures.cli import duties, in_words
from throughline.casework.figures.cli import measures as measures_cli
from throughline.casework.people.commands.safety import restrict
from throughline.casework.people.models import IdentityLink
from throughline.foundations.access.protection import acting, set_actor
from throughline.foundations.access.rules import Refused, Role, system
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import london_day
from throughline.foundations.instruments.queries import library
from throughline.handover import METHOD, SHAPES, call_methods, methods
from throughline.measures import Kind, Measure, Period, contact, measure, measures
from throughline.measures.intervals import Limits, events, rate
from throughline.measures.returning import asked as asked_in_a_return
from throughline.reference import Row, load

pytestmark = pytest.mark.django_db

# noon, far from the days before and after, and gone by: a grant of today's noon would not hold this morning
NOW = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0) - timedelta(days=1)
TODAY = london_day(NOW)
YEAR = Period(TODAY - timedelta(days=364), TODAY)
VARIED = {
    "thrive", "script_used", "brief_opened_at", "arrived_at", "number", "place", "stands", "apart", "camera",
    "camera_on", "statement_offered", "state", "reviewed", "done", "power", "how", "relationship", "stage", "grade",
    "before", "of_stage", "verdict", "regraded", "in_time", "discharged_at", "since", "until", "children_decided_at",
    "told_at", "source", "reached_at", "accepted_at", "support",
}  # fmt: skip


@pytest.fixture
def call(accounts):
    """``call(days_ago, victim, suspect, …)``: a call taken, sent to and known by who was in it; its contact."""

    def made(
        days_ago=0, victim=None, suspect=None, *, domestic=True, number="", place="14 Alma Road", arrives=12
    ):
        at = NOW - timedelta(days=days_ago)
        by = accounts[Role.CALL_HANDLER].actor
        with transaction.atomic():
            set_actor(by)
            contact = taking.begin(by=by, now=at, channel="999")
            taking.change(
                by=by,
                now=at,
                contact_id=contact.id,
                version=1,
                number=number,
                place=place,
                domestic=domestic,
            )
            sent = sending.send(by=by, now=at, contact_id=contact.id, grade="emergency", unit="AB12")
            for record_id, part in ((victim, "victim"), (suspect, "suspect")):
                if record_id:
                    knowing.takes_part(
                        by=by,
                        now=at,
                        contact_id=contact.id,
                        record_id=record_id,
                        part=part,
                        confirmed=True,
                    )
            if domestic is not None:
                reclassify(
                    by=by,
                    now=at,
                    incident_id=Contact.objects.get(id=contact.id).incident_id,
                    recorded_as="domestic-abuse" if domestic else "other",
                    domestic=domestic,
                )
            if arrives is not None:
                sending.arrive(by=by, now=at + timedelta(minutes=arrives), deployment_id=sent.id)
        return contact.id

    return made


@pytest.fixture
def asked(accounts):
    """``asked(contact_id, found)``: a question of the call script answered, and the call weighed by THRIVE."""

    def done(contact_id, found):
        by = accounts[Role.CALL_HANDLER].actor
        with transaction.atomic():
            set_actor(by)
            about = {"by": by, "now": NOW, "contact_id": contact_id}
            asking.answer(**about, script="call-script", question="can-talk", given="can-talk")
            asking.fill_in(
                **about,
                instrument=library().as_of("thrive", TODAY),
                answers={"threat": found},
                complete=False,
                after=None,
            )

    return done


@pytest.fixture
def opened_on_the_way(accounts):
    """``opened_on_the_way(contact_id)``: whoever goes opens the brief a minute after it was sent."""

    def done(contact_id):
        by = accounts[Role.OFFICER].actor
        with transaction.atomic():
            set_actor(by)
            brief = Brief.objects.get(deployment__contact=contact_id)
            open_brief(by=by, now=brief.sent_at + timedelta(minutes=1), brief_id=brief.id, unit="AB12")

    return done


@pytest.fixture
def found(accounts):
    """``found(contact_id)``: proposed by a rule as recorded under the wrong kind, and the supervisor agreed."""

    def done(contact_id):
        handler, supervisor = accounts[Role.CALL_HANDLER].actor, accounts[Role.SUPERVISOR].actor
        with transaction.atomic():
            set_actor(handler)
            taking.change(
                by=handler,
                now=NOW,
                contact_id=contact_id,
                version=Contact.objects.get(id=contact_id).version,
                recorded_as="concern-for-safety",
            )
            taking.say(by=handler, now=NOW, contact_id=contact_id, words="Her husband hit her.")
            assert proposing.propose(now=NOW, since=NOW - timedelta(days=3)) == 1
            set_actor(supervisor)
            proposal = Proposal.objects.get(contact=contact_id)
            proposing.answer(by=supervisor, now=NOW, proposal_id=proposal.id, accepted=True)

    return done


@pytest.fixture
def decides_again(accounts):
    """``decides_again(contact_id)``: another grade, at the very instant of the first."""

    def done(contact_id):
        by = accounts[Role.CALL_HANDLER].actor
        with transaction.atomic():
            set_actor(by)
            at = Deployment.objects.get(contact=contact_id).decided_at
            sending.send(by=by, now=at, contact_id=contact_id, grade="priority", unit="AB12")

    return done


def counted(code, period=YEAR, *, group=None):
    [line] = [
        line for line in queries.figure(measure(code), period).lines if group is None or line.group == group
    ]
    return line


@pytest.fixture
def counting():
    """Reads as the system, which sees all."""
    with transaction.atomic(), acting(system("counter")):
        yield


def test_calls_are_counted_and_what_nobody_judged_is_unknown(call, counting):
    call(domestic=True)
    call(domestic=False)
    call(domestic=None)
    call(400)
    assert counted("calls").rows == 3
    domestic = counted("domestic-calls")
    assert (domestic.counted, domestic.of, domestic.unknown) == (1, 2, 1)
    nothing = counted("domestic-calls", Period(TODAY - timedelta(days=9), TODAY - timedelta(days=8)))
    assert (nothing.rows, nothing.share) == (0, None)


def _method(code, first, **told):
    details = {"channels": ("999",), "each_call": True, "method": f"By {code}."} | told
    return Row(
        "call-counting", code, code, first, None, "A force", "H", True, None, MappingProxyType(details)
    )


@pytest.mark.parametrize(("each_call", "rows_counted"), [(True, 3), (False, 2)])
def test_calls_are_counted_by_the_method_of_the_force(call, counting, monkeypatch, each_call, rows_counted):
    first = call(3, place="14 Alma Road")
    again = call(2, place="14 Alma Road")
    call(1)
    with transaction.atomic(), acting(system("test")):
        record(system("test"), Event.Kind.WRITE, "test")
        Contact.objects.filter(id=again).update(incident=Contact.objects.get(id=first).incident)
    rows = (_method("default", date(2013, 1, 1)), _method("force", date(2014, 1, 1), each_call=each_call))
    monkeypatch.setattr(methods, "load", lambda _name: SimpleNamespace(rows=rows))
    assert counted("calls").rows == rows_counted
    assert "The force's own method. By force." in measure("calls").counted_how(YEAR)


def test_a_method_that_changes_counts_each_day_by_its_own_and_says_so(call, counting, monkeypatch):
    call(20)
    call(3)
    rows = (
        _method("default", date(2013, 1, 1), channels=("101",)),
        _method("force", TODAY - timedelta(days=10)),
    )
    monkeypatch.setattr(methods, "load", lambda _name: SimpleNamespace(rows=rows))
    assert counted("calls").rows == 1
    told = measure("calls").counted_how(YEAR)
    assert "By default." in told
    assert "do not compare" in told
    handed = [one.row() for one in call_methods(YEAR.first, YEAR.last)]
    assert [set(row) for row in handed] == [set(METHOD.columns)] * 2
    assert [row["of_the_force"] for row in handed] == [False, True]


def test_the_method_goes_with_the_number_to_page_file_and_terminal(
    call, signed_in, plain_static_files, accounts
):
    call(1)
    browser = signed_in(Role.ANALYST)
    for view in ("figures:figures", "figures:csv"):
        assert (
            "Several calls about one incident are several calls"
            in browser.get(reverse(view)).content.decode()
        )


def test_a_day_is_that_of_london(call, counting):
    call(1)
    yesterday = TODAY - timedelta(days=1)
    assert counted("calls", Period(yesterday, yesterday)).rows == 1
    assert counted("calls", Period(TODAY, TODAY)).rows == 0


def test_repeat_victims_are_those_of_the_rule_of_cases(call, add, counting):
    """The same people by the measure, in the database, and by the rule that the brief uses."""
    chance = random.Random(20261124)
    victims = [add("Ana", f"Victim{n}") for n in range(12)]
    suspects = [*(add("Bob", f"Suspect{n}", sex="1") for n in range(2)), None]
    happened: dict = {victim: [] for victim in victims}
    # some once only, the rest more and more often
    for victim in [*victims[:4], *chance.choices(victims[4:], weights=range(1, 9), k=30)]:
        suspect = chance.choice(suspects)
        days_ago = chance.choice([0, 3, 40, 200, 364, 365, 366, 367, 500, 730])
        call(days_ago, victim, suspect)
        happened[victim].append(Happened(NOW - timedelta(days=days_ago), suspect))
    for definition in repeat_definitions(TODAY):
        expected = {}
        for victim, hers in happened.items():
            days = [london_day(one.at) for one in hers if YEAR.first <= london_day(one.at) <= YEAR.last]
            if days:
                expected[victim] = repeat(definition, hers, max(days)).is_repeat
        rows = queries.run(measure(f"repeat-victims-{definition.code}").rows(YEAR))
        assert sorted(row["counted"] for row in rows) == sorted(expected.values())
        line = counted(f"repeat-victims-{definition.code}")
        assert (line.counted, line.rows) == (sum(expected.values()), len(expected))
        assert 0 < line.counted < line.rows


def test_whom_an_exact_match_would_have_missed(call, add, counting):
    same_number, same_place, neither, once = (add("Ana", f"Victim{n}") for n in range(4))
    call(30, same_number, number="07700 900111", place="1 A Road")
    call(0, same_number, number="07700 900111", place="2 B Road")
    call(30, same_place, number="07700 900112", place="3 C Road")
    call(0, same_place, number="07700 900113", place="3 c road")
    call(30, neither, number="07700 900114", place="4 D Road")
    call(0, neither, number="", place="5 E Road")
    call(0, once, place="6 F Road")
    missed = counted("repeat-victims-missed")
    assert (missed.counted, missed.rows) == (1, 3)
    assert counted("repeat-victims-government").counted == 3


def test_a_number_is_the_same_however_it_is_written(call, add, counting):
    victim = add("Ana", "Victim")
    call(30, victim, number="07700 900111", place="1 A Road")
    call(0, victim, number="+447700900111", place="2 B Road")
    assert counted("repeat-victims-missed").counted == 0


def test_another_call_about_the_same_incident_is_none_before(call, add, counting):
    victim = add("Ana", "Victim")
    call(30, victim, number="07700 900111", place="1 A Road")
    last = call(0, victim, number="07700 900112", place="2 B Road")
    neighbour = call(0, number="07700 900113", place="2 B Road", arrives=None)
    Contact.objects.filter(id=neighbour).update(
        incident=Contact.objects.get(id=last).incident, received_at=NOW - timedelta(minutes=3)
    )
    assert counted("repeat-victims-missed").counted == 1


def test_who_names_each_other_is_counted_by_what_was_decided(call, add, accounts):
    her, him = add("Ana", "Victim"), add("Bob", "Suspect", sex="1")
    call(3, her, him)
    call(0, him, her)
    call(0, add("Eva", "Victim"), add("Max", "Suspect", sex="1"))

    def lines():
        with transaction.atomic():
            # who counts reads it in codes, and nothing of who they are
            set_actor(accounts[Role.ANALYST].actor)
            return {one.group: one.rows for one in queries.figure(measure("counter-allegations"), YEAR).lines}

    assert lines() == {"undecided": 2}
    with transaction.atomic():
        set_actor(accounts[Role.SERGEANT].actor)
        found = CounterAllegation.objects.select_related("first").get()
        decide_primary(
            by=accounts[Role.SERGEANT].actor,
            now=NOW,
            allegation_id=found.id,
            choice="first-suspect" if found.first.suspect_id == him else "second-suspect",
            reason="primary-control",
            words="He holds her passport",
        )
        rows = queries.run(measure("counter-allegations").rows(YEAR))
        identity = IdentityLink.objects.get(record=him).identity_id
        assert [row["person"] for row in rows if row["group"] == "counter-case"] == [identity]
    assert lines() == {"counter-case": 1, "primary-victim": 1}


def test_two_decisions_at_one_instant_are_one_call(call, decides_again, counting):
    decides_again(call(arrives=None))
    [line] = queries.figure(measure("delay-by-grade"), YEAR).lines
    assert (line.group, line.rows) == ("emergency", 1)


def test_delay_is_from_the_call_to_the_first_arrival(call, counting):
    for minutes in (10, 20, 30):
        call(arrives=minutes)
    call(arrives=None)
    line = counted("delay-by-grade", group="emergency")
    assert (line.rows, line.unknown, line.median) == (4, 1, 20)
    assert line.label == "Emergency"
    assert counted("delay-by-thrive").label == "Not weighed"


def test_what_was_asked_weighed_opened_and_found_is_counted(call, asked, opened_on_the_way, found, counting):
    concern, none_said, misrecorded = call(arrives=30), call(arrives=10), call(domestic=None, arrives=None)
    asked(concern, "concern")
    asked(none_said, "none-said")
    opened_on_the_way(concern)
    found(misrecorded)
    assert (counted("script-used").counted, counted("script-used").rows) == (2, 3)
    assert (counted("brief-opened").counted, counted("brief-opened").rows) == (1, 2)
    assert counted("delay-by-thrive", group="concern").median == 30
    assert counted("delay-by-thrive", group="none-said").median == 10
    right = counted("misrecorded-found")
    assert (right.group, right.counted, right.rows) == ("partner-violence", 1, 1)
    # what was found is domestic abuse from then on
    assert counted("domestic-calls").counted == 3


def test_a_brief_that_was_not_sent_was_not_opened(call, counting):
    call()
    call(arrives=None)
    line = counted("brief-opened")
    assert (line.counted, line.rows) == (0, 1)


@pytest.fixture
def elsewhere(
    call, asked, opened_on_the_way, found, decides_again, add, looked_after, ended, closed, helped, counting
):
    """DuckDB with the rows that an analyst reads here: something in every table."""
    closed(120)
    closed(20)
    victims = [add("Ana", f"Victim{n}") for n in range(3)]
    him = add("Bob", "Suspect", sex="1")
    for n in range(12):
        call(
            n * 31,
            victims[n % 3],
            him if n % 2 else None,
            number=f"0770090010{n % 4}",
            place=f"{n % 5} Alma Road",
            arrives=None if n % 4 == 0 else n,
        )
    told = [call(2, domestic=None), call(2), call(1, arrives=30), call(1)]
    asked(told[1], "concern")
    asked(told[2], "none-said")
    opened_on_the_way(told[2])
    found(told[0])
    decides_again(told[3])
    second = duckdb.connect()
    for shape in SHAPES:
        second.execute(shape.empty_on("duckdb"))
        with connection.cursor() as cursor:
            names = ", ".join(f'"{name}"' for name in shape.columns)
            cursor.execute(f'select {names} from "{shape.name}"')
            rows = cursor.fetchall()
        assert rows, shape.name
        for n, name in enumerate(shape.columns):
            # a column in which nothing differs would agree on any engine
            assert name not in VARIED or len({row[n] for row in rows}) > 1, name
        places = ", ".join("?" * len(shape.columns))
        for row in rows:
            second.execute(f'insert into "{shape.name}" values ({places})', list(row))
    return second


def test_every_measure_is_the_same_on_a_second_engine(elsewhere, monkeypatch):
    [own] = [row for row in load("repeat-definitions").rows if row.code == "force"]
    monkeypatch.setattr(contact, "own_definition", lambda _on: own)
    for one in measures():
        asked = [one.figure(YEAR), one.rows(YEAR).aggregate(rows=lambda t: t.count())]
        if one.kind is Kind.DELAY:
            groups = {row.get("group") for row in queries.run(asked[0])}
            asked.append(one.in_order(YEAR, dict.fromkeys(groups or {None}, (1, 2))))
        for expression in asked:
            answer = elsewhere.execute(ibis.to_sql(expression, dialect="duckdb"))
            names = [column[0] for column in answer.description]
            theirs = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
            ours = queries.run(expression)
            # engines interpolate deciles in different last places
            assert ours == [_nearly(row) for row in theirs], one.code
    for one in asked_in_a_return():
        answer = elsewhere.execute(ibis.to_sql(one.figures(YEAR), dialect="duckdb")).fetchall()
        assert {row["group"]: row["figure"] for row in queries.run(one.figures(YEAR))} == dict(answer), (
            one.items
        )


@pytest.mark.spark
@pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas:FutureWarning")
def test_every_measure_is_the_same_on_spark(elsewhere, tmp_path, small_spark):
    for shape in SHAPES:
        columns, file = shape.without_uuids(), tmp_path / f"{shape.name}.parquet"
        elsewhere.execute(f"""copy (select {columns} from "{shape.name}") to '{file}' (format parquet)""")
        small_spark.read.parquet(str(file)).createOrReplaceTempView(shape.name)
    spark = ibis.pyspark.connect(small_spark)
    for one in measures():
        expression = one.figure(YEAR)
        theirs = [row.asDict() for row in small_spark.sql(spark.compile(expression)).collect()]
        assert queries.run(expression) == [_nearly(row) for row in theirs], one.code


def _times(_period):
    """Forty-five times of two groups and of none: 36 of one, 7 of another, 2 of none; and three that are not known."""
    n = ibis.range(0, 48).unnest().name("n").as_table()
    group = ibis.cases((n.n < 36, "many"), (n.n < 43, "some"))
    # in no order
    return n.select(group=group, minutes=ibis.cases((n.n < 45, (n.n * 7 % 36).cast("float64"))))


def test_times_lie_between_two_of_themselves_and_few_have_no_interval_on_both_engines():
    waits = replace(measure("owner-delay"), rows=_times, groups=str)
    found = {line.group: line for line in queries.figure(waits, YEAR).lines}
    many = found["many"]
    # the places are 12 and 25 of 36 for the median, 29 and 36 for the ninth decile, of nought to 35
    assert (many.median, many.median_between) == (17.5, Limits(11, 24))
    assert (many.ninth_decile, many.ninth_decile_between) == (31.5, Limits(28, 35))
    some = sorted(n * 7 % 36 for n in range(36, 43))
    assert (found["some"].median_between, found["some"].ninth_decile_between) == (
        Limits(some[0], some[-1]),
        None,
    )
    assert (found[None].rows, found[None].unknown) == (5, 3)
    assert found[None].median_between is found[None].ninth_decile_between is None
    places = {"many": (12, 25), None: (1, 2), "some": (7,)}
    second = duckdb.connect().execute(ibis.to_sql(waits.in_order(YEAR, places), dialect="duckdb")).fetchall()
    assert sorted(second, key=str) == sorted(
        (tuple(row.values()) for row in queries.run(waits.in_order(YEAR, places))), key=str
    )
    assert "no interval: too few" in in_words(found["some"], waits)
    assert "median 18 min (between 11 and 24)" in in_words(many, waits)
    # what stood at one moment has none, whatever their number
    still = queries.figure(replace(waits, standing=True), YEAR)
    assert all(line.median_between is None for line in still.lines)
    assert "interval" not in in_words(still.lines[0], still.measure)


def test_a_count_says_how_far_chance_would_move_it_and_what_stood_at_one_moment_does_not(call, counting):
    call(1)
    call(2)
    assert counted("calls").interval == Limits(*events(2))
    assert in_words(counted("calls"), measure("calls")) == "2, between 0.2 and 7.2"
    standing = {one.code for one in measures() if one.standing}
    assert standing == {
        "hub-backlog", "caseload", "supervisor-entries-overdue", "suspects-outstanding", "overdue-by-role", "plans-by-grade",
    }  # fmt: skip
    for one in measures():
        # every measure says what its interval means, or why it has none
        stood = one.standing and one.kind is not Kind.SHARE
        assert one.interval.startswith("Counts and times of what stood" if stood else "All that was recorded")
    several = Measure("x", "x", Kind.RATIO, "x", "x", "x", lambda _period: _several())
    [line] = queries.figure(several, YEAR).lines
    assert line.interval == rate(9, 3, per=100)
    assert in_words(line, several).startswith("9 for 3 (300.0 for each 100), between 137.")


def _several():
    return ibis.range(2, 5).unnest().name("counted").as_table()


def _nearly(row):
    return {
        name: pytest.approx(one, rel=1e-9) if isinstance(one, float) else one for name, one in row.items()
    }


def test_each_counts_what_they_may_see(call, add, accounts):
    hidden, seen = add("Ana", "Hidden"), add("Ana", "Seen")
    call(0, hidden)
    call(0, seen)
    desk = accounts[Role.DESK].actor
    with transaction.atomic():
        set_actor(desk)
        restrict(by=desk, now=NOW, record_id=hidden, reason="refuge")
    for role, expected in ((Role.SUPERVISOR, 1), (Role.ANALYST, 2)):
        with transaction.atomic():
            set_actor(accounts[role].actor)
            assert counted("calls").rows == expected
            assert counted("repeat-victims-government").rows == expected
    with pytest.raises(Refused):
        queries.figures(accounts[Role.CALL_HANDLER].actor, YEAR)


def test_pages_open_to_records_for_those_who_may_read_them(call, add, signed_in, plain_static_files):
    victim = add("Ana", "Quillfeather")
    call(3, victim, number="07700 900111")
    call(1, victim, number="07700 900222", place="9 Elm Street")
    supervisor, analyst = signed_in(Role.SUPERVISOR), signed_in(Role.ANALYST)
    page = supervisor.get("/figures/").content.decode()
    assert "Whom" not in page
    assert "Repeat victims: government" in page
    for code, word in (("calls", "9 Elm Street"), ("repeat-victims-government", "Quillfeather")):
        with acting_as_reader():
            before = Event.objects.count()
        shown = supervisor.get(f"/figures/{code}/")
        assert word in shown.content.decode()
        with acting_as_reader():
            looks = Event.objects.filter(kind="look").order_by("-id")[: Event.objects.count() - before]
            assert [victim] in [look.subjects for look in looks]
        assert word not in analyst.get(f"/figures/{code}/").content.decode()
    assert supervisor.get("/figures/nothing/").status_code == 404
    assert signed_in(Role.CALL_HANDLER).get("/figures/").status_code == 403


def test_a_period_that_ends_before_it_begins_is_said_and_shows_the_last_day(
    call, signed_in, plain_static_files
):
    asked = {
        "first_day": 5, "first_month": 5, "first_year": 2026, "last_day": 4, "last_month": 5, "last_year": 2026,
    }  # fmt: skip
    page = signed_in(Role.ANALYST).get("/figures/", asked).content.decode()
    assert "must not be before the first day" in page


def test_figures_as_a_file_of_values(call, signed_in):
    call(1)
    rows = signed_in(Role.ANALYST).get("/figures/figures.csv").content.decode().splitlines()
    assert rows[0].startswith("measure,group,from,until,rows,counted")
    assert rows[1].startswith("calls,,")
    assert ",1,1,0," in rows[1]


def acting_as_reader():
    return acting(system("test"))


def test_the_load_of_a_month_is_simulated_at_the_terminal(call, transactional_db):
    call(3)
    call(2)
    answer = CliRunner().invoke(duties, ["simulate", "--json"])
    told = json.loads(answer.output)
    assert told["month"]["calls about domestic abuse"] == 2
    [review] = [kind for kind in told["kinds"] if kind["kind"] == "deployment-review"]
    assert (review["expected"], review["opened"]) == (0.4, 0)
    assert answer.exit_code == bool(told["over"])
    said = CliRunner().invoke(duties, ["simulate", "--last-month"]).output
    assert "deployment-review" in said
    assert "Minutes and volumes are assumptions" in said


def test_figures_at_the_terminal(call, transactional_db):
    call(3)
    told = json.loads(CliRunner().invoke(measures_cli, ["show", "--json"]).output)
    assert told[0]["measure"] == "calls"
    assert told[0]["rows"] == 1
    assert (told[0]["low"], told[0]["high"]) == events(1)
    said = CliRunner().invoke(measures_cli, ["show"]).output
    assert "Calls for assistance\n  1, between 0.0 and 5.6" in said
    assert "no doubt about the figure" in said
    wrong = CliRunner().invoke(measures_cli, ["show", "--from", "2026-02-02", "--until", "2026-02-01"])
    assert wrong.exit_code == 2
    assert "is before the first day" in wrong.output
