"""What goes from incidents, cases and standing facts when a person is erased."""

from uuid import UUID

from throughline.casework.cases.models import (
    Case,
    CounterAllegation,
    Crime,
    DrawnFile,
    Incident,
    PlanLine,
    StandingFact,
    Visit,
)
from throughline.foundations.decisions.commands import forget_words
from throughline.foundations.drafts.commands import let_go_about
from throughline.foundations.instruments.commands import forget_answers


def forget(*, record_id: UUID) -> None:
    """Blank what says who an erased person is: the places of their incidents and all words about them.

    Ids, codes and dates stay, so that his history with others stands. The words of a decision about a case,
    incident or crime of theirs go whoever else they name. Inside the erasing command only, which audits.
    """
    incidents = Incident.objects.filter(subjects__contains=[record_id])
    cases = Case.objects.filter(subjects__contains=[record_id])
    crimes = Crime.objects.filter(subjects__contains=[record_id])
    facts = StandingFact.objects.filter(subjects__contains=[record_id])
    allegations = CounterAllegation.objects.filter(subjects__contains=[record_id])
    lines = PlanLine.objects.filter(parties__contains=[record_id])
    files = DrawnFile.objects.filter(incident__in=incidents)
    for rows in (incidents, cases, crimes, facts, allegations, lines, files):
        for row_id in rows.values_list("id", flat=True):
            forget_words(record_id=row_id)
            let_go_about(record_id=row_id)
            # what was answered of a counter-allegation or a file that was reviewed
            forget_answers(subject=row_id)
    for group_id in set(lines.values_list("group", flat=True)):
        let_go_about(record_id=group_id)
    lines.update(what="", ended_words="")
    Visit.objects.filter(subjects__contains=[record_id]).update(agreed="")
    incidents.update(place="", postcode="")
    # the number that another system gave an order leads back to whom it names
    facts.update(words="", issuer="", source_ref="")
