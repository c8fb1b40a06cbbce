"""Pages of an incident: what was gathered and done, the second look, children decided, and what is read of it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from throughline.casework.cases.queries.pages import NOT_THERE
from throughline.casework.contact.queries.recordings import told_of
from throughline.casework.contact.views.recordings import STANDING
from throughline.casework.people.views.changing import saved, sent
from throughline.casework.scene.commands import acting, adding
from throughline.casework.scene.commands.children import decide_children
from throughline.casework.scene.commands.gathering import gather
from throughline.casework.scene.forms import (
    STATES,
    ActionForm,
    AddForm,
    CorrectForm,
    DecideForm,
    EvidenceForm,
    ReviewForm,
    last_moment,
    said,
)
from throughline.casework.scene.queries import pages
from throughline.casework.scene.queries.reach import latest_decision
from throughline.casework.scene.rules import Evidence
from throughline.casework.scene.views.shared import along_with, back_to, both, done, page, stood_on
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, Refused, may
from throughline.foundations.clock.rules import london_day
from throughline.foundations.offline.marking import done_at, left_at

_RECORDING = "call-recording"
_YES_NO = {True: "yes", False: "no", None: None}


@guarded(Action.VIEW_SCENE)
@require_GET
def read(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Everything that was written of a scene, by whom and when."""
    found = pages.scene(actor_of(request), incident_id, at=timezone.now())
    return page(request, "scene/read.html", scene=found, Action=Action, evidence_states=STATES)


# --- what was gathered --------------------------------------------------------------------------------


