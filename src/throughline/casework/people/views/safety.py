"""Who may see a record: restricting it, letting somebody see it, breaking the glass, refuges and staff."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from throughline.casework.people.commands import safety
from throughline.casework.people.forms.person import (
    AccountForm,
    AddressForm,
    BreakGlassForm,
    ConfirmForm,
    ReasonForm,
    SightForm,
)
from throughline.casework.people.queries.restriction import refuge_readers, restricted_by_reference, staff
from throughline.casework.people.views.changing import about_person, change, change_page, done, saved, sent
from throughline.casework.people.views.purposes import lead_to
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, Refused, Role
from throughline.foundations.audit.commands import record
from throughline.foundations.audit.models import Event
from throughline.foundations.clock.rules import end_of_day, london_day
from throughline.foundations.drafts.views import recalled


def _out_of_sight(request: HttpRequest, record_id: UUID, words: str) -> HttpResponse:
    """Back to where the reader may still be: only the desk sees what has just been restricted."""
    if actor_of(request).role == Role.DESK:
        return done(request, record_id, words)
    messages.success(request, words)
    return redirect("people:search")


@about_person(Action.RESTRICT)
def restrict(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Take a record out of everybody's sight but the desk's."""
    now = timezone.now()
    form = ReasonForm(
        sent(request), decision="restrict", reasons="restriction-reasons", today=london_day(now)
    )
    if saved(form, _with_reason(safety.restrict, request, now, record_id, form)):
        return _out_of_sight(
            request, record_id, _("Restricted. Only the restricted-records desk sees it now.")
        )
    return change_page(
        request,
        Action.RESTRICT,
        record_id,
        form,
        title=_("Restrict this record"),
        button=_("Restrict record"),
        danger=True,
        lead=[
            _(
                "At once nobody finds or sees it but the restricted-records desk and whoever they let see it. You will not see it either."
            ),
            _("Where a call matches it, the desk passes the officer what keeps people safe."),
        ],
    )


