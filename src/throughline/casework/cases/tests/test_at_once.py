"""Two who write down the same pair at the same moment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections, transaction

from throughline.casework.cases.commands import incidents
from throughline.casework.cases.models import Case, Incident
from throughline.casework.cases.tests.conftest import seen_whole
from throughline.casework.conftest import NOW
from throughline.foundations.access.protection import set_actor
from throughline.foundations.access.rules import Role

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_handlers_at_once_make_one_case(accounts, pair, incident):
    her, him = pair
    made = [incident(), incident()]
    by = accounts[Role.CALL_HANDLER].actor
    together = Barrier(2)

    def write_down(incident_id):
        try:
            together.wait(10)
            for record_id, part in ((her, "victim"), (him, "suspect")):
                with transaction.atomic():
                    set_actor(by)
                    incidents.involve(
                        by=by,
                        now=NOW,
                        incident_id=incident_id,
                        record_id=record_id,
                        part=part,
                        confirmed=True,
                    )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write_down, made))
    with seen_whole():
        [case] = Case.objects.filter(closed_at=None)
        assert (case.victim_id, case.suspect_id) == (her, him)
        assert set(case.incident_links.values_list("incident", flat=True)) == set(made)
        assert Incident.objects.values("number").distinct().count() == 2
