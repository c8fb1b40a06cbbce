"""``throughline safeguarding``: what victims are to be told, who safeguards them, and who has how much."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import django

from throughline.casework.cases.cli import as_account
from throughline.foundations.access.rules import Action, Actor

_as = partial(as_account, conflict="nobody is asked, or it is not the turn of this account")


@click.group()
def safeguarding() -> None:
    """Safeguarding: promises to victims, and who safeguards them."""
    django.setup()


@safeguarding.command()
@click.option(
    "--as", "username", required=True, help="The account in whose name it is read; the look is logged."
)
def promises(username: str) -> None:
    """What victims are to be told, as the account's role sees it: by case and code, the earliest due first."""
    from throughline.casework.safeguarding.queries.promises import owed

    found, now = _as(username, lambda actor, now: (owed(actor), now))
    late = sum(one.due_at < now for one in found)
    click.echo(f"to be told: {len(found)}, overdue: {late}")
    for one in found:
        click.echo(f"  {one.about}  due {one.due_at:%Y-%m-%d %H:%M} UTC  {', '.join(one.causes)}")


@safeguarding.command()
@click.argument("case_id", type=click.UUID)
@click.option(
    "--as", "username", required=True, help="The account in whose name it is read; the look is logged."
)
def plan(case_id: UUID, username: str) -> None:
    """How it stands with the safety plan of a case's victim: in codes, without a word of hers."""
    from throughline.casework.cases.models import Case
    from throughline.casework.cases.queries.pages import in_sight
    from throughline.casework.people.rules import PURPOSES
    from throughline.casework.safeguarding.queries.planning import PlanPage, plan_page

    def read(actor: Actor, now: datetime) -> PlanPage:
        case = in_sight(actor, Action.VIEW_CASE, Case, case_id)
        return plan_page(actor, case, at=now, purpose=PURPOSES.get(actor.role, ""))

    page = _as(username, read)
    version = page.plan.version if page.plan else None
    click.echo(f"plan: {version.agreed} {version.at:%Y-%m-%d %H:%M} UTC" if version else "plan: none")
    for duty in page.due:
        click.echo(f"  {duty.kind}  due {duty.due_at:%Y-%m-%d %H:%M} UTC  {', '.join(duty.causes)}")
    for one in page.measures:
        late = "  late" if one.late else ""
        due = f"  due {one.measure.due_at:%Y-%m-%d %H:%M} UTC" if one.measure.due_at else ""
        click.echo(f"  {one.measure.kind}  {one.measure.state}{due}{late}")


@safeguarding.command()
@click.option(
    "--as", "username", required=True, help="The account in whose name it is read; the look is logged."
)
def measures(username: str) -> None:
    """Safety measures that are ordered and not in place, as the account's role sees them, the earliest due first."""
    from throughline.casework.safeguarding.queries.planning import measures_waiting

    found = _as(username, lambda actor, now: measures_waiting(actor, at=now))
    click.echo(f"waited for: {len(found)}, late: {sum(one.late for one in found)}")
    for one in found:
        due = f"{one.measure.due_at:%Y-%m-%d %H:%M}" if one.measure.due_at else ""
        click.echo(f"  {one.measure.case_id}  {one.measure.kind}  {one.measure.state}  due {due} UTC")


@safeguarding.command()
@click.option("--need", default="", help="A code of the list service-needs.")
@click.option("--language", default="", help="A code of the list leaflet-languages.")
@click.option("--open-now", is_flag=True, help="Only those where somebody answers now.")
@click.option("--as", "username", required=True, help="The account in whose name it is read.")
def directory(need: str, language: str, open_now: bool, username: str) -> None:
    """The support directory: services by need and language, and when each was last checked."""
    from throughline.casework.safeguarding.queries.directory import services

    told: dict[str, Any] = {"need": need, "language": language, "open_now": open_now}
    found = _as(username, lambda actor, now: services(actor, now=now, **told))
    for one in found:
        row = one.service
        checked = f"checked {row.checked_on}" if row.checked_on else "never checked"
        click.echo(
            "  ".join(filter(None, (row.name, row.telephone, one.hours, ", ".join(row.needs), checked)))
        )


