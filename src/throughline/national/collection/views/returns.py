"""Pages of one return: where it stands, sending it, the files that were sent, and its signature."""

import io
import tempfile
import zipfile
from pathlib import Path
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from throughline.foundations.access.routes import actor_of, guarded
from throughline.foundations.access.rules import Action, insist, may
from throughline.national.collection.commands import receiving, removing, signing
from throughline.national.collection.forms import RemoveForm, SendForm, SignForm
from throughline.national.collection.models import Receipt, ReceivedFile, Version
from throughline.national.collection.queries import pages
from throughline.national.collection.queries.files import files_of
from throughline.national.collection.queries.returns import insist_there, latest_version, subject_of
from throughline.national.collection.rules import Amiss, Standing, figures
from throughline.national.collection.views.shared import both, done, sent, shown
from throughline.statistics.returns import items, write_return, write_template


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


@guarded(Action.SEND_RETURN)
@require_safe
def template(request: HttpRequest, round_id: UUID, force_id: UUID, kind: str) -> HttpResponse:
    """The empty return as a spreadsheet or its CSV files, or the spreadsheet with the figures of the latest version."""
    of, force = both(request, Action.SEND_RETURN, round_id, force_id)
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
    of, force = both(request, Action.SEND_RETURN, round_id, force_id)
    latest = latest_version(of.id, force.id)
    form = SendForm(sent(request), request.FILES or None, first=latest is None)
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
    form = RemoveForm(sent(request))
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
    of, force = both(request, Action.SIGN_RETURN, round_id, force_id)
    to = reverse("collection:return", args=[of.id, force.id])
    page = pages.return_page(actor_of(request), of.id, force.id, now=timezone.now())
    version = page.row.version
    if version is None or page.row.standing is not Standing.TO_SIGN:
        messages.info(request, _("There is nothing to sign now: this page says why."))
        return redirect(to)
    form = SignForm(sent(request), initial={"shown": version.digest})
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
