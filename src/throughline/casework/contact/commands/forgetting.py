"""What goes from contacts when a person is erased."""

from collections.abc import Collection
from uuid import UUID

from django.db.models import Q

from throughline.casework.contact.models import (
    ConfidentialWords,
    Contact,
    Handover,
    IntelligenceAnswer,
    IntelligenceRequest,
    LogLine,
    Recording,
    Sample,
)
from throughline.casework.contact.models.taking import Heard
from throughline.casework.people.models import Match
from throughline.foundations.decisions.commands import forget_words
from throughline.foundations.drafts.commands import let_go_about
from throughline.foundations.instruments.commands import forget_answers


def forget(*, record_id: UUID, numbers: Collection[str] = ()) -> None:
    """Blank what was said, typed and answered at every contact about an erased person; codes and times stay.

    ``numbers`` are those the person had: a call from one of them that nobody tied to them forgets its number
    and place as well. What cannot be known: words about them at a contact that is about somebody else. Inside
    the erasing command only, which audits.
    """
    about = Contact.objects.filter(
        Q(subjects__contains=[record_id])
        | Q(id__in=_asked_about(record_id))
        | Q(enquiry__in=_recognised(record_id))
        | Q(askings__enquiry__in=_recognised(record_id))
        | Q(number__in=numbers)
    )
    ids = sorted(set(about.values_list("id", flat=True)))
    contacts = Contact.objects.filter(id__in=ids)
    for contact_id in ids:
        forget_words(record_id=contact_id)
        forget_answers(subject=contact_id)
        let_go_about(record_id=contact_id)
    LogLine.objects.filter(contact__in=ids).update(words="")
    Heard.objects.filter(contact__in=ids).update(who="", other="")
    IntelligenceAnswer.objects.filter(request__contact__in=ids).update(words="")
    ConfidentialWords.objects.filter(answer__request__contact__in=ids).delete()
    IntelligenceRequest.objects.filter(contact__in=ids).update(question="")
    Handover.objects.filter(contacts__overlap=ids).update(words="")
    Sample.objects.filter(contact__in=ids).update(feedback="")
    # the number under which another system holds her voice leads back to her
    Recording.objects.filter(contact__in=ids).update(reference="", exhibit="")
    contacts.update(number="", latitude=None, longitude=None, within_metres=None)
    contacts.update(place="", postcode="", house="", street="")


def _asked_about(record_id: UUID) -> list[UUID]:
    """The contacts at which the intelligence desk was asked about them."""
    return list(IntelligenceRequest.objects.filter(record=record_id).values_list("contact", flat=True))


def _recognised(record_id: UUID) -> list[UUID]:
    """The enquiries whose scraps may be of them: nobody has said that they are not."""
    matches = Match.objects.filter(record=record_id).exclude(reading=Match.Reading.REJECTED)
    return list(matches.values_list("enquiry", flat=True))
