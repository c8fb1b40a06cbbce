"""``throughline neighbourhood``: tasks, today's visits, markers that lapse, supervision; by id and code, never a name."""

from functools import partial
from typing import Any
from uuid import UUID

import click
import django

from throughline.casework.cases.cli import as_account

_AS = click.option(
    "--as", "username", required=True, help="The account in whose name it is done or read; it is logged."
)
_WORDS = click.option("--words", default="", help="In your words.")


@click.group()
def neighbourhood() -> None:
    """Neighbourhood: disruption tasks, visits, markers that lapse, supervised."""
    django.setup()


_as = partial(as_account, conflict="somebody else was quicker, or it goes on or has ended already")


@neighbourhood.command()
@_AS
def call(username: str) -> None:
    """Put markers that lapse, and tasks of closed cases, before a supervisor, as the worker does; says of how many."""
    from throughline.casework.neighbourhood import tasks
    from throughline.foundations.access.rules import Action, insist

    def run(actor: Any, now: Any) -> tuple[int, int]:
        insist(actor, Action.SUPERVISE_NEIGHBOURHOOD)
        return tasks.call_for_marker_reviews(now=now), tasks.call_for_task_reviews(now=now)

    markers, closed = _as(username, run)
    click.echo(f"markers: {markers}, tasks of closed cases: {closed}")


@neighbourhood.command("tasks")
@click.option("--mine", is_flag=True, help="Only what the account has accepted or may accept.")
@_AS
def list_tasks(mine: bool, username: str) -> None:
    """The disruption tasks that go on: by task, case and code, what is due first."""
    from throughline.casework.neighbourhood.queries.disrupting import going_on
    from throughline.casework.people.rules import PURPOSES

    def told(actor: Any, now: Any) -> None:
        found = going_on(actor, now=now, purpose=PURPOSES.get(actor.role, "duty"), mine=mine)
        click.echo(
            f"tasks: {len(found)}, overdue: {sum(bool(one.due and one.due.due_at < now) for one in found)}"
        )
        for one in found:
            last = (
                f"{one.doings[0].row.at:%Y-%m-%d %H:%M} {one.doings[0].row.result}" if one.doings else "never"
            )
            due = f"{one.due.due_at:%Y-%m-%d %H:%M}" if one.due else "-"
            click.echo(
                f"  {one.row.id}  case {one.row.case_id}  {one.row.kind}  {one.row.state}  done {last}"
                f"  next {due} UTC"
            )

    _as(username, told)


@neighbourhood.command()
@click.argument("case_id", type=click.UUID)
@click.option("--kind", required=True, help="A code of disruption-kinds.")
@click.option("--reason", required=True, help="A code of decision-reasons for disruption-order.")
@click.option("--words", required=True, help="What exactly, where and when.")
@click.option("--asked", type=click.UUID, help="The account that is asked; whoever accepts unless said.")
@_AS
def order(case_id: UUID, kind: str, reason: str, words: str, asked: UUID | None, username: str) -> None:
    """Order a disruption task about the suspect of a case."""
    from throughline.casework.neighbourhood.commands import disrupting

    told: dict[str, Any] = {
        "case_id": case_id,
        "kind": kind,
        "reason": reason,
        "words": words,
        "asked": asked,
    }
    _as(username, lambda actor, now: click.echo(disrupting.order(by=actor, now=now, **told).id))


@neighbourhood.command()
@click.argument("task_id", type=click.UUID)
@_AS
def accept(task_id: UUID, username: str) -> None:
    """Take a task on oneself."""
    from throughline.casework.neighbourhood.commands import disrupting

    _as(username, lambda actor, now: disrupting.accept(by=actor, now=now, task_id=task_id))
    click.echo("accepted")


@neighbourhood.command()
@click.argument("task_id", type=click.UUID)
@click.option("--result", required=True, help="A code of disruption-results.")
@_WORDS
@_AS
def log(task_id: UUID, result: str, words: str, username: str) -> None:
    """Write down that a task was done, now, and what was found."""
    from throughline.casework.neighbourhood.commands import disrupting

    told: dict[str, Any] = {"task_id": task_id, "result": result, "words": words}
    _as(username, lambda actor, now: disrupting.log(by=actor, now=now, **told))
    click.echo("written down")


@neighbourhood.command()
@click.argument("task_id", type=click.UUID)
@click.option("--agreed/--otherwise", required=True, help="Whether it goes on as it is.")
@click.option("--words", required=True, help="The supervisor's entry.")
@_AS
def review(task_id: UUID, agreed: bool, words: str, username: str) -> None:
    """A supervisor's entry about a task."""
    from throughline.casework.neighbourhood.commands import disrupting

    told: dict[str, Any] = {"task_id": task_id, "agreed": agreed, "words": words}
    _as(username, lambda actor, now: disrupting.review(by=actor, now=now, **told))
    click.echo("reviewed")


