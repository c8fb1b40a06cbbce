"""A named person of the force signs exactly the figures that were shown."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.foundations.access.rules import Action, Actor
from throughline.foundations.accounts.models import User
from throughline.foundations.audit.commands import undertake
from throughline.national.collection.commands.shared import in_line, said
from throughline.national.collection.models import Signature, Version
from throughline.national.collection.queries.returns import (
    insist_there,
    latest_version,
    open_questions,
    subject_of,
)
from throughline.national.collection.rules import Amiss
from throughline.statistics.returns import digest


@transaction.atomic
def sign(*, by: Actor, now: datetime, version_id: UUID, shown: str, post: str) -> Signature:
    """Sign a version. ``shown`` is the digest of what the signer has read, ``post`` what they are in the force.

    Raises Amiss where other figures came in meanwhile, a question is open or it is signed already; `Refused`.
    """
    version = insist_there(Version.objects.filter(id=version_id), version_id)
    undertake(
        by,
        Action.SIGN_RETURN,
        detail={"version": str(version_id), "digest": shown[:64]},
        subject=subject_of(by, version.force_id),
    )
    in_line(version.round_id, version.force_id)
    if latest_version(version.round_id, version.force_id) != version:
        raise Amiss("The figures were corrected since you opened this page: read and sign the latest.")
    if shown != version.digest or digest(version.figures) != version.digest:
        raise Amiss("These are not the figures that the page showed: open it again.")
    if Signature.objects.filter(version=version).exists():
        raise Amiss("These figures are signed already.")
    if many := len(open_questions(version.round_id, version.force_id)):
        raise Amiss(f"{many} {'question is' if many == 1 else 'questions are'} still open.")
    return Signature.objects.create(
        version=version,
        force_id=version.force_id,
        digest=shown,
        name=User.objects.get(id=by.id).name,
        post=said("post", post),
        at=now,
        by=by.id,
    )
