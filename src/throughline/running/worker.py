"""What a force's site does between requests."""

from datetime import timedelta

from django.utils import timezone

from throughline.casework.cases.commands.leaving import pass_on_cases, pass_on_from_the_line
from throughline.casework.contact.commands.proposing import propose
from throughline.casework.contact.commands.reviewing import call_for_sign_offs
from throughline.casework.contact.tasks import renew_everything, renew_what_is_new
from throughline.casework.investigation.tasks import ask_who_investigates, find_outstanding
from throughline.casework.messages.queries.service import service
from throughline.casework.messages.tasks import post
from throughline.casework.neighbourhood.tasks import call_for_marker_reviews, call_for_task_reviews
from throughline.casework.outcome.tasks import call_for_outcomes
from throughline.casework.partnership.tasks import call_for_advisers, call_for_maracs
from throughline.casework.people.commands.indexing import renew_keys
from throughline.casework.people.commands.retention import call_for_reviews
from throughline.casework.people.tasks import Preparer, call_for_readers, look_for_pairs
from throughline.casework.risk.commands.hub import put_back_what_was_left
from throughline.casework.risk.tasks import call_where_nobody_attended, hear_anew, look_for_changes
from throughline.casework.safeguarding.tasks import ask_who_safeguards, call_for_plans, promise_what_happened
from throughline.casework.scene.commands.children import call_for_decisions
from throughline.foundations.audit.commands import Checkpoints, seal
from throughline.foundations.drafts.commands import expire
from throughline.foundations.duties.commands import pass_on
from throughline.foundations.offline.commands import expire as expire_leases
from throughline.running.working import Task


def tasks(checkpoints: Checkpoints) -> list[Task]:
    """What the worker does, most urgent first. Each is a transaction of its own: a kill loses nothing."""
    preparer = Preparer()
    return [
        Task("sealing", timedelta(seconds=1), seal),
        Task("briefs that are behind", timedelta(seconds=5), lambda: renew_what_is_new(now=timezone.now())),
        Task("briefs read again", timedelta(minutes=1), lambda: renew_everything(now=timezone.now())),
        Task("texts", timedelta(seconds=10), lambda: post(service(), now=timezone.now())),
        Task("checkpoint", timedelta(minutes=1), checkpoints.write),
        Task("calls recorded as something else", timedelta(minutes=2), lambda: propose(now=timezone.now())),
        Task("sign-offs", timedelta(minutes=1), lambda: call_for_sign_offs(now=timezone.now())),
        Task("children", timedelta(minutes=1), lambda: call_for_decisions(now=timezone.now())),
        Task("cases of who has left", timedelta(minutes=1), lambda: pass_on_cases(now=timezone.now())),
        Task(
            "cases of who is party to them",
            timedelta(minutes=1),
            lambda: pass_on_from_the_line(now=timezone.now()),
        ),
        Task(
            "reviews of who has left",
            timedelta(minutes=1),
            lambda: put_back_what_was_left(now=timezone.now()),
        ),
        Task("duties of who has left", timedelta(minutes=1), lambda: pass_on(now=timezone.now())),
        Task("assessments", timedelta(minutes=1), lambda: call_where_nobody_attended(now=timezone.now())),
        Task("reassessments", timedelta(minutes=1), lambda: look_for_changes(now=timezone.now())),
        Task("who safeguards", timedelta(minutes=1), lambda: ask_who_safeguards(now=timezone.now())),
        Task("who investigates", timedelta(minutes=1), lambda: ask_who_investigates(now=timezone.now())),
        Task("suspects to be found", timedelta(minutes=1), lambda: find_outstanding(now=timezone.now())),
        Task("updates", timedelta(minutes=1), lambda: promise_what_happened(now=timezone.now())),
        Task("outcomes", timedelta(minutes=1), lambda: call_for_outcomes(now=timezone.now())),
        Task("disruption tasks", timedelta(minutes=1), lambda: call_for_task_reviews(now=timezone.now())),
        Task(
            "markers that lapse", timedelta(minutes=10), lambda: call_for_marker_reviews(now=timezone.now())
        ),
        Task("safety plans", timedelta(minutes=1), lambda: call_for_plans(now=timezone.now())),
        Task("advisers", timedelta(minutes=1), lambda: call_for_advisers(now=timezone.now())),
        Task("referrals to a MARAC", timedelta(minutes=1), lambda: call_for_maracs(now=timezone.now())),
        Task("words of danger", timedelta(minutes=1), lambda: hear_anew(now=timezone.now())),
        Task("pairs of records", timedelta(seconds=10), lambda: look_for_pairs(now=timezone.now())),
        Task("readers of pairs", timedelta(minutes=1), lambda: call_for_readers(now=timezone.now())),
        Task("keys of earlier rules", timedelta(seconds=10), lambda: renew_keys(now=timezone.now())),
        Task("rows of recognition", timedelta(seconds=10), lambda: preparer.turn(now=timezone.now())),
        Task("expiry of drafts", timedelta(hours=1), lambda: expire(now=timezone.now())),
        Task("expiry of leases", timedelta(hours=1), lambda: expire_leases(now=timezone.now())),
        Task("retention reviews", timedelta(hours=1), lambda: call_for_reviews(now=timezone.now())),
    ]
