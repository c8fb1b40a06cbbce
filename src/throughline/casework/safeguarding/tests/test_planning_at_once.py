"""Two who write her plan at the same moment, at two of her cases."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections, transaction

from throughline.casework.cases.models import Case
from throughline.casework.conftest import NOW
from throughline.casework.people.commands.identities import merge
from throughline.casework.risk.tests.conftest import seen_whole
from throughline.casework.safeguarding.commands.planning import write_plan
from throughline.casework.safeguarding.models import PlanVersion
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Role
from throughline.foundations.instruments.commands import ChangedMeanwhile
from throughline.foundations.instruments.models import Answers

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_is_kept_and_the_other_is_told(accounts, does, pair, add, incident, case):
    again = add("Zofia", "Quillfeather-Ashgrove")
    incident(again, add("Craig", "Whitmore", sex="1"))
    does(Role.SUPERVISOR, merge, record_id=again, into_id=pair[0], reason="merge-said-so")
    with seen_whole():
        other = Case.objects.get(victim=again).id
    together = Barrier(2)

    def write(who, case_id, words):
        by = accounts[who].actor
        try:
            together.wait(10)
            with transaction.atomic():
                set_actor(by)
                write_plan(by=by, now=NOW, case_id=case_id, answers={"wants": words})
            return "kept"
        except ChangedMeanwhile:
            return "told"
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(write, Role.OFFICER, case, "One")
        second = pool.submit(write, Role.HUB, other, "Another")
        assert sorted((first.result(), second.result())) == ["kept", "told"]
    with seen_whole():
        assert PlanVersion.objects.count() == 1
        assert Answers.objects.filter(instrument="safety-plan").count() == 1
