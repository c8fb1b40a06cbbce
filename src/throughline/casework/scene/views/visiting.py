"""An officer's own visit: arriving, each section on a page of its own, and leaving."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from throughline.casework.contact.views.briefs import unit_of
from throughline.casework.people.rules import Malformed
from throughline.casework.people.views.changing import add_conflict, in_conflict, saved, sent
from throughline.casework.scene.commands import attending, injuries
from throughline.casework.scene.commands.children import find_child, name_child
from throughline.casework.scene.forms import ChildForm, InjuryForm, NameChildForm, NumberForm, said
from throughline.casework.scene.queries import pages
from throughline.casework.scene.queries.progress import answers_of
from throughline.casework.scene.rules import INSTRUMENTS, Section
from throughline.casework.scene.rules.body import HEIGHT, WIDTH, svg_points
from throughline.casework.scene.views.shared import address_of, along_with, both, done, page, stood_on, tasks
from throughline.casework.scene.views.wording import TITLES, WORDING
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.views import recalled
from throughline.foundations.instruments.commands import ChangedMeanwhile
from throughline.foundations.instruments.forms import form_for
from throughline.foundations.instruments.queries import library
from throughline.foundations.offline.marking import done_at, is_kept, left_at


@guarded(Action.ATTEND)
@both
def home(request: HttpRequest) -> HttpResponse:
    """The officer's incidents: where they are, where they are sent, what they left. A post finds one by its number."""
    actor, now = actor_of(request), timezone.now()
    form = NumberForm(sent(request))
    if form.is_bound and form.is_valid():
        if found := pages.by_number(actor, form.cleaned_data["number"]):
            return redirect("scene:begin", found.id)
        form.add_error("number", _("no incident that you can open has it"))
    return page(request, "scene/home.html", form, mine=pages.my_scenes(actor, unit=unit_of(request), at=now))


