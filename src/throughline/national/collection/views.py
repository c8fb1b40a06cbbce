"""The pages on which a round is held: for who sends a return, who judges it, and who scrutinises a force."""

import io
import tempfile
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, insist, may
from throughline.foundations.clock.rules import LONDON
from throughline.foundations.drafts.views import recalled
from throughline.foundations.govuk.forms import GovukForm
from throughline.national.collection.commands import asking, receiving, removing, signing
from throughline.national.collection.commands import rounds as running
from throughline.national.collection.forms import (
    AnnounceForm,
    AnswerForm,
    AskForm,
    JudgeForm,
    LogForm,
    NarrowForm,
    OpenRoundForm,
    RemoveForm,
    SendForm,
    SignForm,
)
from throughline.national.collection.models import Force, Question, Receipt, ReceivedFile, Round, Version
from throughline.national.collection.queries import pages
from throughline.national.collection.queries.files import files_of
from throughline.national.collection.queries.log import choices, log_page
from throughline.national.collection.queries.returns import (
    insist_there,
    latest_version,
    standing_of,
    subject_of,
)
from throughline.national.collection.rules import QUESTION, Amiss, Asked, Move, Standing, figures
from throughline.statistics.returns import items, write_return, write_template

#: How a standing is said, and its tone.
STANDINGS: dict[Standing, tuple[Any, str]] = {
    Standing.LATE: (gettext_lazy("Late"), "danger"),
    Standing.NOTHING_YET: (gettext_lazy("Not sent yet"), "quiet"),
    Standing.FAULTY: (gettext_lazy("Sent, cannot be read"), "warning"),
    Standing.QUESTIONS: (gettext_lazy("Questions wait for the force"), "warning"),
    Standing.ANSWERS: (gettext_lazy("Answers wait for the statistician"), "note"),
    Standing.TO_SIGN: (gettext_lazy("To be signed"), "note"),
    Standing.SIGNED: (gettext_lazy("Signed"), "good"),
    Standing.UNSIGNED: (gettext_lazy("Not signed yet"), "quiet"),
}
ASKED: dict[Asked, tuple[Any, str]] = {
    Asked.WITH_FORCE: (gettext_lazy("The force answers or corrects"), "warning"),
    Asked.WITH_STATISTICIAN: (gettext_lazy("Answered: the statistician reads it"), "note"),
    Asked.ACCEPTED: (gettext_lazy("Accepted"), "good"),
    Asked.WITHDRAWN: (gettext_lazy("Taken back"), "quiet"),
    Asked.OVERTAKEN: (gettext_lazy("The figures were corrected"), "quiet"),
}
MOVES = {
    Move.ANSWER: gettext_lazy("answered"),
    Move.ACCEPT: gettext_lazy("accepted"),
    Move.ASK_AGAIN: gettext_lazy("asked again"),
    Move.WITHDRAW: gettext_lazy("took it back"),
}


#: By what a question was raised. What is here for none stands as it was written.
RULES: dict[str, Any] = {
    "part above whole": gettext_lazy("A part is larger than its whole"),
    "parts and their total": gettext_lazy("Parts do not add up to their total"),
    "nought for unable": gettext_lazy("A nought where many are expected"),
    "own definition": gettext_lazy("A definition of the force's own is not said"),
    "stale year": gettext_lazy("The figures of another year"),
    "shifted rows": gettext_lazy("Figures stand in the row above or below"),
    "tenfold": gettext_lazy("Ten times, or a tenth of, the year before"),
    "unit": gettext_lazy("A thousand times, or a thousandth of, the year before"),
    "percentage for count": gettext_lazy("A percentage in place of a count"),
    "own past": gettext_lazy("Far from the year before"),
    "other forces": gettext_lazy("Far from other forces"),
    "outside series": gettext_lazy("Far from published figures"),
    "asked by hand": gettext_lazy("Asked by a statistician"),
}