@about_person(Action.LIFT_RESTRICTION)
def lift(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Bring a record back into the sight of the front line."""
    now = timezone.now()
    form = ReasonForm(sent(request), decision="lift-restriction", today=london_day(now))
    return change(
        request,
        Action.LIFT_RESTRICTION,
        record_id,
        form,
        _with_reason(safety.lift_restriction, request, now, record_id, form),
        success=_("Restriction lifted. The whole front line finds this person again."),
        title=_("Lift the restriction"),
        button=_("Lift restriction"),
        danger=True,
        lead=[_("The whole front line will find and see this person.")],
    )


def _with_reason(
    command: Callable[..., object], request: HttpRequest, now: datetime, record_id: UUID, form: ReasonForm
) -> Callable[[], object]:
    return lambda: command(
        by=actor_of(request),
        now=now,
        record_id=record_id,
        reason=form.cleaned_data["reason"],
        words=form.cleaned_data["words"],
    )


@about_person(Action.GRANT_SIGHT)
def let_see(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Let one account or team see a restricted record."""
    now = timezone.now()
    form = SightForm(sent(request), accounts=staff(today=london_day(now), teams=True), today=london_day(now))

    def command() -> None:
        until = form.cleaned_data["until"]
        safety.let_see(
            by=actor_of(request),
            now=now,
            record_id=record_id,
            grantee=UUID(form.cleaned_data["account"]),
            reason=form.cleaned_data["reason"],
            until=end_of_day(until) if until else None,
        )

    return change(
        request,
        Action.GRANT_SIGHT,
        record_id,
        form,
        command,
        success=_("They may see this record now."),
        title=_("Let somebody see this record"),
        button=_("Let them see it"),
    )


@about_person(Action.GRANT_SIGHT)
def stop_seeing(request: HttpRequest, record_id: UUID, grantee: UUID) -> HttpResponse:
    """Take back what letting somebody see a record gave."""
    now = timezone.now()
    form = ConfirmForm(sent(request), today=london_day(now))
    return change(
        request,
        Action.GRANT_SIGHT,
        record_id,
        form,
        lambda: safety.stop_seeing(by=actor_of(request), now=now, record_id=record_id, grantee=grantee),
        success=_("They no longer see this record."),
        title=_("Take back the sight of this record"),
        button=_("Take it back"),
        lead=[_("From now on they find nothing here. What they have seen stays in the log.")],
    )


@guarded(Action.BREAK_GLASS)
@require_http_methods(["GET", "POST"])
def break_glass(request: HttpRequest) -> HttpResponse:
    """See a restricted record for four hours, by the reference that the desk gave."""
    now = timezone.now()
    form = BreakGlassForm(sent(request), decision="break-glass", today=london_day(now))
    if request.method == "GET":
        recalled(request, form)
        return render(request, "people/break_glass.html", {"form": form})
    if form.is_valid():
        record_id = restricted_by_reference(form.cleaned_data["reference"])
        try:
            if record_id and saved(form, _with_reason(safety.break_glass, request, now, record_id, form)):
                lead_to(request, [record_id], "break-glass")
                return done(
                    request, record_id, _("You see this record for four hours. The desk has been told.")
                )
        except Refused as refusal:
            # said in the same words as a reference of nobody, and kept apart in the log
            subjects = [refusal.record_id] if refusal.record_id else []
            detail = {"because": str(refusal)}
            record(
                actor_of(request), Event.Kind.REFUSED, Action.BREAK_GLASS, subjects=subjects, detail=detail
            )
        if form.is_valid():
            form.add_error(
                "reference",
                _("opens nothing. Check it with the restricted-records desk, which can also let you see it"),
            )
    return render(request, "people/break_glass.html", {"form": form})


@about_person(Action.RECORD_REFUGE)
def refuge(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Keep the address of a refuge, and see who is named for it."""
    now = timezone.now()
    form = AddressForm(sent(request), today=london_day(now))
    return change(
        request,
        Action.RECORD_REFUGE,
        record_id,
        form,
        lambda: safety.record_refuge(
            by=actor_of(request), now=now, record_id=record_id, address=form.address()
        ),
        success=_("Refuge address kept. Nobody sees it until you name who may."),
        title=_("Record a refuge address"),
        button=_("Keep refuge address"),
        template="people/refuge.html",
        readers=refuge_readers(actor_of(request), record_id),
        lead=[
            _("It is kept encrypted. It is not searched, and only accounts that you name read it – not you.")
        ],
    )


@about_person(Action.RECORD_REFUGE)
def name_for_refuge(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Name one account that may read a refuge address."""
    now = timezone.now()
    form = SightForm(sent(request), accounts=staff(today=london_day(now)), today=london_day(now))
    del form.fields["until"]
    return change(
        request,
        Action.RECORD_REFUGE,
        record_id,
        form,
        lambda: safety.name_for_refuge(
            by=actor_of(request),
            now=now,
            record_id=record_id,
            grantee=UUID(form.cleaned_data["account"]),
            reason=form.cleaned_data["reason"],
        ),
        success=_("They may read the refuge address."),
        title=_("Name who may read the refuge address"),
        button=_("Name this account"),
    )


@about_person(Action.RECOGNISE_STAFF)
def recognise_staff(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Say that a person is one of the staff, whose account is shut out."""
    now = timezone.now()
    form = AccountForm(sent(request), accounts=staff(today=london_day(now)), today=london_day(now))
    if saved(
        form,
        lambda: safety.recognise_staff(
            by=actor_of(request),
            now=now,
            record_id=record_id,
            user_id=UUID(form.cleaned_data["account"]),
        ),
    ):
        words = _("Recognised as staff. The record is restricted and their account shut out of it.")
        return _out_of_sight(request, record_id, words)
    return change_page(
        request,
        Action.RECOGNISE_STAFF,
        record_id,
        form,
        title=_("This is one of the staff"),
        button=_("Recognise as staff"),
        danger=True,
        lead=[
            _(
                "Their account is shut out of this record, the record is restricted, and the auditor is told outside their line."
            ),
        ],
    )