@safeguarding.command("directory-import")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--rejects",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write what did not land, by row, field and reason. Default: FILE.rejects.csv.",
)
@click.option("--as", "username", required=True, help="The account in whose name it is brought in.")
def import_directory(file: Path, rejects: Path | None, username: str) -> None:
    """Bring services into the support directory from a CSV file; see docs/running/directory.md.

    A service that is known by its name is put right. Done again, it duplicates nothing.
    """
    from django.utils import timezone

    from throughline.casework.people.cli import actor_named
    from throughline.casework.people.rules.lines import FileProblem
    from throughline.casework.safeguarding.commands.directory import import_services
    from throughline.foundations.access.rules import Refused

    rejects = rejects or file.with_name(f"{file.name}.rejects.csv")
    try:
        brought = import_services(by=actor_named(username), now=timezone.now(), file=file, rejects=rejects)
    except FileProblem as error:
        raise click.UsageError(f"{error}. Nothing was changed.") from error
    except Refused as error:
        raise click.UsageError(f"Refused: {error}. Nothing was changed.") from error
    click.echo(f"{brought.added} added, {brought.changed} changed, {brought.rejected} rejected")
    if brought.rejected:
        click.echo(f"Why rows were rejected, by row and field: {rejects}")


@safeguarding.command()
@click.argument("case", type=click.UUID)
@click.option("--how-often", "rhythm", required=True, help="A code of update-rhythms.")
@click.option("--way", default="", help="A code of victim-contact-ways; she does not mind unless said.")
@click.option("--as", "username", required=True, help="The account in whose name it is done; it is logged.")
def choose(case: UUID, rhythm: str, way: str, username: str) -> None:
    """Write down how often, and by what, the victim of a case said that she wants to hear."""
    from throughline.casework.safeguarding.commands import choosing

    told: dict[str, Any] = {"case_id": case, "rhythm": rhythm, "way": way}
    _as(username, lambda actor, now: choosing.choose(by=actor, now=now, **told))
    click.echo("chosen")


@safeguarding.command()
@click.argument("case", type=click.UUID)
@click.option(
    "--as", "username", required=True, help="The account in whose name it is read; the look is logged."
)
def chosen(case: UUID, username: str) -> None:
    """How often the victim of a case chose to hear, by when she hears again, and what waits for her asking; in codes."""
    from throughline.casework.cases.models import Case
    from throughline.casework.cases.queries.pages import in_sight
    from throughline.casework.people.rules import PURPOSES
    from throughline.casework.safeguarding.queries.promises import promises as read

    def tell(actor: Any, now: datetime) -> None:
        found = in_sight(actor, Action.VIEW_CASE, Case, case)
        page = read(actor, found, at=now, purpose=PURPOSES.get(actor.role, ""))
        if page.chosen is None:
            click.echo("nobody has asked: each step")
            return
        by = page.chosen.hears_by
        choice = page.chosen.choice
        click.echo(
            f"{choice.rhythm}  {choice.way or 'any way'}  said {choice.at:%Y-%m-%d %H:%M} UTC"
            + (f"  hears by {by:%Y-%m-%d %H:%M} UTC" if by else "")
            + ("  the way is not safe" if page.chosen.unsafe else "")
        )
        for code, at in page.kept_back:
            click.echo(f"  when she asks: {code}  {at:%Y-%m-%d %H:%M} UTC")

    _as(username, tell)


# --- who safeguards ---------------------------------------------------------------------------------------

_AS = click.option(
    "--as", "username", required=True, help="The account in whose name it is done; it is logged."
)
_CASE = click.argument("case", type=click.UUID)


@safeguarding.command()
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day; today unless said.")
def policy(day: datetime | None) -> None:
    """Who safeguards by the grade of danger, with which service and by when."""
    from django.utils import timezone

    from throughline.casework.cases.rules.serving import services
    from throughline.foundations.clock.rules import london_day

    for one in services(day.date() if day else london_day(timezone.now())):
        checked = "verified" if one.verified else "unverified"
        click.echo(
            f"{one.grade}  {one.relationship}  {one.area}: {one.role}, {one.service}, within"
            f" {one.within_words}; duty {one.duty or 'none'}; {checked}"
        )