def shown(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    """A page of this room."""
    actor = actor_of(request)
    words = {"standings": STANDINGS, "asked": ASKED, "moves": MOVES, "rules": RULES, "me": actor}
    able = {
        action.name.lower(): may(actor, action)
        for action in (Action.VERIFY_RETURN, Action.RUN_ROUND, Action.REMOVE_FILE)
    }
    return render(request, f"collection/{name}.html", {**words, **able, **context})


def done(
    request: HttpRequest,
    form: GovukForm,
    command: Callable[[], Any],
    to: str,
    words: str,
    *,
    drafts: bool = True,
) -> HttpResponse | None:
    """Try the command of a form that was sent and is right; its complaint stands at the box that it names."""
    if request.method != "POST":
        if drafts:
            recalled(request, form)
        return None
    if not form.is_valid():
        return None
    try:
        command()
    except Amiss as amiss:
        form.add_error(amiss.field if amiss.field in form.fields else None, str(amiss))
        return None
    messages.success(request, words)
    return redirect(to)


def _sent(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


# --- rounds -----------------------------------------------------------------------------------------


@guarded(Action.VIEW_ROUNDS)
@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    """Every round, and where the reader's own force stands in it."""
    actor, now = actor_of(request), timezone.now()
    found = [pages.round_page(actor, one.id, now=now) for one in pages.rounds(actor)]
    return shown(request, "rounds", rounds=found)


@guarded(Action.VIEW_ROUNDS)
@require_safe
def round_page(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Every return of a round and what it waits for."""
    page = pages.round_page(actor_of(request), round_id, now=timezone.now())
    form = NarrowForm(
        request.GET if "standing" in request.GET else None,
        labels={one: label for one, (label, _tone) in STANDINGS.items() if one is not Standing.UNSIGNED},
    )
    chosen = form.cleaned_data["standing"] if form.is_bound and form.is_valid() else ""
    rows = [row for row in page.rows if not chosen or row.standing.name.lower() == chosen]
    return shown(
        request, "round", page=page, rows=rows, form=form, chosen=chosen, back=reverse("collection:rounds")
    )


@guarded(Action.RUN_ROUND)
@require_http_methods(["GET", "POST"])
def open_round(request: HttpRequest) -> HttpResponse:
    """Open a round."""
    form = OpenRoundForm(_sent(request))
    back = reverse("collection:rounds")
    answer = done(
        request,
        form,
        lambda: running.open_round(by=actor_of(request), now=timezone.now(), **form.cleaned_data),
        back,
        _("The round is made. Each force sees it from the day on which it opens."),
    )
    return answer or shown(
        request, "form", form=form, back=back, title=_("Open a round"), button=_("Open it"), lead=[]
    )


@guarded(Action.RUN_ROUND)
@require_http_methods(["GET", "POST"])
def announce(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Announce or move a release."""
    of = insist_there(Round.objects.filter(id=round_id), round_id)
    form = AnnounceForm(_sent(request))

    def command() -> None:
        told = form.cleaned_data
        running.announce(
            by=actor_of(request),
            now=timezone.now(),
            round_id=of.id,
            title=told["title"],
            edition=told["edition"],
            at=datetime.combine(told["day"], told["time"], LONDON),
            why=told["why"],
        )

    to = reverse("collection:round", args=[of.id])
    answer = done(request, form, command, to, _("It stands in the release calendar, which everybody reads."))
    lead = [
        _(
            "A release is announced four weeks ahead at least. Every line stays in the calendar, also one that was moved."
        )
    ]
    return answer or shown(
        request,
        "form",
        form=form,
        back=to,
        title=_("Announce a release"),
        button=_("Announce it"),
        lead=lead,
        caption=of.title,
    )


@guarded(Action.VERIFY_RETURN)
@require_POST
def compare(request: HttpRequest, round_id: UUID) -> HttpResponse:
    """Ask of every return what differs from other forces."""
    insist_there(Round.objects.filter(id=round_id), round_id)
    many = asking.compare(by=actor_of(request), now=timezone.now(), round_id=round_id)
    words = ngettext("%(num)s question is new.", "%(num)s questions are new.", many) % {"num": many}
    messages.success(request, words if many else _("There is nothing new to ask."))
    return redirect("collection:round", round_id)


# --- one return -------------------------------------------------------------------------------------


@guarded(Action.VIEW_RETURN)
@require_safe
def return_page(request: HttpRequest, round_id: UUID, force_id: UUID) -> HttpResponse:
    """A return: where it stands, what is asked of it, its figures, and what came before."""
    actor = actor_of(request)
    page = pages.return_page(actor, round_id, force_id, now=timezone.now())
    sends = may(actor, Action.SEND_RETURN, subject_of(actor, force_id))
    return shown(
        request,
        "return",
        page=page,
        sends=sends,
        every=request.GET.get("sheets") == "all",
        back=reverse("collection:rounds" if sends else "collection:round", args=[] if sends else [round_id]),
    )


def _both(request: HttpRequest, action: Action, round_id: UUID, force_id: UUID) -> tuple[Round, Force]:
    """The round and the force of an address, for whoever may do this about that force."""
    actor = actor_of(request)
    insist(actor, action, subject_of(actor, force_id), force_id)
    return (
        insist_there(Round.objects.filter(id=round_id), round_id),
        insist_there(Force.objects.filter(id=force_id), force_id),
    )


@guarded(Action.SEND_RETURN)
@require_safe
def template(request: HttpRequest, round_id: UUID, force_id: UUID, kind: str) -> HttpResponse:
    """The empty return as a spreadsheet or its CSV files, or the spreadsheet with the figures of the latest version."""
    of, force = _both(request, Action.SEND_RETURN, round_id, force_id)
    latest = latest_version(of.id, force.id) if kind == "filled" else None
    if kind not in ("spreadsheet", "csv") and latest is None:
        raise Http404
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "return"
        written = (
            write_return(folder, figures(latest.figures, latest.methods))
            if latest
            else write_template(folder, of.year_end, force=force.code)
        )
        if kind != "csv":
            content = next(path for path in written if path.suffix == ".xlsx").read_bytes()
            name, kind_of = "return.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        else:
            packed = io.BytesIO()
            with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
                for path in written:
                    if path.suffix != ".xlsx":
                        archive.write(path, path.name)
            content, name, kind_of = packed.getvalue(), "return.zip", "application/zip"
    return _download(content, name, kind_of)


@guarded(Action.SEND_RETURN)
@require_http_methods(["GET", "POST"])
def send(request: HttpRequest, round_id: UUID, force_id: UUID) -> HttpResponse:
    """Send a return, or a corrected one."""
    of, force = _both(request, Action.SEND_RETURN, round_id, force_id)
    latest = latest_version(of.id, force.id)
    form = SendForm(_sent(request), request.FILES or None, first=latest is None)
    to = reverse("collection:return", args=[of.id, force.id])
    if request.method == "POST" and form.is_valid():
        try:
            received = receiving.receive(
                by=actor_of(request),
                now=timezone.now(),
                round_id=of.id,
                force_id=force.id,
                files=form.cleaned_data["upload"],
                why=form.cleaned_data.get("why", ""),
            )
        except Amiss as amiss:
            form.add_error(amiss.field if amiss.field in form.fields else None, str(amiss))
        else:
            if received.version is None:
                return redirect("collection:receipt", received.receipt.id)
            messages.success(request, _("Your figures are in. What they raise stands below."))
            return redirect(to)
    return shown(request, "send", form=form, of=of, force=force, latest=latest, back=to)


def _receipt(request: HttpRequest, receipt_id: UUID) -> Receipt:
    receipt = insist_there(Receipt.objects.filter(id=receipt_id), receipt_id)
    actor = actor_of(request)
    insist(actor, Action.VIEW_RETURN, subject_of(actor, receipt.force_id), receipt.force_id)
    return receipt


@guarded(Action.VIEW_RETURN)
@require_safe
def receipt(request: HttpRequest, receipt_id: UUID) -> HttpResponse:
    """What was sent, and what was wrong with it: by sheet, row and item, with what to do."""
    found = _receipt(request, receipt_id)
    to = reverse("collection:return", args=[found.round_id, found.force_id])
    return shown(
        request,
        "receipt",
        receipt=found,
        problems=found.problems,
        labels={item.code: item.label for item in items(found.round.year_end)},
        files=(files := files_of(found)),
        holdings=list({one.holding.label: one.holding for one in files}.values()),
        back=to,
    )


@guarded(Action.VIEW_RETURN)
@require_safe
def file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """A file as it was sent."""
    found = insist_there(ReceivedFile.objects.filter(id=file_id), file_id)
    receipt = _receipt(request, found.receipt_id)
    if found.content is None:
        messages.info(
            request, _("That file is removed: what it was and when it went stands where it was sent.")
        )
        return redirect("collection:return", receipt.round_id, receipt.force_id)
    # never shown in the browser, whatever it says that it is
    return _download(bytes(found.content), found.name, "application/octet-stream")


@guarded(Action.REMOVE_FILE)
@require_http_methods(["GET", "POST"])
def remove_file(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """A file that was sent by mistake goes before its time, with why."""
    insist(actor_of(request), Action.REMOVE_FILE)
    found = insist_there(ReceivedFile.objects.filter(id=file_id).defer("content"), file_id)
    receipt = _receipt(request, found.receipt_id)
    to = reverse("collection:return", args=[receipt.round_id, receipt.force_id])
    form = RemoveForm(_sent(request))
    told = done(
        request,
        form,
        lambda: removing.remove_file(
            by=actor_of(request), now=timezone.now(), file_id=found.id, why=form.cleaned_data["why"]
        ),
        to,
        _("Removed. That it was sent, its name, size and SHA-256 stay."),
    )
    lead = [
        _(
            "The bytes of %(name)s go at once and cannot be brought back, with what its faults quote of it. Figures that were read of it stay."
        )
        % {"name": found.name}
    ]
    return told or shown(
        request,
        "form",
        form=form,
        back=to,
        title=_("Remove a file that was sent by mistake"),
        button=_("Remove it"),
        lead=lead,
        caption=f"{receipt.force.name}, {receipt.round.title}",
    )


def _download(content: bytes, name: str, kind: str) -> HttpResponse:
    response = HttpResponse(content, content_type=kind)
    plain = "".join(one if one.isascii() and (one.isalnum() or one in "._- ()") else "_" for one in name)
    response["Content-Disposition"] = f'attachment; filename="{plain}"'
    return response


@guarded(Action.SIGN_RETURN)
@require_http_methods(["GET", "POST"])
def sign(request: HttpRequest, round_id: UUID, force_id: UUID) -> HttpResponse:
    """Every figure on one page, and the signature of exactly these."""
    of, force = _both(request, Action.SIGN_RETURN, round_id, force_id)
    to = reverse("collection:return", args=[of.id, force.id])
    page = pages.return_page(actor_of(request), of.id, force.id, now=timezone.now())
    version = page.row.version
    if version is None or page.row.standing is not Standing.TO_SIGN:
        messages.info(request, _("There is nothing to sign now: this page says why."))
        return redirect(to)
    form = SignForm(_sent(request), initial={"shown": version.digest})
    # what was signed is what the page showed, which may be older than what stands now
    told = form.data.get("shown", "") if request.method == "POST" else version.digest
    seen = Version.objects.filter(round=of, force=force, digest=told).order_by("-number").first() or version
    answer = done(
        request,
        form,
        lambda: signing.sign(
            by=actor_of(request),
            now=timezone.now(),
            version_id=seen.id,
            shown=told,
            post=form.cleaned_data["post"],
        ),
        to,
        _("Signed. A later change needs a new signature."),
        # what was typed beside other figures is not put beside these
        drafts=False,
    )
    if answer is None and request.method == "POST":
        # whatever the page showed before, it shows these from here on
        again = request.POST.copy()
        again["shown"] = version.digest
        form.data = again
    return answer or shown(request, "sign", form=form, page=page, back=to)


# --- questions --------------------------------------------------------------------------------------


def _question(request: HttpRequest, action: Action, question_id: UUID) -> Question:
    question = insist_there(
        Question.objects.filter(id=question_id).select_related("version", "round", "force"), question_id
    )
    actor = actor_of(request)
    insist(actor, action, subject_of(actor, question.force_id), question_id)
    return question


def _about(request: HttpRequest, question: Question, form: GovukForm, **more: Any) -> HttpResponse:
    labels = {item.code: item.label for item in items(question.round.year_end)}
    one = pages.Argued(question, standing_of(question), [labels.get(code, code) for code in question.items])
    return shown(request, "question", form=form, one=one, back=_to(question), **more)


def _to(question: Question) -> str:
    return reverse("collection:return", args=[question.round_id, question.force_id])


@guarded(Action.ANSWER_QUERY)
@require_http_methods(["GET", "POST"])
def answer(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """The force answers."""
    question = _question(request, Action.ANSWER_QUERY, question_id)
    form = AnswerForm(_sent(request))
    told = done(
        request,
        form,
        lambda: asking.answer(
            by=actor_of(request),
            now=timezone.now(),
            question_id=question.id,
            words=form.cleaned_data["words"],
        ),
        _to(question),
        _("Your answer is with the statistician."),
    )
    return told or _about(
        request,
        question,
        form,
        title=_("Answer a question"),
        button=_("Send the answer"),
        correct=reverse("collection:send", args=[question.round_id, question.force_id]),
    )


@guarded(Action.VERIFY_RETURN)
@require_http_methods(["GET", "POST"])
def judge(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """A statistician reads an answer."""
    question = _question(request, Action.VERIFY_RETURN, question_id)
    state = standing_of(question)
    moves = [str(move) for before, move in QUESTION if before == state and move != Move.ANSWER]
    if not moves:
        messages.info(request, _("Nothing can be said of that question now."))
        return redirect(_to(question))
    form = JudgeForm(_sent(request), moves=moves)
    told = done(
        request,
        form,
        lambda: asking.judge(
            by=actor_of(request),
            now=timezone.now(),
            question_id=question.id,
            move=Move(form.cleaned_data["move"]),
            words=form.cleaned_data["words"],
        ),
        _to(question),
        _("Written down, where the force reads it."),
    )
    return told or _about(
        request, question, form, title=_("Read an answer"), button=_("Write it down"), correct=""
    )


@guarded(Action.VERIFY_RETURN)
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, round_id: UUID, force_id: UUID) -> HttpResponse:
    """A statistician asks in her own words."""
    of, force = _both(request, Action.VERIFY_RETURN, round_id, force_id)
    form = AskForm(
        _sent(request), items=[(item.code, f"{item.sheet}: {item.label}") for item in items(of.year_end)]
    )
    to = reverse("collection:return", args=[of.id, force.id])
    told = done(
        request,
        form,
        lambda: asking.ask(
            by=actor_of(request),
            now=timezone.now(),
            round_id=of.id,
            force_id=force.id,
            items=form.cleaned_data["items"],
            words=form.cleaned_data["words"],
        ),
        to,
        _("Asked. Nothing is taken from this force until it is settled."),
    )
    return told or shown(
        request,
        "form",
        form=form,
        back=to,
        title=_("Ask the force"),
        button=_("Ask"),
        lead=[],
        caption=f"{force.name}, {of.title}",
    )


# --- the log ----------------------------------------------------------------------------------------


@guarded(Action.READ_NATIONAL_LOG)
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """Who did what when, by person, action or day."""
    actor = actor_of(request)
    accounts, actions = choices(actor)
    form = LogForm(request.GET or None, accounts=accounts, actions=actions)
    # a filter that cannot be read shows its error and no line, never lines that do not fit it
    page = None
    if not form.is_bound or form.is_valid():
        wanted = form.cleaned_data if form.is_bound else {}
        page = log_page(
            actor,
            account=UUID(wanted["account"]) if wanted.get("account") else None,
            action=wanted.get("action") or "",
            day=wanted.get("day"),
            before=wanted.get("before"),
        )
    older = urlencode({**request.GET.dict(), "before": page.older}) if page and page.older else ""
    return shown(request, "log", form=form, page=page, older=older)