@guarded(Action.ATTEND)
@both
def begin(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Before an officer begins: which incident it is, and who is in it. A post says that they are there."""
    actor, now = actor_of(request), timezone.now()
    found = pages.arrival(actor, incident_id, at=now)
    if request.method == "POST":
        begun = attending.begin(by=actor, now=now, incident_id=incident_id)
        return redirect("scene:visit", begun.id)
    if found.going_on is not None:
        return redirect("scene:visit", found.going_on.id)
    return page(request, "scene/begin.html", found=found)


@guarded(Action.ATTEND)
@require_GET
def visit(request: HttpRequest, attendance_id: UUID) -> HttpResponse:
    """The list of sections of one visit, with how far each is."""
    of = pages.visit(actor_of(request), attendance_id, at=timezone.now())
    return page(request, "scene/visit.html", of=of, tasks=tasks(of), along=along_with(request, of.attendance))


@guarded(Action.ATTEND)
@both
def leave(request: HttpRequest, attendance_id: UUID) -> HttpResponse:
    """Leaving: what is missing is said, and keeps nobody there."""
    actor, now = actor_of(request), timezone.now()
    if request.method == "POST":
        attending.leave(by=actor, now=now, attendance_id=attendance_id, at=done_at(request, now))
        return done(
            request, reverse("scene:visit", args=[attendance_id]), _("You have left. Your account stands.")
        )
    of = pages.visit(actor, attendance_id, at=now)
    missing = [(TITLES[one], address_of(one, of.attendance)) for one in of.unfinished]
    along = along_with(request, of.attendance)
    return page(request, "scene/leave.html", of=of, missing=missing, along=along)


@guarded(Action.ATTEND)
@both
def section(request: HttpRequest, attendance_id: UUID, section: Section) -> HttpResponse:
    """The questions of one section. Saving asks for nothing; finishing is another button."""
    actor, now = actor_of(request), timezone.now()
    of = pages.visit(actor, attendance_id, at=now)
    code = INSTRUMENTS[section]
    before = answers_of(of.attendance).get(code)
    # what was begun is gone on with, under the questions that it was begun with
    instrument = library().version(code, before.version) if before else library().as_of(code, london_day(now))
    posted = request.POST if request.method == "POST" else None
    form = form_for(instrument, posted, kept=before.answers if before else None)
    after = str(before.id if before else "")
    if request.method == "GET":
        draft = recalled(request, form)
        after = draft.typed.get("after", after) if draft else after
    elif posted is not None:
        after = posted.get("after", "")
        if form.is_valid() and _written(request, form, of, section, instrument, after):
            return redirect("scene:visit", attendance_id)
    found = pages.injuries_of(of.attendance, london_day(now)) if section is Section.INJURIES else ()
    # the form is filled already: `page` would fill it a second time
    shown: dict[str, Any] = {
        "form": form,
        "of": of,
        "instrument": instrument,
        "after": after,
        "injuries": found,
    }
    shown |= {"section": section, "along": along_with(request, of.attendance)}
    status = HTTPStatus.CONFLICT if in_conflict(form) else HTTPStatus.OK
    return render(request, "scene/section.html", {**WORDING, **shown}, status=status)


def _written(
    request: HttpRequest, form: Any, of: pages.Visit, section: Section, instrument: Any, after: str
) -> bool:
    now = timezone.now()
    try:
        written = attending.write_section(
            by=actor_of(request),
            now=now,
            at=done_at(request, now),
            attendance_id=of.attendance.id,
            section=section,
            instrument=instrument,
            answers=form.answers(),
            complete=form.completing,
            after=UUID(after) if after else None,
        )
    except ChangedMeanwhile:
        add_conflict(
            form,
            _(
                "This was saved elsewhere meanwhile. Nothing was overwritten: open the page again in another "
                "tab, then decide."
            ),
        )
    except Malformed as wrong:
        form.add_error(None, _(wrong.why))
    else:
        left_at(request, after=written.id)
        if form.dropped_notice():
            messages.info(request, form.dropped_notice())
        return True
    return False


# --- injuries -----------------------------------------------------------------------------------------


@guarded(Action.ATTEND)
@both
def chart(request: HttpRequest, attendance_id: UUID) -> HttpResponse:
    """The body chart: an injury of somebody, on one or several regions."""
    actor, now = actor_of(request), timezone.now()
    today = london_day(now)
    of = pages.visit(actor, attendance_id, at=now)
    people = [
        (str(one.who.record_id), one.who.name)
        for one in of.involved
        if {"victim", "suspect", "child", "witness"} & {*one.parts}
    ]
    form = InjuryForm(sent(request), people=people, today=today)

    def add() -> None:
        typed = form.cleaned_data
        injuries.add_injuries(
            by=actor,
            now=now,
            attendance_id=attendance_id,
            record_id=UUID(typed["whose"]),
            regions=typed["regions"],
            kind=typed["kind"],
            seen_by=typed["seen_by"],
            photographed=said(typed["photographed"]),
            words=typed["words"] or "",
            at=done_at(request, now),
        )

    if saved(form, add):
        return done(request, reverse("scene:injuries", args=[attendance_id]), _("Written down."))
    if request.method == "GET":
        recalled(request, form)
    shown: dict[str, Any] = {
        "form": form,
        "of": of,
        "width": WIDTH,
        "height": HEIGHT,
        "regions": _regions(form, pages.injuries_of(of.attendance, today)),
        "along": along_with(request, of.attendance),
    }
    return render(request, "scene/chart.html", {**WORDING, **shown})


def _regions(form: InjuryForm, injuries: tuple[pages.Shown, ...]) -> dict[str, list[dict[str, Any]]]:
    """The regions of the chart by view, each with the id of the checkbox that it stands for."""
    marked = {one.injury.region for one in injuries if one.injury.withdrawn_at is None}
    chosen = {*(form["regions"].value() or ())}
    first = form["regions"].auto_id
    views: dict[str, list[dict[str, Any]]] = {"front": [], "back": []}
    for number, (code, name) in enumerate(form.fields["regions"].choices):  # type: ignore[attr-defined]
        views[code.partition("-")[0]].append(
            {
                "points": svg_points(code),
                "label": name,
                # as the component numbers its boxes
                "box": first if number == 0 else f"{first}-{number + 1}",
                "marked": code in marked,
                "chosen": code in chosen,
            }
        )
    return views


@guarded(Action.ATTEND)
@require_POST
def withdraw(request: HttpRequest, attendance_id: UUID, injury_id: UUID) -> HttpResponse:
    """Take back an injury that was written by mistake."""
    now = timezone.now()
    try:
        injuries.withdraw_injury(
            by=actor_of(request),
            now=now,
            attendance_id=attendance_id,
            injury_id=injury_id,
            at=done_at(request, now),
        )
    except Malformed as wrong:
        if is_kept(request):
            # its author is not there to read why not
            return HttpResponse(status=HTTPStatus.CONFLICT)
        messages.info(request, _(wrong.why))
    return redirect("scene:injuries", attendance_id)


# --- what was said before -----------------------------------------------------------------------------


@guarded(Action.ATTEND)
@both
def earlier(request: HttpRequest, attendance_id: UUID) -> HttpResponse:
    """What was said before, after her own account: one tap each."""
    actor, now = actor_of(request), timezone.now()
    refused = False
    if request.method == "POST":
        about, _dot, question = request.POST.get("about", "").partition(".")
        try:
            attending.still_true(
                by=actor,
                now=now,
                attendance_id=attendance_id,
                about=UUID(about),
                question=question,
                verdict=request.POST.get("verdict", ""),
                at=done_at(request, now),
            )
        except Malformed as wrong:
            messages.info(request, _(wrong.why))
            refused = True
        except ValueError:
            raise BadRequest("about: not the id of anything said before") from None
        else:
            return redirect("scene:earlier", attendance_id)
    of = pages.visit(actor, attendance_id, at=now)
    shown: dict[str, Any] = {
        "said": pages.said_before(actor, of, at=now),
        "along": along_with(request, of.attendance),
    }
    return page(request, "scene/earlier.html", changed=refused, of=of, **shown)


# --- children -----------------------------------------------------------------------------------------


@guarded(Action.ATTEND)
@both
def children(request: HttpRequest, attendance_id: UUID) -> HttpResponse:
    """The children: who is known, who is proposed, and one who is only named. A post takes one in."""
    actor, now = actor_of(request), timezone.now()
    of = pages.visit(actor, attendance_id, at=now)
    known = request.POST.get("child", "")
    form = NameChildForm(None if known else sent(request))

    def name() -> None:
        child = name_child(by=actor, now=now, attendance_id=attendance_id, **form.cleaned_data)
        messages.success(request, _("Written down. Say what you found."))
        named.append(child)

    named: list[UUID] = []
    refused = False
    if known:
        try:
            named.append(name_child(by=actor, now=now, attendance_id=attendance_id, record_id=UUID(known)))
        except Malformed as wrong:
            messages.info(request, _(wrong.why))
            refused = True
        except ValueError:
            raise BadRequest("child: not the id of a record") from None
    if named or saved(form, name):
        return redirect("scene:child", attendance_id, named[0])
    found = pages.children_of(actor, of.incident, of.attendance, today=london_day(now))
    along = along_with(request, of.attendance)
    return page(request, "scene/children.html", form, changed=refused, of=of, found=found, along=along)


@guarded(Action.ATTEND)
@both
def child(request: HttpRequest, attendance_id: UUID, child_id: UUID) -> HttpResponse:
    """One child: there or not, seen, spoken to, own words, school. Nothing is needed to save."""
    actor, now = actor_of(request), timezone.now()
    of, one = pages.the_child(actor, attendance_id, child_id, at=now)
    after = stood_on(request, one.found)
    kept = {True: "yes", False: "no", None: None}
    initial = {
        "presence": one.found.presence if one.found else "",
        "seen": kept[one.found.seen] if one.found else None,
        "spoken_to": kept[one.found.spoken_to] if one.found else None,
        "own_words": one.own_words,
        "school": one.school,
    }
    form = ChildForm(sent(request), today=london_day(now), initial=initial)

    def keep() -> None:
        typed = form.cleaned_data
        written = find_child(
            by=actor,
            now=now,
            attendance_id=attendance_id,
            record_id=child_id,
            presence=typed["presence"] or "",
            seen=said(typed["seen"]),
            spoken_to=said(typed["spoken_to"]),
            own_words=typed["own_words"] or "",
            school=typed["school"] or "",
            after=UUID(after) if after else None,
            at=done_at(request, now),
        )
        left_at(request, after=written.id)

    if saved(form, keep):
        return done(request, reverse("scene:children", args=[attendance_id]), _("Saved."))
    along = along_with(request, of.attendance)
    return page(request, "scene/child.html", form, of=of, child=one, after=after, along=along)
