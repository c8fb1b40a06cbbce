"""What people decided across incidents: who accused whom, several against one, accounts put right, files reviewed."""

from datetime import datetime, timedelta
from uuid import UUID

from throughline.casework.cases.commands.cases import group_cases
from throughline.casework.cases.commands.counter import decide_primary, keep_prompts, review_primary
from throughline.casework.cases.commands.files import draw_files, review_file
from throughline.casework.cases.commands.groups import add_line, end_line
from throughline.casework.cases.models import Case, CounterAllegation, DrawnFile, StandingFact
from throughline.casework.cases.rules.counter import PROMPTS, Choice
from throughline.casework.cases.rules.files import FORM
from throughline.casework.risk.commands.assessing import add_words
from throughline.casework.risk.commands.checking import agree
from throughline.casework.risk.models import Assessment
from throughline.casework.scene.commands.adding import add, ask_correction
from throughline.casework.scene.models import Attendance
from throughline.foundations.access.rules import Role
from throughline.foundations.clock.rules import london_day
from throughline.foundations.instruments.queries import library
from throughline.foundations.instruments.rules import Answer
from throughline.synthetic.past.attending import Attending, plain_answers
from throughline.synthetic.past.cast import Cast

_FILES_EACH = 2
_FOUND = ("yes", "yes", "no", "yes", "cannot-tell", "not-applicable", "yes")


