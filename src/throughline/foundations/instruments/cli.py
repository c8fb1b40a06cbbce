"""`throughline instruments …`: the question sets there are, and a force's own beside them."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click
import django

from throughline.foundations.instruments.rules import (
    AbuseKind,
    BadInstrument,
    Change,
    Difference,
    Instrument,
    Library,
    Setting,
    differences,
)
from throughline.reference import load
from throughline.reference.cli import Day, as_columns

BY = click.option("--by", required=True, help="The name of who answers for it; it is kept.")


@click.group()
def instruments() -> None:
    """Question sets: those that come with the software, and the force's own, amended or licensed."""
    django.setup()


def _today() -> date:
    from django.utils import timezone

    from throughline.foundations.clock.rules import london_day

    return london_day(timezone.now())


@contextmanager
def _said() -> Iterator[None]:
    """What is wrong with a file or a wish, as one line and without a trace."""
    from throughline.foundations.instruments.commands.registering import CannotRegister

    try:
        yield
    except (BadInstrument, CannotRegister, LookupError) as wrong:
        raise click.ClickException(str(wrong)) from None
    except OSError as wrong:
        raise click.ClickException(f"The force's folder cannot be written: {wrong.strerror}") from None


def _library() -> Library:
    from throughline.foundations.instruments.queries import library

    with _said():
        return library()


def _own() -> Path:
    from throughline.foundations.instruments.queries import own_folder

    own = own_folder()
    if own is None:
        raise click.ClickException(
            "THROUGHLINE_INSTRUMENTS names no folder for the force's own question sets."
        )
    return own


@instruments.command("list")
@click.option("--as-of", type=Day(), help="Only what is asked on this day.")
def show_all(as_of: date | None) -> None:
    """Every version, what it is beside ours, when it holds, and who registered it."""
    from throughline.foundations.clock.rules import london_day

    shelf = _library()
    today = _today()
    lines = [["instrument", "version", "variant", "from", "until", "today", "questions", "registered"]]
    for code in shelf.codes:
        for one in shelf.versions(code):
            if as_of is not None and not one.holds(as_of):
                continue
            entry = shelf.registration(one)
            changed = ", FILE CHANGED SINCE" if shelf.changed_since(one) else ""
            lines.append(
                [
                    one.code,
                    one.version,
                    shelf.variant(one),
                    one.valid_from.isoformat(),
                    one.valid_until.isoformat() if one.valid_until else "–",
                    "asked" if shelf.asks(one, as_of or today) else "–",
                    str(len(one.questions)),
                    f"{london_day(entry.at)} by {entry.by}{changed}" if entry else "–",
                ]
            )
    click.echo("\n".join(as_columns(lines)))


@instruments.command()
@click.argument("code")
@click.argument("version", required=False)
def show(code: str, version: str | None) -> None:
    """One version: where it is from, every question with its factor, and what it asks otherwise than ours."""
    shelf = _library()
    with _said():
        one = shelf.version(code, version) if version else shelf.as_of(code, _today())
    click.echo(f"{one.title}\n{one.code} {one.version}, {shelf.variant(one)}; {_holds(one)}")
    click.echo(f"Source: {one.source} Confidence: {one.confidence}.")
    click.echo(f"Licence: {one.licence}.")
    if one.acknowledgement:
        click.echo(f"Acknowledgement: {one.acknowledgement}")
    for paragraph in one.explains:
        click.echo(f"To say first: {paragraph}")
    for number, question in enumerate(one.questions, start=1):
        to = f" [{', '.join(question.applies_to)} only]" if question.applies_to else ""
        factor = f" ({question.factor})" if question.factor else ""
        click.echo(f"{number:>3}. {question.code}{factor}{to}: {question.text}")
    for grade, words in one.result_words.items():
        click.echo(f"To say of {grade}: {words}")
    ours = shelf.shipped_for(one)
    if ours is not None:
        _say_differences(ours, differences(ours, one))


def _holds(one: Instrument) -> str:
    return f"from {one.valid_from}{f' until {one.valid_until}' if one.valid_until else ''}"


def _say_differences(ours: Instrument, found: Iterable[Difference]) -> None:
    listed = tuple(found)
    count = {0: "no difference", 1: "1 difference"}.get(len(listed), f"{len(listed)} differences")
    click.echo(f"Beside ours ({ours.code} {ours.version}): {count}")
    for change in Change:
        for one in listed:
            if one.change is change:
                factor = f" ({one.factor})" if one.factor else ""
                click.echo(f"  {change}: {one.code}{factor}")
                if change in (Change.REWORDED, Change.REMOVED):
                    click.echo(f"    ours: {one.before}")
                if change in (Change.REWORDED, Change.ADDED):
                    click.echo(f"    this: {one.after}")


