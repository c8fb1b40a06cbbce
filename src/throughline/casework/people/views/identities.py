"""Holding two records to be of one person, and parting them again."""

from datetime import date, datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from throughline.casework.people.commands import identities, pairs
from throughline.casework.people.forms.person import OtherForm, ReasonForm
from throughline.casework.people.models import Pair
from throughline.casework.people.queries.person import Person, insist_on, person, told_apart
from throughline.casework.people.views import wording
from throughline.casework.people.views.changing import about_person, change, change_page, done, saved, sent
from throughline.casework.people.views.family import FIND, others
from throughline.casework.people.views.purposes import purpose_of
from throughline.foundations.access.queries import subject_for
from throughline.foundations.access.routes import actor_of
from throughline.foundations.access.rules import Action, may
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.queries import recall
from throughline.foundations.drafts.views import recalled

type Lines = tuple[str, ...]


@about_person(Action.MERGE)
def merge(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Find the other record, see both side by side, and say why they are of one person."""
    now = timezone.now()
    today = london_day(now)
    if other := _kept_beside(request, now):
        return _side_by_side(request, record_id, other, ReasonForm(decision="merge", today=today), today)
    step = request.POST.get("do", "")
    if step in ("", FIND, "compare") and "into" not in request.POST:
        scraps, found = others(request, record_id, now)
        form = OtherForm(sent(request) if step == "compare" else None, others=found, today=today)
        if not (form.is_bound and form.is_valid()):
            return change_page(
                request,
                Action.MERGE,
                record_id,
                form,
                title=_("Merge with another record"),
                button=_("Compare the two records"),
                template="people/other.html",
                scraps=scraps,
                found=found,
                choose="compare",
            )
        into_id = form.other_id()
        return _side_by_side(request, record_id, into_id, ReasonForm(decision="merge", today=today), today)
    into_id = UUID(request.POST["into"])
    insist_on(actor_of(request), Action.MERGE, into_id)
    reason = ReasonForm(sent(request), decision="merge", today=today)
    stands: list[Pair.State] = []
    if saved(
        reason,
        lambda: stands.append(
            pairs.join(
                by=actor_of(request),
                now=now,
                record_id=record_id,
                into_id=into_id,
                reason=reason.cleaned_data["reason"],
                words=reason.cleaned_data["words"],
            )
        ),
    ):
        return done(request, record_id, said_of(stands[0]))
    return _side_by_side(request, record_id, into_id, reason, today)


def _kept_beside(request: HttpRequest, now: datetime) -> UUID | None:
    """The other record of a merge whose reason was typed and never sent, if it may still be merged with."""
    if request.method != "GET":
        return None
    draft = recall(user=actor_of(request).id, place=request.path, now=now)
    typed = draft.typed.get("into") if draft else None
    if not isinstance(typed, str):
        return None
    other = UUID(typed)
    return other if may(actor_of(request), Action.MERGE, subject_for(actor_of(request), other)) else None


def _side_by_side(
    request: HttpRequest, record_id: UUID, into_id: UUID, form: ReasonForm, today: date
) -> HttpResponse:
    """Both records, with what differs marked; the look at each is written."""
    if request.method == "GET":
        recalled(request, form)
    purpose = purpose_of(request, record_id)
    one = person(actor_of(request), record_id, today=today, purpose=purpose)
    other = person(actor_of(request), into_id, today=today, purpose="clerical-review")
    context = {
        "form": form,
        "one": one,
        "other": other,
        "rows": compared(one, other, today),
        "back": reverse("people:person", args=[record_id]),
    }
    return render(request, "people/merge.html", context)


def said_of(state: Pair.State) -> str:
    """What is told whoever has just said something of two records."""
    return {
        Pair.State.JOINED: _("Joined. Both records stay as they are and can be parted again."),
        Pair.State.APART: _("Kept apart. They are not proposed again."),
        Pair.State.UNSURE: _("Left open. Both readings are kept."),
        Pair.State.SECOND: _("Written down. Of a restricted record a second person must say the same."),
    }[state]


def compared(one: Person, other: Person, today: date) -> list[tuple[str, Lines, Lines, bool]]:
    """What two records say of each thing, and whether it differs: what one of them does not say differs in nothing."""
    mine, theirs = _traits(one, today), _traits(other, today)
    unsaid = {_("Not known"), _("None held"), _("None found"), _("Not asked yet"), _("From")}
    return [
        (
            key,
            mine[key],
            theirs[key],
            mine[key] != theirs[key] and unsaid.isdisjoint({key, *mine[key], *theirs[key]}),
        )
        for key in mine
    ]


def _traits(shown: Person, today: date) -> dict[str, Lines]:
    """What two records are compared by, in words, each thing that a record says by itself."""
    unknown = _("Not known")
    records = shown.records
    return {
        _("Names"): tuple(dict.fromkeys(name.shown for name in shown.names)) or (unknown,),
        _("Sex"): (wording.sex_of(records, today),),
        _("Date of birth"): (wording.known((wording.day(r.born) for r in records if r.born), unknown),),
        _("Age"): (shown.age or unknown,),
        _("Phones"): tuple(dict.fromkeys(phone.given for phone in shown.phones)) or (_("None held"),),
        _("Addresses"): tuple(dict.fromkeys(place.shown for place in shown.addresses)) or (_("None held"),),
        _("Household"): tuple(sorted(f"{r.name}, {r.age or _('age not known')}" for r in shown.household))
        or (_("None found"),),
        _("Relationships"): tuple(
            sorted(f"{r.name}: {wording.label('relationship', r.kind, today)}" for r in shown.relatives)
        )
        or (_("None found"),),
        _("Language"): (wording.languages_of(records, today),),
        _("Ethnicity, as they define it"): (
            wording.known((wording.ethnicity_of(r, today) for r in records), _("Not asked yet")),
        ),
        _("From"): tuple(r.source for r in records),
    }


@about_person(Action.PART)
def part(request: HttpRequest, record_id: UUID) -> HttpResponse:
    """Say that a record is of somebody else than the rest of those it was merged with."""
    now = timezone.now()
    form = ReasonForm(sent(request), decision="part", today=london_day(now))
    record, said = told_apart(actor_of(request), Action.PART, record_id)
    return change(
        request,
        Action.PART,
        record_id,
        form,
        lambda: identities.part(
            by=actor_of(request),
            now=now,
            record_id=record_id,
            reason=form.cleaned_data["reason"],
            words=form.cleaned_data["words"],
        ),
        success=_("Parted. This record is of its own person again."),
        title=_("Part this record from the others"),
        button=_("Part this record"),
        lead=[
            _("The record from %(source)s alone says: %(what)s.")
            % {"source": record.source, "what": wording.which(record, said)},
            _(
                "This record will be of a person of its own. Nothing in any record changes, and they can be merged again."
            ),
        ],
    )