class Settling:
    """Tells what was decided since the calls, and what of it waits for a colleague."""

    def __init__(self, cast: Cast, attending: Attending, *, now: datetime) -> None:
        self.cast = cast
        self.attending = attending
        self.now = now

    def tell(self) -> None:
        """All of it, oldest first."""
        self._accused_in_turn()
        self._group()
        self._accounts()
        self._graded_anew()
        self._review_files()

    def _accused_in_turn(self) -> None:
        """A sergeant has said who the primary perpetrator is and an inspector agreed; of the newest nobody can yet."""
        found = list(CounterAllegation.objects.filter(ended_at=None).order_by("seen_at", "id"))
        for number, allegation in enumerate(found, start=1):
            at = min(allegation.seen_at + timedelta(hours=20), self.now - timedelta(hours=3))
            newest = number == len(found)
            sergeant = self.cast.role(Role.SERGEANT)
            seen: dict[str, Answer] = {
                "history": "both" if newest else "first",
                "history-words": "Both have rung. She has three times before, from a neighbour's.",
                "injuries": "Scratches on his forearms; finger marks on her upper arms.",
                "fear": "not-known" if newest else "first",
                "who-called": "both",
                "together": "His marks could be of defence by her." if not newest else "It points both ways.",
            }
            keep_prompts(
                by=sergeant,
                now=at,
                allegation_id=allegation.id,
                instrument=library().as_of(PROMPTS, london_day(at)),
                answers=seen,
                complete=False,
                after=None,
            )
            decision = decide_primary(
                by=sergeant,
                now=at + timedelta(minutes=20),
                allegation_id=allegation.id,
                choice=Choice.UNRESOLVED if newest else Choice.FIRST,
                reason="primary-conflicting" if newest else "primary-injuries",
                words="Both are safeguarded: each has an officer of their own and a safe way to be reached."
                if newest
                else "Whose marks are of attack and whose of defence, and three earlier calls.",
            )
            if not newest:
                review_primary(
                    by=self.cast.role(Role.INSPECTOR),
                    now=at + timedelta(hours=22),
                    decision_id=decision.id,
                    agreed=True,
                )

    def _group(self) -> None:
        """Several of a family against one woman: one group, one plan, one line of it still to be done."""
        by_victim: dict[UUID, list[Case]] = {}
        for case in Case.objects.filter(suspect__isnull=False, closed_at=None).order_by("opened_at", "id"):
            by_victim.setdefault(case.victim_id, []).append(case)
        hers = next((cases for cases in by_victim.values() if len(cases) > 1), None)
        if hers is None:
            return
        at = max(case.opened_at for case in hers) + timedelta(hours=30)
        group = group_cases(
            by=self.cast.role(Role.INSPECTOR),
            now=at,
            case_ids=[case.id for case in hers],
            reason="group-honour-based",
        )
        inspector, officer = self.cast.by[Role.INSPECTOR], self.cast.by[Role.OFFICER]
        done = add_line(
            by=inspector,
            now=at,
            group_id=group.id,
            what="Ask the specialist service which of the family may know where she is.",
            whose=officer.id,
            due_on=london_day(at + timedelta(days=4)),
        )
        end_line(by=self.cast.acting(officer), now=at + timedelta(days=2), line_id=done.id, ended_as="done")
        add_line(
            by=self.cast.acting(inspector),
            now=self.now - timedelta(days=1),
            group_id=group.id,
            what="See her at work, where none of them comes, and ask about the journey that they speak of.",
            whose=officer.id,
            due_on=london_day(self.now + timedelta(days=3)),
        )

    def _accounts(self) -> None:
        """Two accounts were added to; of two that were asked to be put right one was, and one waits."""
        officer = self.cast.by[Role.OFFICER]
        left = Attendance.objects.filter(
            officer=officer.id, left_at__lt=self.now - timedelta(days=6), incident__closed_at__isnull=False
        )
        accounts = list(left.select_related("incident").order_by("-left_at", "id")[:4])
        for there in accounts[:2]:
            assert there.left_at is not None
            add(
                by=self.cast.acting(officer),
                now=there.left_at + timedelta(hours=2),
                about=there.id,
                subjects=there.incident.subjects,
                words="The neighbour at the next door rang back: she heard glass break at about ten.",
                incident_id=there.incident_id,
            )
        for waits, there in zip((False, True), accounts[2:], strict=False):
            assert there.left_at is not None
            asked = self.now - timedelta(hours=20) if waits else there.left_at + timedelta(hours=9)
            request = ask_correction(
                by=self.cast.role(Role.HUB),
                now=asked,
                about=there.id,
                author=officer.id,
                subjects=there.incident.subjects,
                words="Her account speaks of a brother, and the children's section of an uncle: who was there?",
                incident_id=there.incident_id,
            )
            if not waits:
                add(
                    by=self.cast.acting(officer),
                    now=asked + timedelta(hours=7),
                    about=there.id,
                    subjects=there.incident.subjects,
                    words="It was her brother. I wrote uncle by mistake, for the children call him so.",
                    incident_id=there.incident_id,
                    answers=request.id,
                )
        self._added_to_an_assessment()

    def _added_to_an_assessment(self) -> None:
        """Words that came after an assessment, which a sergeant looked at again."""
        officer = self.cast.by[Role.OFFICER]
        old = Assessment.objects.filter(
            by=officer.id,
            followed_by=None,
            completed_at__lt=self.now - timedelta(days=14),
            case__closed_at=None,
        )
        made = old.order_by("-completed_at", "id").first()
        if made is None:
            return
        at = self.now - timedelta(days=5)
        add_words(
            by=self.cast.acting(officer),
            now=at,
            assessment_id=made.id,
            words="She rang: he has found out where her sister lives.",
        )
        agree(
            by=self.cast.role(Role.SERGEANT),
            now=at + timedelta(minutes=80),
            case_id=made.case_id,
            reason="check-put-right",
        )

    def _graded_anew(self) -> None:
        """Cases in which she left him or had a child after they were graded."""
        old = StandingFact.objects.filter(
            kind="grade", ended_at=None, set_at__lt=self.now - timedelta(days=30), case__closed_at=None
        )
        for fact, cause in zip(
            old.select_related("case").order_by("-set_at", "id")[:4],
            ("separation", "pregnancy", "told-more", "separation"),
            strict=False,
        ):
            at = fact.set_at + timedelta(days=9)
            assert fact.case is not None
            self.attending.graded_anew(fact.case, cause, self.cast.by[Role.OFFICER], at)

    def _review_files(self) -> None:
        """An inspector has drawn files of the month before last, and reviewed most of them."""
        first_of_this = london_day(self.now).replace(day=1)
        last = (first_of_this - timedelta(days=1)).replace(day=1) - timedelta(days=1)
        made = draw_files(
            by=self.cast.role(Role.INSPECTOR),
            now=self.now - timedelta(days=2),
            first=(last.replace(day=1) - timedelta(days=1)).replace(day=1),
            last=last,
            each=_FILES_EACH,
        )
        form = library().as_of(FORM, london_day(self.now))
        files = DrawnFile.objects.filter(draw=made).order_by("offence", "id")
        for number, file in enumerate(files, start=1):
            if number % 4 == 0:
                continue
            found = {
                question.code: _FOUND[(number + place) % len(_FOUND)]
                for place, question in enumerate(form.questions)
                if question.options
            }
            review_file(
                by=self.cast.role(Role.INSPECTOR),
                now=self.now - timedelta(days=1),
                file_id=file.id,
                instrument=form,
                answers=plain_answers(form, found),
                complete=True,
                after=None,
            )
