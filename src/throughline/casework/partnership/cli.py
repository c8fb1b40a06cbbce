"""``throughline partners``: referrals to independent advisers and to a MARAC, by account, case and code; never a name."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

import click
import django

from throughline.casework.cases.cli import as_account

_AS = click.option(
    "--as", "username", required=True, help="The account in whose name it is done; it is logged."
)
_CASE = click.argument("case", type=click.UUID)
_REFERRAL = click.argument("referral", type=click.UUID)
_WORDS = click.option("--words", default="", help="In your words.")
_as = partial(as_account, conflict="it does not wait for this account, or was answered")


@click.group()
def partners() -> None:
    """Partners: independent advisers, and referrals to a MARAC."""
    django.setup()


@partners.command()
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The day; today unless said.")
def policy(day: datetime | None) -> None:
    """Who is referred to an independent adviser by when, and the criteria for a MARAC, as they hold on a day."""
    from django.utils import timezone

    from throughline.casework.partnership.rules.conferring import criteria
    from throughline.foundations.clock.rules import london_day
    from throughline.reference import load

    on = day.date() if day else london_day(timezone.now())
    for row in load("idva-referral-policy").as_of(on):
        click.echo(
            f"{row.text('grade')}  {row.text('repeat')}: {'asked for' if row.flag('asks') else 'not asked for'},"
            f" referred within {row.text('refer_within')}, accepted within {row.text('accept_within')}, reached"
            f" within {row.text('contact_within')}; {'verified' if row.verified else 'unverified'}"
        )
    for one in criteria(on):
        click.echo(f"{one.code}: {one.label}; {'verified' if one.verified else 'unverified'}")


@partners.command()
def call() -> None:
    """Put on somebody's list who is to be referred and is not, as the worker does each minute."""
    from django.utils import timezone

    from throughline.casework.partnership.tasks import call_for_advisers, call_for_maracs

    now = timezone.now()
    click.echo(f"advisers: {call_for_advisers(now=now)}")
    click.echo(f"MARAC: {call_for_maracs(now=now)}")


@partners.command()
@_AS
def inbox(username: str) -> None:
    """What an adviser's service has, what waits to be accepted first; by referral and code."""
    from throughline.casework.partnership.queries.inbox import inbox as read

    def tell(actor: Any, now: datetime) -> None:
        for one in read(actor, now=now):
            late = ", ".join(one.late.causes) or "in time"
            click.echo(
                f"{one.referral.id}  {one.referral.state}  {one.grade or 'no grade'}  sent"
                f" {one.referral.sent_at:%Y-%m-%d %H:%M} UTC  {late}  due to hear {one.hears}"
            )

    _as(username, tell)


@partners.command()
@_CASE
@_AS
@click.option("--service", required=True, type=click.UUID, help="The id of the advisers' team.")
@click.option("--basis", required=True, help="A code of sharing-bases.")
@click.option("--consent", required=True, help="A code of referral-consents.")
@_WORDS
def refer(case: UUID, username: str, service: UUID, basis: str, consent: str, words: str) -> None:
    """Refer the victim of a case to an advisers' service."""
    from throughline.casework.partnership.commands import advising

    told: dict[str, Any] = {"team_id": service, "basis": basis, "consent": consent, "words": words}
    _as(
        username,
        lambda actor, now: click.echo(advising.refer(by=actor, now=now, case_id=case, **told).id),
    )


@partners.command()
def services() -> None:
    """The advisers' services that have an account: id, agency and team."""
    from throughline.casework.partnership.queries.services import services as known

    for one in known():
        click.echo(f"{one.id}  {one.agency.name}, {one.name}")


@partners.command()
@_REFERRAL
@_AS
def accept(referral: UUID, username: str) -> None:
    """Accept a referral: she is the account's by name."""
    from throughline.casework.partnership.commands import advising

    _as(username, lambda actor, now: advising.accept(by=actor, now=now, referral_id=referral))
    click.echo("accepted")


@partners.command("return")
@_REFERRAL
@_AS
@click.option("--reason", required=True, help="A code of idva-return-reasons.")
@_WORDS
def give_back(referral: UUID, username: str, reason: str, words: str) -> None:
    """Return a referral that the service does not take on."""
    from throughline.casework.partnership.commands import advising

    told: dict[str, Any] = {"referral_id": referral, "reason": reason, "words": words}
    _as(username, lambda actor, now: advising.give_back(by=actor, now=now, **told))
    click.echo("returned")


@partners.command()
@_CASE
@_AS
def criteria(case: UUID, username: str) -> None:
    """How each criterion for a MARAC stands with the records of a case; the look is logged."""
    from throughline.casework.cases.models import Case
    from throughline.casework.cases.queries.pages import in_sight
    from throughline.casework.partnership.queries.partners import partners as read
    from throughline.foundations.access.rules import Action

    def tell(actor: Any, now: datetime) -> None:
        found = in_sight(actor, Action.VIEW_CASE, Case, case)
        for one in read(actor, found, now=now, purpose="safeguarding-enquiry").standing:
            counted = f", {one.count} of {one.criterion.threshold}" if one.criterion.threshold else ""
            click.echo(f"{one.criterion.code}: {'met' if one.met else 'not met by a record'}{counted}")

    _as(username, tell)


@partners.command()
@_CASE
@_AS
@click.option("--criterion", "chosen", multiple=True, required=True, help="A code of marac-criteria.")
@click.option("--words", required=True, help="Why it is referred.")
@click.option("--consent", default="", help="A code of referral-consents.")
def marac(case: UUID, username: str, chosen: tuple[str, ...], words: str, consent: str) -> None:
    """Refer a case to a MARAC. Made, it stays made."""
    from throughline.casework.partnership.commands import conferring

    told: dict[str, Any] = {"case_id": case, "chosen": chosen, "words": words, "consent": consent}
    _as(username, lambda actor, now: click.echo(conferring.refer(by=actor, now=now, **told).id))


@partners.command("marac-sent")
@_REFERRAL
@_AS
@click.option("--to", required=True, help="A code of marac-destinations.")
@click.option("--reference", default="", help="The reference that it was given.")
def marac_sent(referral: UUID, username: str, to: str, reference: str) -> None:
    """Write down that a referral to a MARAC was sent."""
    from throughline.casework.partnership.commands import conferring

    told: dict[str, Any] = {"marac_id": referral, "to": to, "reference": reference}
    _as(username, lambda actor, now: conferring.sent(by=actor, now=now, **told))
    click.echo("sent")