@neighbourhood.command()
@click.argument("task_id", type=click.UUID)
@click.option("--ending", required=True, help="A code of disruption-endings.")
@click.option("--words", required=True, help="How you know.")
@_AS
def end(task_id: UUID, ending: str, words: str, username: str) -> None:
    """Say why a task is no longer done."""
    from throughline.casework.neighbourhood.commands import disrupting

    told: dict[str, Any] = {"task_id": task_id, "ending": ending, "words": words}
    _as(username, lambda actor, now: disrupting.end(by=actor, now=now, **told))
    click.echo("ended")


@neighbourhood.command()
@_AS
def today(username: str) -> None:
    """Whom to look in on today: by case and code, whether it is safe to call now, the earliest due first."""
    from throughline.casework.neighbourhood.queries.visiting import today as read

    def told(actor: Any, now: Any) -> None:
        found = read(actor, now=now, purpose="duty")
        click.echo(f"open: {len(found.open) + found.more}, markers lapsed unseen: {len(found.lapsed)}")
        for one in found.open:
            due = f"{one.due_at:%Y-%m-%d %H:%M} UTC" if one.due_at else "-"
            why = one.duty.kind if one.duty else "patrol"
            click.echo(f"  case {one.case.id}  {why}  due {due}  {one.safety}")

    _as(username, told)


@neighbourhood.command("set-out")
@click.argument("case_id", type=click.UUID)
@_WORDS
@_AS
def set_out(case_id: UUID, words: str, username: str) -> None:
    """Say that one sets out to call on her; refused where she said that it is not safe, or not now."""
    from throughline.casework.neighbourhood.commands import visiting

    made = _as(username, lambda actor, now: visiting.set_out(by=actor, now=now, case_id=case_id, words=words))
    click.echo(f"on the way: {made.safety}")


@neighbourhood.command()
@click.argument("case_id", type=click.UUID)
@click.option("--outcome", required=True, help="A code of visit-outcomes.")
@click.option("--other-way", default="", help="A code of visit-ways, where a visit is not safe.")
@click.option("--said", default="", help="What she said.")
@_AS
def called(case_id: UUID, outcome: str, other_way: str, said: str, username: str) -> None:
    """Write down what came of calling on her."""
    from throughline.casework.neighbourhood.commands import visiting

    told: dict[str, Any] = {"case_id": case_id, "outcome": outcome, "other_way": other_way, "said": said}
    _as(username, lambda actor, now: visiting.called(by=actor, now=now, **told))
    click.echo("written down")


@neighbourhood.command()
@_AS
def markers(username: str) -> None:
    """Markers that have lapsed unseen, then those that soon lapse: by marker and code."""
    from throughline.casework.neighbourhood.queries.lapsing import register

    def told(actor: Any, now: Any) -> None:
        found = register(actor, now=now)
        click.echo(f"LAPSED UNSEEN: {len(found.lapsed)}, soon: {len(found.soon)}, later: {found.standing}")
        for word, rows in (("lapsed", found.lapsed), ("until", found.soon)):
            for one in rows:
                click.echo(f"  {one.row.id}  {one.row.code}  {word} {one.row.valid_until}")

    _as(username, told)


@neighbourhood.command("keep-marker")
@click.argument("marker_id", type=click.UUID)
@click.option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]), help="The last day.")
@click.option("--reason", required=True, help="A code of decision-reasons for marker-review.")
@_WORDS
@_AS
def keep_marker(marker_id: UUID, until: Any, reason: str, words: str, username: str) -> None:
    """Keep a marker until a day; says the id of the one that stands now."""
    from throughline.casework.neighbourhood.commands import lapsing

    told: dict[str, Any] = {"marker_id": marker_id, "until": until.date(), "reason": reason, "words": words}
    _as(username, lambda actor, now: click.echo(lapsing.keep(by=actor, now=now, **told).id))


@neighbourhood.command("end-marker")
@click.argument("marker_id", type=click.UUID)
@click.option("--reason", required=True, help="A code of decision-reasons for marker-review.")
@click.option("--words", required=True, help="How you know.")
@_AS
def end_marker(marker_id: UUID, reason: str, words: str, username: str) -> None:
    """End a marker."""
    from throughline.casework.neighbourhood.commands import lapsing

    told: dict[str, Any] = {"marker_id": marker_id, "reason": reason, "words": words}
    _as(username, lambda actor, now: lapsing.end(by=actor, now=now, **told))
    click.echo("ended")


@neighbourhood.command()
@_AS
def supervision(username: str) -> None:
    """What of the neighbourhood team's work is overdue, with counts by officer."""
    from throughline.casework.neighbourhood.queries.supervising import supervision as read

    def told(actor: Any, now: Any) -> None:
        found = read(actor, now=now)
        click.echo(
            f"found: {len(found.found)}, overdue tasks: {len(found.late)}, overdue reviews: {len(found.reviews)},"
            f" not accepted: {len(found.unaccepted)}, on the way: {len(found.on_the_way)}"
        )
        click.echo(
            f"visits due: {found.visits_due}, overdue: {found.visits_late}; markers lapsed unseen: {found.lapsed},"
            f" soon: {found.soon}"
        )
        for number, one in enumerate(found.officers, start=1):
            click.echo(
                f"  officer {number}  tasks {one.tasks}  overdue {one.late}  on the way {one.on_the_way}"
            )

    _as(username, told)
