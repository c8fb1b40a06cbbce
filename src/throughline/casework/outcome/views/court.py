"""The pages of what comes from prosecutors, courts and prisons: written down, brought in by file, coming, looked at together."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods, require_safe

from throughline.casework.cases.models import Crime
from throughline.casework.cases.views.changing import about_row
from throughline.casework.outcome.commands import bringing
from throughline.casework.outcome.commands import court as commands
from throughline.casework.outcome.forms import EventForm, JointForm, UploadForm, UrnForm
from throughline.casework.outcome.models import CourtEvent
from throughline.casework.outcome.queries import court as queries
from throughline.casework.outcome.rules.events import COLUMNS, event_kinds
from throughline.casework.outcome.views.outcomes import form_page
from throughline.casework.people.forms.person import PersonForm
from throughline.casework.people.rules import Malformed
from throughline.casework.people.rules.lines import FileProblem
from throughline.casework.people.views.changing import sent
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.risk.views.shared import shown
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action
from throughline.foundations.clock.rules import london_day

# why a value could not be kept, as this room's rules and commands say it (`Malformed.why`)
WHY_MALFORMED = (
    gettext_noop("is empty, and so is urn: write the number of the crime or the URN of its file"),
    gettext_noop("is not a day: write 2026-03-14 or 14/03/2026"),
    gettext_noop("write the time like 2pm or 14:30"),
    gettext_noop("is of no crime here: look at the number, or write the URN on the page of the crime first"),
)


@about_row(Action.GIVE_OUTCOME, Crime, "crime_id")
def record(request: HttpRequest, crime: Crime) -> HttpResponse:
    """Write down what came about a crime."""
    actor, now = actor_of(request), timezone.now()
    form = EventForm(sent(request), today=london_day(now))

    def command() -> None:
        try:
            commands.record_event(
                by=actor,
                now=now,
                crime_id=crime.id,
                kind=form.cleaned_data["kind"],
                at=form.moment(),
                reference=form.cleaned_data["reference"],
            )
        except Malformed as wrong:
            raise Malformed({"at": "on"}.get(wrong.field, wrong.field), wrong.why) from None

    return form_page(
        request,
        Action.GIVE_OUTCOME,
        crime,
        form,
        command,
        success=_("Written down. That she is told goes on the list of whoever owns the case, with a time."),
        title=_("From the prosecutor, the court or the prison"),
        button=_("Write it down"),
    )


@about_row(Action.GIVE_OUTCOME, Crime, "crime_id")
def urn(request: HttpRequest, crime: Crime) -> HttpResponse:
    """Name the URN of a crime's file, by which results are found."""
    actor, now = actor_of(request), timezone.now()
    form = UrnForm(sent(request))
    return form_page(
        request,
        Action.GIVE_OUTCOME,
        crime,
        form,
        lambda: commands.name_urn(by=actor, now=now, crime_id=crime.id, urn=form.cleaned_data["urn"]),
        success=_("Written down. Results that name it are found from now on."),
        title=_("URN of the file"),
        button=_("Save"),
    )


@about_row(Action.GIVE_OUTCOME, CourtEvent, "event_id")
def withdraw(request: HttpRequest, event: CourtEvent) -> HttpResponse:
    """Take back what was wrong."""
    actor, now = actor_of(request), timezone.now()
    form = PersonForm(sent(request), today=london_day(now))
    return form_page(
        request,
        Action.GIVE_OUTCOME,
        event.crime,
        form,
        lambda: commands.withdraw_event(by=actor, now=now, event_id=event.id),
        success=_("Taken back. If she was told of it, tell her that it was wrong."),
        title=_("Take back what was wrong"),
        button=_("Take it back"),
        event=event,
    )


@about_row(Action.REVIEW_OUTCOME, Crime, "crime_id")
def together(request: HttpRequest, crime: Crime) -> HttpResponse:
    """Write what police and prosecutors found together of a finished prosecution."""
    actor, now = actor_of(request), timezone.now()
    failed = {row.code for row in event_kinds(london_day(now)) if row.flag("failed")}
    has_failed = CourtEvent.objects.filter(crime=crime, kind__in=failed, withdrawn_at=None).exists()
    form = JointForm(sent(request), today=london_day(now), failed=has_failed)
    return form_page(
        request,
        Action.REVIEW_OUTCOME,
        crime,
        form,
        lambda: commands.review_jointly(by=actor, now=now, crime_id=crime.id, **form.cleaned_data),
        success=_("Kept with the crime."),
        title=_("Looked at together with the prosecutor"),
        button=_("Save"),
    )


@guarded(Action.GIVE_OUTCOME)
@require_safe
def coming(request: HttpRequest) -> HttpResponse:
    """Hearings and releases of the next days, of whoever's cases the reader answers for."""
    now = timezone.now()
    actor = actor_of(request)
    found = queries.coming(actor, now=now)
    lead_to(request, [one.victim.record_id for one in found], "duty")
    return shown(
        request,
        "outcome/coming.html",
        found=found,
        days=queries.AHEAD.days,
        every=actor.role in queries.SEES_ALL,
    )


@guarded(Action.IMPORT_RESULTS)
@require_safe
def rejects(request: HttpRequest) -> HttpResponse:
    """What did not land of the reader's own last file, as a file to put right."""
    found = queries.take_rejects(actor_of(request), now=timezone.now())
    if found is None:
        raise Http404
    return HttpResponse(
        found.text,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="results-rejects.csv"'},
    )


@guarded(Action.IMPORT_RESULTS)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Bring in a file; what did not land is told by row, field and remedy, with the row as it was."""
    actor, now = actor_of(request), timezone.now()
    form = UploadForm(sent(request), request.FILES or None)
    brought = None
    if form.is_bound and form.is_valid():
        try:
            brought = bringing.import_results(by=actor, now=now, content=form.cleaned_data["file"].read())
            bringing.keep_rejects(by=actor, now=now, brought=brought)
        except FileProblem as problem:
            form.add_error("file", str(problem))
    return shown(
        request,
        "outcome/upload.html",
        form,
        brought=brought,
        kept=queries.kept_rejects(actor, now=now),
        columns=COLUMNS,
        kinds=event_kinds(london_day(now)),
        back=reverse("overview:home"),
    )
