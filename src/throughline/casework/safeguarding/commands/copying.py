"""A copy of her plan, given only where she can have it safely."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from throughline.casework.cases.queries.visits import reaching
from throughline.casework.people.commands.identities import held_together
from throughline.casework.people.rules import Conflict, Malformed, row_of
from throughline.casework.safeguarding.commands.words import keep_words
from throughline.casework.safeguarding.models import PlanCopy, PlanVersion
from throughline.casework.safeguarding.rules.planning import why_not as why_not_given
from throughline.foundations.access.rules import Action, Actor, Refused
from throughline.foundations.audit.commands import undertake
from throughline.foundations.chronology.commands import write

NO_PLAN = "There is no such plan"


@transaction.atomic
def give_copy(
    *,
    by: Actor,
    now: datetime,
    version_id: UUID,
    form: str = "",
    why_not: str = "",
    safe_to_keep: bool = False,
    words: str = "",
) -> PlanCopy:
    """Decide that she is given her plan in a form of plan-copy-forms, or is not, for a reason of plan-copy-reasons.

    What is left in her hands is refused where what she said about reaching her does not stand now or does not allow it,
    and where she has not said herself that it is safe for her to keep. Raises Conflict for a plan that is not complete,
    Malformed, Refused.
    """
    version = PlanVersion.objects.select_for_update().filter(id=version_id).first()
    if version is None:
        raise Refused(NO_PLAN, version_id)
    undertake(
        by,
        Action.PLAN_SAFETY,
        *version.subjects,
        detail={"plan": str(version.id), "form": form, "why_not": why_not},
    )
    if version.completed_at is None:
        raise Conflict
    if bool(form) is bool(why_not):
        raise Malformed("form", "say in what form she is given it, or why she is not")
    stands = reaching(held_together(version.record_id)).said
    if form:
        row = row_of("plan-copy-forms", "form", form, now)
        if because := why_not_given(row, stands.answers if stands else None):
            raise Malformed("form", because)
        if row.flag("leaves") and not safe_to_keep:
            raise Malformed(
                "safe_to_keep", "ask her: where she has not said that it is safe to keep, tell her only"
            )
    else:
        row_of("plan-copy-reasons", "why_not", why_not, now)
    copy = PlanCopy.objects.create(
        version=version,
        form=form,
        why_not=why_not,
        rests_on=stands.id if stands else None,
        at=now,
        by=by.id,
        subjects=version.subjects,
    )
    keep_words(copy.id, words, subjects=version.subjects, by=by, now=now)
    write(
        "plan-copy-given" if form else "plan-copy-not-given",
        by=by,
        now=now,
        record_id=version.record_id,
        about=version.case_id,
        code=form or why_not,
    )
    return copy