@guarded(Action.ATTEND)
@require_GET
def evidence(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """The seven things to gather, and what became of each."""
    now = timezone.now()
    on = pages.on_incident(actor_of(request), Action.ATTEND, incident_id, at=now)
    colours = {
        Evidence.DONE: "green",
        Evidence.NOT_DONE: "red",
        Evidence.NOT_APPLICABLE: "grey",
        Evidence.FOR_INVESTIGATOR: "yellow",
    }
    listed = [
        {
            "title": {"text": _(one.label)},
            "hint": {"text": _(one.done)},
            "href": reverse("scene:item", args=[incident_id, one.code]),
            "status": {
                "tag": {
                    "text": STATES[Evidence(one.item.state)] if one.item else _("Not said yet"),
                    "classes": f"govuk-tag--{colours[Evidence(one.item.state)] if one.item else 'blue'}",
                }
            },
        }
        for one in pages.evidence_of(on.incident, london_day(now))
    ]
    shown: dict[str, Any] = {"back": back_to(on.own, incident_id), "along": along_with(request, on.own)}
    return page(request, "scene/evidence.html", on=on, listed=listed, **shown)


@guarded(Action.ATTEND)
@both
def item(request: HttpRequest, incident_id: UUID, item: str) -> HttpResponse:
    """One thing to gather: done, not done and why, not applicable, or for the investigator."""
    actor, now = actor_of(request), timezone.now()
    on = pages.on_incident(actor, Action.ATTEND, incident_id, at=now)
    today = london_day(now)
    one = next((each for each in pages.evidence_of(on.incident, today) if each.code == item), None)
    if one is None:
        raise Refused(NOT_THERE, incident_id)
    stands = one.item
    initial = {"words": one.words}
    if stands is not None:
        initial |= {
            "state": stands.state,
            "exhibit": stands.exhibit,
            "listened": _YES_NO[stands.listened] or "",
            f"reason_{stands.state}": stands.reason,
        }
    form = EvidenceForm(sent(request), item=item, today=today, initial=initial)
    after = stood_on(request, stands)

    def keep() -> None:
        typed = form.cleaned_data
        written = gather(
            by=actor,
            now=now,
            incident_id=incident_id,
            item=item,
            state=typed["state"],
            reason=form.reason(),
            words=typed["words"] or "",
            exhibit=typed["exhibit"] or "",
            listened=said(typed.get("listened")),
            after=after,
            at=done_at(request, now),
        )
        left_at(request, after=written.id)

    back = reverse("scene:evidence", args=[incident_id])
    if saved(form, keep):
        return done(request, back, _("Saved."))
    shown: dict[str, Any] = {"back": back, "after": after, "along": along_with(request, on.own)}
    if item == _RECORDING and may(actor, Action.VIEW_CONTACT):
        shown |= {"recordings": told_of(incident_id, at=now), "recording_standing": STANDING}
    return page(request, "scene/item.html", form, on=on, one=one, **shown)


# --- what was done about suspects ---------------------------------------------------------------------


@guarded(Action.ATTEND)
@require_GET
def actions(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Every suspect, and what was done about each."""
    now = timezone.now()
    on = pages.on_incident(actor_of(request), Action.ATTEND, incident_id, at=now)
    acted = pages.actions_of(on.incident, london_day(now))
    shown: dict[str, Any] = {"back": back_to(on.own, incident_id), "along": along_with(request, on.own)}
    return page(request, "scene/actions.html", on=on, acted=acted, **shown)


@guarded(Action.ATTEND)
@both
def action(request: HttpRequest, incident_id: UUID, suspect_id: UUID) -> HttpResponse:
    """What was done about one suspect, and why nobody was arrested where there was power to."""
    actor, now = actor_of(request), timezone.now()
    on = pages.on_incident(actor, Action.ATTEND, incident_id, at=now)
    today = london_day(now)
    one = next((each for each in pages.actions_of(on.incident, today) if each.record_id == suspect_id), None)
    if one is None:
        raise Refused(NOT_THERE, incident_id)
    stands = one.action
    initial = (
        {
            "action": stands.action,
            "offence": stands.offence,
            "power": _YES_NO[stands.power],
            "reasons": stands.reasons,
            "words": one.words,
        }
        if stands
        else {}
    )
    form = ActionForm(sent(request), today=today, initial=initial)
    after = stood_on(request, stands)

    def keep() -> None:
        typed, at = form.cleaned_data, done_at(request, now)
        written = acting.act_on(
            by=actor,
            now=now,
            incident_id=incident_id,
            record_id=suspect_id,
            action=typed["action"],
            power=said(typed["power"]),
            reasons=typed["reasons"],
            offence=typed["offence"] or "",
            words=typed["words"] or "",
            after=after,
            at=last_moment(typed["time"], at) or at,
        )
        left_at(request, after=written.id)

    back = reverse("scene:actions", args=[incident_id])
    if saved(form, keep):
        return done(request, back, _("Saved."))
    along = along_with(request, on.own)
    return page(request, "scene/action.html", form, on=on, one=one, back=back, after=after, along=along)


@guarded(Action.CHECK_RISK)
@both
def no_arrest(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """Decisions not to arrest that wait for a sergeant: each agreed with, or not, singly."""
    actor, now = actor_of(request), timezone.now()
    on = pages.on_incident(actor, Action.CHECK_RISK, incident_id, at=now)
    waiting = pages.to_review(actor, on.incident, at=now)
    if not waiting:
        messages.info(request, _("Nothing waits about that incident: somebody has looked at it."))
        return redirect("scene:read", incident_id)
    one = waiting[0]
    form = ReviewForm(sent(request), initial={"suspect": one.record_id})

    def keep() -> None:
        typed = form.cleaned_data
        acting.review_action(
            by=actor,
            now=now,
            incident_id=incident_id,
            record_id=typed["suspect"],
            agreed=typed["answer"] == "agree",
            feedback=typed["feedback"] or "",
        )

    if saved(form, keep):
        here = "scene:no-arrest" if len(waiting) > 1 else "scene:read"
        return done(
            request, reverse(here, args=[incident_id]), _("Kept. The officer reads what you told them.")
        )
    mine = bool(one.action and one.action.by == actor.id)
    back = "/"
    return page(
        request, "scene/no_arrest.html", form, on=on, one=one, mine=mine, more=len(waiting) - 1, back=back
    )


# --- children -----------------------------------------------------------------------------------------


@guarded(Action.DECIDE_CHILD)
@both
def child_decision(request: HttpRequest, incident_id: UUID) -> HttpResponse:
    """What is done for each child: one decision for one or several, or that there is none."""
    actor, now = actor_of(request), timezone.now()
    on = pages.on_incident(actor, Action.DECIDE_CHILD, incident_id, at=now)
    today = london_day(now)
    found = pages.children_of(actor, on.incident, None, today=today)
    form = DecideForm(
        sent(request),
        children=[(one.who.record_id, one.who.name) for one in found.involved],
        finders=pages.finders(),
        me=actor.id,
        today=today,
    )
    after = stood_on(request, latest_decision(on.incident))

    def keep() -> None:
        typed = form.cleaned_data
        finder = typed.get("finder")
        written = decide_children(
            by=actor,
            now=now,
            incident_id=incident_id,
            children=[UUID(one) for one in typed.get("children") or ()],
            choice=typed["choice"],
            reason=form.reason(),
            words=typed["words"] or "",
            finder=UUID(finder) if finder else None,
            find_out_by=form.find_out_by(),
            after=after,
            at=done_at(request, now),
        )
        left_at(request, after=written.id)

    back = back_to(on.own, incident_id)
    if saved(form, keep):
        return done(request, back, _("Decided, in your name."))
    shown: dict[str, Any] = {"after": after, "along": along_with(request, on.own)}
    return page(request, "scene/child_decision.html", form, on=on, found=found, back=back, **shown)


# --- adding to what stands ----------------------------------------------------------------------------


@guarded(Action.AMEND_ACCOUNT)
@both
def add(request: HttpRequest, attendance_id: UUID) -> HttpResponse:
    """Add to an officer's account in one's own words."""
    actor, now = actor_of(request), timezone.now()
    attendance, officer = pages.an_account(actor, attendance_id)
    form = AddForm(sent(request))

    def keep() -> None:
        adding.add(
            by=actor,
            now=now,
            about=attendance.id,
            subjects=attendance.incident.subjects,
            incident_id=attendance.incident_id,
            words=form.cleaned_data["words"],
        )

    back = reverse("scene:read", args=[attendance.incident_id])
    if saved(form, keep):
        return done(request, back, _("Added, in your name."))
    told: dict[str, Any] = {
        "attendance": attendance,
        "officer": officer,
        "amended": pages.amended(attendance.id),
    }
    return page(request, "scene/add.html", form, back=back, **told)


@guarded(Action.AMEND_ACCOUNT)
@both
def correct(request: HttpRequest, attendance_id: UUID) -> HttpResponse:
    """Ask the author of an account to put something right."""
    actor, now = actor_of(request), timezone.now()
    attendance, officer = pages.an_account(actor, attendance_id)
    form = CorrectForm(sent(request))

    def ask() -> None:
        adding.ask_correction(
            by=actor,
            now=now,
            about=attendance.id,
            author=attendance.officer,
            subjects=attendance.incident.subjects,
            incident_id=attendance.incident_id,
            words=form.cleaned_data["words"],
        )

    back = reverse("scene:read", args=[attendance.incident_id])
    if saved(form, ask):
        return done(request, back, _("Asked. The answer stands beside the account."))
    return page(request, "scene/correct.html", form, attendance=attendance, officer=officer, back=back)


@guarded(Action.AMEND_ACCOUNT)
@both
def answer(request: HttpRequest, correction_id: UUID) -> HttpResponse:
    """What the author of an account is asked to put right, answered by adding to it."""
    actor, now = actor_of(request), timezone.now()
    asked = pages.correction(actor, correction_id)
    form = AddForm(sent(request))

    def keep() -> None:
        adding.add(
            by=actor,
            now=now,
            about=asked.about,
            subjects=asked.subjects,
            incident_id=asked.incident_id,
            answers=asked.id,
            words=form.cleaned_data["words"],
        )

    if saved(form, keep):
        return done(request, "/", _("Answered. It stands beside the account."))
    told: dict[str, Any] = {"asked": asked, "amended": pages.amended(asked.about)}
    return page(request, "scene/answer.html", form, back="/", **told)
