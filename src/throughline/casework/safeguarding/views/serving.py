"""Who safeguards her: what the policy says, what waits, the package that is handed over, and each answer to it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_http_methods

from throughline.casework.cases.forms import AcceptForm
from throughline.casework.cases.models import Case
from throughline.casework.cases.queries.counters import counter_allegations, would_hold_both
from throughline.casework.cases.queries.pages import in_sight
from throughline.casework.cases.views.changing import about_case, change, purpose_for
from throughline.casework.people.queries.person import staff_names
from throughline.casework.people.views.changing import saved, sent, the
from throughline.casework.people.views.purposes import lead_to
from throughline.casework.risk.commands.grading import flags_in
from throughline.casework.risk.forms import flag_labels
from throughline.casework.risk.views.shared import in_the_way, shown
from throughline.casework.safeguarding.commands import handing, serving
from throughline.casework.safeguarding.forms.serving import (
    AskForm,
    DecideForm,
    NoteForm,
    ReturnForm,
    ReviewForm,
)
from throughline.casework.safeguarding.models import PolicyOverride
from throughline.casework.safeguarding.queries import serving as queries
from throughline.casework.safeguarding.queries.registers import known_for
from throughline.casework.safeguarding.rules.serving import Request
from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.accounts.models import User
from throughline.foundations.clock.rules import london_day
from throughline.foundations.drafts.views import recalled
from throughline.reference import load

# why a value could not be kept, as the commands say it (`Malformed.why`)
WHY_MALFORMED = (
    gettext_noop("is needed: say what is missing, or why somebody else is to"),
    gettext_noop("say what is missing"),
    gettext_noop("is nobody who may own this case"),
    gettext_noop("is needed: say what you know that decides it"),
    gettext_noop("nobody has graded any case of hers: grade it first"),
    gettext_noop("is needed: say where it is held, or why it does not apply"),
)


def _page_of(request: HttpRequest, case: Case) -> queries.Serving:
    purpose = purpose_for(request, case.victim_id)
    page = queries.serving(actor_of(request), case, now=timezone.now(), purpose=purpose)
    lead_to(request, case.subjects, purpose)
    return page


def _back(case: Case) -> str:
    return reverse("safeguarding:serving", args=[case.id])


def _answers(actor: Actor, page: queries.Serving) -> bool:
    """Whether the reader is asked to safeguard her."""
    asked = page.open
    return (
        asked is not None
        and asked.request.role == actor.role
        and asked.request.account in (None, actor.id)
        and Action.OWN_CASE in page.allowed
    )


@about_case(Action.VIEW_CASE)
def show(request: HttpRequest, case: Case) -> HttpResponse:
    """Who safeguards her by the policy and in fact, what waits since when, and what is handed over."""
    actor, now = actor_of(request), timezone.now()
    if request.method != "GET":
        return redirect("safeguarding:serving", case.id)
    page = _page_of(request, case)
    waits = page.open is not None
    return shown(
        request,
        "safeguarding/serving.html",
        page=page,
        case=case,
        me=actor.id,
        answers=_answers(actor, page),
        hands_over=waits and Action.OWN_CASE in page.allowed and serving.answers_for(actor, case, now=now),
        decides=page.open is not None
        and page.open.request.state == Request.TO_DECIDE
        and Action.ALLOCATE in page.allowed
        and page.standing.owner != actor.id,
        asks=not case.closed_at and page.standing.wanted is not None and Action.ALLOCATE in page.allowed,
    )


@about_case(Action.OWN_CASE)
def accept(request: HttpRequest, case: Case) -> HttpResponse:
    """Safeguard her from now on."""
    actor, now = actor_of(request), timezone.now()
    both = would_hold_both(case, actor.id, at=now)
    form = AcceptForm(sent(request), today=london_day(now), counter=both)
    return change(
        request,
        Action.OWN_CASE,
        [case.victim_id, case.suspect_id],
        form,
        lambda: serving.accept(
            by=actor,
            now=now,
            case_id=case.id,
            both_sides=bool(form.cleaned_data.get("both_sides")),
        ),
        success=_("You safeguard her and own her open cases. Tell her your name and how to ring you."),
        back=_back(case),
        title=_("Accept to safeguard her"),
        button=_("Accept"),
        lead=[
            _("You own every open case of hers from now on, so that she has one of you."),
            _("That she is told your name goes on your list, with a time."),
        ],
    )


@about_case(Action.OWN_CASE)
def give_back(request: HttpRequest, case: Case) -> HttpResponse:
    """Return the request with a reason and what is missing."""
    actor, now = actor_of(request), timezone.now()
    form = ReturnForm(sent(request), today=london_day(now))

    def command() -> None:
        serving.give_back(by=actor, now=now, case_id=case.id, **form.cleaned_data)
        if spoken := flag_labels(sorted(flags_in(form.cleaned_data["words"], now)), london_day(now)):
            messages.info(
                request,
                _("Your words speak of: %(what)s. That is no reason; it is kept beside them.")
                % {"what": ", ".join(spoken)},
            )

    return change(
        request,
        Action.OWN_CASE,
        [case.victim_id, case.suspect_id],
        form,
        command,
        success=_("Returned. Whoever owns the case keeps it, and reads what is missing."),
        back=_back(case),
        title=_("Return the request to safeguard her"),
        button=_("Return it"),
        lead=[_("Her grade stays as it is. After a second return a sergeant decides.")],
    )


@about_case(Action.OWN_CASE)
def package(request: HttpRequest, case: Case) -> HttpResponse:
    """What is handed over: what was found, what somebody says of the rest, and the button that sends it as it stands."""
    actor, now = actor_of(request), timezone.now()
    page = _page_of(request, case)
    left = [(item.code, item.label) for item in page.package if not item.found]
    sends = request.method == "POST" and request.POST.get("do") == "send"
    form = NoteForm(None if sends else sent(request), items=left)

    def record() -> None:
        typed = form.cleaned_data
        handing.note(
            by=actor,
            now=now,
            case_id=case.id,
            item=typed["item"],
            state=typed["held"],
            words=typed["words"],
        )

    if sends:
        handing.send(by=actor, now=now, case_id=case.id)
        messages.success(request, _("Sent. You keep the case until it is accepted."))
        return redirect(_back(case))
    if saved(form, in_the_way(record)):
        messages.success(request, _("Written down."))
        return redirect("safeguarding:package", case.id)
    if request.method == "GET":
        recalled(request, form)
    return shown(
        request,
        "safeguarding/package.html",
        form,
        page=page,
        case=case,
        left=left,
        answers=serving.answers_for(actor, case, now=now),
        back=_back(case),
    )


def _accounts(users: list[User], roles_first: str) -> list[tuple[str, str]]:
    """Accounts as choices, those of a role first, each with what they are trained in or known for."""
    known = known_for({user.id for user in users}, on=london_day(timezone.now()))
    users = sorted(users, key=lambda user: user.role != roles_first)
    return [(str(user.id), _called(user, known.get(user.id, ()))) for user in users]


def _called(user: User, known: tuple[str, ...]) -> str:
    role = load("roles").label(user.role, on=london_day(timezone.now()))
    words = "; ".join([role, *known])
    return f"{user.name} ({words})"


@about_case(Action.ALLOCATE)
def decide(request: HttpRequest, case: Case) -> HttpResponse:
    """Decide who owns a case that came back twice."""
    actor, now = actor_of(request), timezone.now()
    standing = queries.standing_of(case, now=now)
    accounts = _accounts(queries.who_could(case), standing.wanted.service.role if standing.wanted else "")
    counter = bool(counter_allegations([case.id])) and any(
        would_hold_both(case, UUID(one), at=now) for one, _name in accounts
    )
    form = DecideForm(sent(request), today=london_day(now), owners=accounts, counter=counter)

    def command() -> None:
        typed = form.cleaned_data
        serving.decide(
            by=actor,
            now=now,
            case_id=case.id,
            owner=UUID(typed["owner"]),
            reason=typed["reason"],
            words=typed["words"],
            both_sides=bool(typed.get("both_sides")),
        )

    return change(
        request,
        Action.ALLOCATE,
        [case.victim_id, case.suspect_id],
        form,
        command,
        success=_("Decided. They own it from now on, and she is to be told."),
        back=_back(case),
        title=_("Decide who safeguards her"),
        button=_("Decide"),
        lead=[
            _("It was returned twice: your decision ends it. Nobody accepts or returns it any more."),
            _("Somebody of another role than the policy names is reviewed by a colleague."),
        ],
    )


@about_case(Action.ALLOCATE)
def ask(request: HttpRequest, case: Case) -> HttpResponse:
    """Ask somebody by name, also otherwise than the policy says."""
    actor, now = actor_of(request), timezone.now()
    standing = queries.standing_of(case, now=now)
    role = standing.wanted.service.role if standing.wanted else ""
    users = queries.who_could(case)
    accounts = _accounts(users, role)
    otherwise = [str(user.id) for user in users if user.role != role]
    form = AskForm(sent(request), today=london_day(now), accounts=accounts, otherwise=otherwise)

    def command() -> None:
        typed = form.cleaned_data
        serving.ask_for(
            by=actor,
            now=now,
            case_id=case.id,
            account=UUID(typed["account"]),
            reason=typed["reason"] or "",
            words=typed["words"] or "",
        )

    policy = load("roles").label(role, on=london_day(now)) if role else ""
    return change(
        request,
        Action.ALLOCATE,
        [case.victim_id, case.suspect_id],
        form,
        command,
        success=_("Done. Until they accept, whoever owns the case keeps it."),
        back=_back(case),
        title=_("Ask somebody by name to safeguard her"),
        button=_("Ask"),
        lead=[
            _("By her grade the policy names: %(role)s.") % {"role": policy}
            if policy
            else _("Nobody has graded any case of hers: the policy names nobody yet."),
            _("Anybody else is a choice against the policy: say why, and a colleague reviews it."),
        ],
    )


@guarded(Action.ALLOCATE)
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, override_id: UUID) -> HttpResponse:
    """Agree with a choice against the policy, or end it."""
    actor, now = actor_of(request), timezone.now()
    override = in_sight(actor, Action.ALLOCATE, PolicyOverride, override_id)
    case = the(Case.objects.filter(id=override.case_id), override.record_id)
    form = ReviewForm(sent(request))
    names = staff_names({override.by, override.account})

    def command() -> None:
        serving.review_override(
            by=actor,
            now=now,
            override_id=override.id,
            agreed=form.cleaned_data["agreed"] == "yes",
            feedback=form.cleaned_data["feedback"],
        )

    today = london_day(now)
    return change(
        request,
        Action.ALLOCATE,
        [case.victim_id, case.suspect_id],
        form,
        command,
        success=_("Kept. Whoever decided it reads what you told them."),
        back=_back(case),
        title=_("Review a choice against the policy"),
        button=_("Save"),
        lead=[
            _("%(name)s chose %(account)s to safeguard her: %(why)s.")
            % {
                "name": names[override.by],
                "account": names[override.account],
                "why": load("decision-reasons").label(override.decision.reason, on=today),
            },
            override.decision.words,
            _("By her grade the policy says: %(row)s.")
            % {"row": load("service-by-risk").label(override.service, on=today)},
        ],
    )
