"""``throughline investigation``: who investigates by risk, what waits, whom to find, and what worked without her."""

from functools import partial
from typing import Any
from uuid import UUID

import click
import django

from throughline.casework.cases.cli import as_account

_AS = click.option(
    "--as", "username", required=True, help="The account in whose name it is done or read; it is logged."
)


@click.group()
def investigation() -> None:
    """Investigation: who by risk, plans, suspects to be found, routes without her evidence."""
    django.setup()


_as = partial(as_account, conflict="somebody else was quicker, or nothing waits for it")


@investigation.command()
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="The day; today where nobody says.")
def policy(on: Any) -> None:
    """Who investigates at each grade, with the clocks, and whether anybody has checked it."""
    from django.utils import timezone

    from throughline.casework.investigation.rules.allocating import policies
    from throughline.foundations.clock.rules import london_day

    for one in policies(on.date() if on else london_day(timezone.now())):
        clocks = "accepted {}, planned {}, reviewed {}, looked for {}".format(*one.in_words)
        checked = "" if one.verified else "  unverified"
        click.echo(f"{one.grade:9} {one.relationship:10} {one.role:16} {clocks}{checked}")


@investigation.command()
@_AS
def ask(username: str) -> None:
    """Ask whoever the policy names, and find suspects, as the worker does each minute; says of how many."""
    from throughline.casework.investigation import tasks
    from throughline.foundations.access.rules import Action, insist

    def run(actor: Any, now: Any) -> tuple[int, int]:
        insist(actor, Action.SUPERVISE_INVESTIGATION)
        return tasks.ask_who_investigates(now=now), tasks.find_outstanding(now=now)

    asked, found = _as(
        username,
        run,
    )
    click.echo(f"asked of cases: {asked}, suspects: {found}")


@investigation.command()
@_AS
def waiting(username: str) -> None:
    """What of investigations waits for a sergeant: by case and code, what is overdue first."""
    from throughline.casework.investigation.queries.supervising import supervision

    def told(actor: Any, now: Any) -> None:
        found = supervision(actor, now=now)
        for name, rows in (
            ("chosen against the policy", found.choices),
            ("not accepted", found.unaccepted),
            ("to review", found.reviews),
        ):
            click.echo(f"{name}: {len(rows)}")
            for one in rows:
                late = "  overdue" if one.duty.due_at < now else ""
                click.echo(
                    f"  {one.case}  {one.grade or 'no grade'}  due {one.duty.due_at:%Y-%m-%d %H:%M} UTC{late}"
                )
        for has in found.investigators:
            grades = ", ".join(f"{grade} {count}" for grade, count in sorted(has.by_grade.items()))
            click.echo(f"{has.role}  cases {has.cases} ({grades})  late {has.late}")

    _as(username, told)


@investigation.command()
@_AS
def suspects(username: str) -> None:
    """Suspects who are to be found: by case and code, the highest grade first, of those whoever is longest at large."""
    from throughline.casework.investigation.queries.looking import outstanding

    def told(actor: Any, now: Any) -> None:
        found = outstanding(actor, now=now)
        click.echo(
            f"to be found: {len(found)}, overdue: {sum(bool(one.due and one.due.due_at < now) for one in found)}"
        )
        for one in found:
            tried = f"{one.last.row.at:%Y-%m-%d %H:%M} {one.last.row.result}" if one.last else "never"
            due = f"{one.due.due_at:%Y-%m-%d %H:%M}" if one.due else "-"
            click.echo(
                f"  {one.row.id}  case {one.row.case_id}  {one.grade or 'no grade'}  {one.row.source}"
                f"  {one.days} {'day' if one.days == 1 else 'days'}  tried {tried}  next {due} UTC"
            )

    _as(username, told)


@investigation.command()
@click.argument("outstanding_id", type=click.UUID)
@click.option("--result", required=True, help="A code of the list attempt-results.")
@_AS
def attempt(outstanding_id: UUID, result: str, username: str) -> None:
    """Write down an attempt to find a suspect, now; found, they leave the register."""
    from throughline.casework.investigation.commands.looking import log_attempt

    _as(
        username,
        lambda actor, now: log_attempt(by=actor, now=now, outstanding_id=outstanding_id, result=result),
    )
    click.echo("written down")


@investigation.command()
@click.argument("case_id", type=click.UUID)
@_AS
def accept(case_id: UUID, username: str) -> None:
    """Investigate a case from now on, for whoever is asked."""
    from throughline.casework.investigation.commands.allocating import accept as accepting

    _as(username, lambda actor, now: accepting(by=actor, now=now, case_id=case_id))
    click.echo("accepted")


@investigation.command()
@click.argument("case_id", type=click.UUID)
@_AS
def plan(case_id: UUID, username: str) -> None:
    """The plan of a case's investigation in codes, without a word of anybody's."""
    from throughline.casework.cases.models import Case
    from throughline.casework.cases.queries.pages import in_sight
    from throughline.casework.investigation.queries.pages import investigation_page
    from throughline.casework.people.rules import PURPOSES
    from throughline.foundations.access.rules import Action

    def told(actor: Any, now: Any) -> None:
        case = in_sight(actor, Action.VIEW_INVESTIGATION, Case, case_id)
        page = investigation_page(actor, case, now=now, purpose=PURPOSES.get(actor.role, ""))
        made = page.investigation and page.investigation.planned_at
        click.echo(f"plan: {f'made {made:%Y-%m-%d %H:%M} UTC' if made else 'not made'}")
        for one in page.lines:
            late = "  overdue" if one.late else ""
            click.echo(f"  {one.row.kind}  {one.row.priority}  due {one.row.due_at:%Y-%m-%d %H:%M} UTC{late}")
        for one in page.past_lines:
            click.echo(f"  {one.row.kind}  {one.row.ended_as}")
        for left in page.proposals:
            click.echo(f"  left by the scene: {left.left.item}  {left.left.state or 'nobody said'}")
        for looked in page.routes:
            click.echo(f"  {looked.row.code}  {looked.looked.state if looked.looked else 'not looked at'}")

    _as(username, told)


@investigation.command()
@click.option("--route", default="", help="A code of the list evidence-routes.")
@_AS
def learnt(route: str, username: str) -> None:
    """How often prosecutors and courts did what with evidence by each route, in the cases in the account's sight."""
    from throughline.casework.investigation.queries.proving import learnt as what

    def told(actor: Any, _now: Any) -> None:
        for one, result, count in what(actor, route=route).counts:
            click.echo(f"{one}  {result}  {count}")

    _as(username, told)