@instruments.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.pass_context
def check(ctx: click.Context, files: tuple[Path, ...]) -> None:
    """Say of each FILE whether it could be registered, and what it would ask otherwise; writes nothing."""
    from throughline.foundations.instruments.commands.registering import CannotRegister, try_file
    from throughline.foundations.instruments.queries import own_folder, shipped_folder

    own = own_folder()
    failed = False
    with shipped_folder() as shipped:
        for file in files:
            try:
                tried = try_file(file, folders=[shipped, *([own] if own else [])])
            except (BadInstrument, CannotRegister) as wrong:
                click.echo(str(wrong), err=True)
                failed = True
                continue
            one = tried.instrument
            click.echo(
                f"{file.name}: could be registered as {one.code} {one.version}, {tried.variant}; "
                f"{len(one.questions)} {'question' if len(one.questions) == 1 else 'questions'}; {_holds(one)}"
            )
            if tried.shipped is not None:
                _say_differences(tried.shipped, tried.differences)
    if failed:
        ctx.exit(1)


@instruments.command()
@click.argument("file", type=click.Path(path_type=Path))
@BY
def register(file: Path, by: str) -> None:
    """Take FILE, an instrument or licensed wording for one, into the force's folder; it is asked from its first day."""
    from django.utils import timezone

    from throughline.foundations.instruments.commands.registering import register_file
    from throughline.foundations.instruments.queries import shipped_folder

    own = _own()
    with _said(), shipped_folder() as shipped:
        done = register_file(by=by, now=timezone.now(), file=file, shipped=shipped, folder=own)
    one = done.instrument
    click.echo(f"Registered {one.code} {one.version}, {done.variant}; {_holds(one)}. Start the site again.")
    if done.shipped is not None:
        _say_differences(done.shipped, done.differences)
    if one.code not in {row.text("instrument") for row in load("risk-instruments").rows}:
        click.echo(f"It is asked nowhere yet: throughline instruments choose {one.code} --setting … --from …")


@instruments.command()
@click.argument("code")
@click.argument("version")
@click.option("--last-day", required=True, type=Day(), help="The last day on which it is asked.")
@BY
def end(code: str, version: str, last_day: date, by: str) -> None:
    """Stop asking one of the force's own versions after a day; what was answered under it stays."""
    from django.utils import timezone

    from throughline.foundations.instruments.commands.registering import end_version
    from throughline.foundations.instruments.queries import shipped_folder

    own = _own()
    with _said(), shipped_folder() as shipped:
        end_version(
            by=by,
            now=timezone.now(),
            code=code,
            version=version,
            last_day=last_day,
            shipped=shipped,
            folder=own,
        )
    click.echo(f"{code} {version} is asked until {last_day}. Start the site again.")


@instruments.command()
@click.argument("code")
@click.option("--setting", required=True, type=click.Choice([str(one) for one in Setting]))
@click.option("--from", "since", required=True, type=Day(), help="The first day.")
@BY
def choose(code: str, setting: str, since: date, by: str) -> None:
    """Say which instrument the force asks in a setting from a day on; ours again by choosing it again."""
    from django.utils import timezone

    from throughline.foundations.instruments.commands.registering import choose as chosen
    from throughline.foundations.instruments.queries import shipped_folder

    own = _own()
    with _said(), shipped_folder() as shipped:
        chosen(
            by=by,
            now=timezone.now(),
            code=code,
            setting=Setting(setting),
            since=since,
            shipped=shipped,
            folder=own,
        )
    click.echo(f"{code} is asked at {setting} from {since}. Start the site again.")


@instruments.command()
@click.option("--setting", required=True, type=click.Choice([str(one) for one in Setting]))
@click.option(
    "--relationship", required=True, help="A group: partner, ex-partner, family, household or unknown."
)
@click.option("--kind", "kinds", multiple=True, type=click.Choice([str(one) for one in AbuseKind]))
@click.option("--as-of", type=Day(), help="The day (default: today in London).")
def which(setting: str, relationship: str, kinds: tuple[str, ...], as_of: date | None) -> None:
    """Say which risk assessment is asked, which further ones, and why."""
    from throughline.foundations.instruments.queries import to_ask

    with _said():
        asked = to_ask(
            as_of or _today(),
            setting=Setting(setting),
            relationship=relationship,
            kinds=[AbuseKind(kind) for kind in kinds],
        )
    main, found = asked.main, asked.which
    click.echo(f"{main.code} {main.version}: {main.title}")
    if found.chosen is not None:
        click.echo(f"Because the force chose it from {found.chosen.since}.")
    elif found.because is not None:
        sure = "" if found.because.verified else ", not verified"
        click.echo(
            f"Because: {found.because.label} ({found.because.source}; {found.because.confidence}{sure})."
        )
    for one in asked.follow_ups:
        click.echo(f"As well: {one.code} {one.version}")
    for code in found.may_choose:
        click.echo(f"The force may choose: {code}")