@safeguarding.command()
def ask() -> None:
    """Ask whoever safeguards by the policy where somebody else owns her cases, as the worker does each minute."""
    from django.utils import timezone

    from throughline.casework.safeguarding.tasks import ask_who_safeguards

    click.echo(f"victims for whom something changed: {ask_who_safeguards(now=timezone.now())}")


@safeguarding.command()
@_AS
def workload(username: str) -> None:
    """Open cases per owner by grade, what waits to be accepted, and what came back; by account, case and code."""
    from throughline.casework.safeguarding.queries.workload import workload as read

    def tell(actor: Any, now: datetime) -> None:
        found = read(actor, now=now)
        click.echo(f"waiting to be accepted: {found.waiting_count}, to decide: {found.to_decide}")
        for one in found.waiting:
            request = one.waits.request
            click.echo(
                f"  {request.case_id}  {request.state}  {request.role}  asked"
                f" {request.asked_at:%Y-%m-%d %H:%M} UTC  returned {one.waits.returns}"
            )
        for has in found.owners:
            grades = ", ".join(f"{grade} {count}" for grade, count in sorted(has.by_grade.items()))
            click.echo(f"{has.account}  {has.role}: {grades}; late {has.late}; waits {has.waits}")
        click.echo(f"owned by nobody: {sum(found.unowned.values())}")
        click.echo(f"packages: {found.sent}, complete: {found.complete}; " + _returned(found.returns))

    _as(username, tell)


def _returned(returns: tuple[tuple[str, int], ...]) -> str:
    return "returned: " + (", ".join(f"{reason} {count}" for reason, count in returns) or "none")


@safeguarding.command()
@_CASE
@_AS
def accept(case: UUID, username: str) -> None:
    """Accept to safeguard the victim of a case that one is asked to."""
    from throughline.casework.safeguarding.commands import serving

    _as(username, lambda actor, now: serving.accept(by=actor, now=now, case_id=case))
    click.echo("accepted")


@safeguarding.command("return")
@_CASE
@_AS
@click.option("--reason", required=True, help="A code of decision-reasons for safeguard-return.")
@click.option("--words", required=True, help="What is missing, or why somebody else is to.")
@click.option("--missing", multiple=True, help="A code of handover-items; may be given more than once.")
def give_back(case: UUID, username: str, reason: str, words: str, missing: tuple[str, ...]) -> None:
    """Return the request to safeguard the victim of a case."""
    from throughline.casework.safeguarding.commands import serving

    told: dict[str, Any] = {"case_id": case, "reason": reason, "words": words, "missing": missing}
    _as(username, lambda actor, now: serving.give_back(by=actor, now=now, **told))
    click.echo("returned")


@safeguarding.command("hand-over")
@_CASE
@_AS
def hand_over(case: UUID, username: str) -> None:
    """Send the package of a case as it stands; says what it holds and lacks, by code."""
    from throughline.casework.safeguarding.commands import handing

    def tell(actor: Any, now: datetime) -> None:
        sent = handing.send(by=actor, now=now, case_id=case)
        click.echo(f"held: {', '.join(sent.held) or 'nothing'}")
        click.echo(f"lacking: {', '.join(sent.lacking) or 'nothing'}")

    _as(username, tell)


@safeguarding.command()
@_CASE
@_AS
@click.option("--owner", required=True, help="The username of who owns the case from now on.")
@click.option("--reason", required=True, help="A code of decision-reasons for safeguard-decision.")
@click.option("--words", required=True, help="What you know that decides it.")
def decide(case: UUID, username: str, owner: str, reason: str, words: str) -> None:
    """Decide who owns a case that came back twice."""
    from throughline.casework.people.cli import actor_named
    from throughline.casework.safeguarding.commands import serving

    told: dict[str, Any] = {"case_id": case, "owner": actor_named(owner).id, "reason": reason, "words": words}
    _as(username, lambda actor, now: serving.decide(by=actor, now=now, **told))
    click.echo("decided")
