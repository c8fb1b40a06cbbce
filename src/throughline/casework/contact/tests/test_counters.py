"""Front counters through their pages: hours, leaflets, and the years behind them."""

import re
from datetime import date, time, timedelta

import pytest
from django.urls import reverse

from throughline.casework.contact.commands import counters
from throughline.casework.contact.models import Counter, CounterHours, Leaflet
from throughline.casework.contact.queries.counters import counter as counter_page
from throughline.casework.contact.tests.conftest import NOW
from throughline.casework.people.rules import Malformed
from throughline.foundations.access.rules import Role
from throughline.foundations.clock.rules import london_day
from throughline.foundations.duties.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static_files")]
TODAY = london_day(NOW)
OPENED = date(2013, 1, 1)


def text(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


@pytest.fixture
def staff(by):
    return by(Role.FRONT_COUNTER)


@pytest.fixture
def counter(staff):
    return counters.open_counter(by=staff, now=NOW, name="Quarnley High Street", opened_on=OPENED)


def put_out(staff, counter, printed_on=TODAY, topic="stalking", **more):
    return counters.put_out(
        by=staff, now=NOW, counter_id=counter.id, topic=topic, language="pl", printed_on=printed_on, **more
    )


def day_in(name, day):
    return {f"{name}_day": str(day.day), f"{name}_month": str(day.month), f"{name}_year": str(day.year)}


def test_hours_that_change_keep_those_of_before(staff, counter):
    cut = TODAY - timedelta(days=10)
    for opens, since in ((time(8), OPENED), (time(10), cut), (time(9), cut)):
        counters.set_hours(
            by=staff, now=NOW, counter_id=counter.id, week={0: (opens, time(0))}, valid_from=since
        )
    rows = CounterHours.objects.order_by("valid_from").values_list("opens", "valid_from", "valid_until")
    assert list(rows) == [(time(8), OPENED, cut - timedelta(days=1)), (time(9), cut, None)]


@pytest.mark.parametrize(
    ("week", "since"),
    [({0: (time(17), time(9))}, TODAY), ({0: (time(9), time(9))}, TODAY), ({}, OPENED - timedelta(days=1))],
)
def test_hours_that_cannot_be(staff, counter, week, since):
    with pytest.raises(Malformed):
        counters.set_hours(by=staff, now=NOW, counter_id=counter.id, week=week, valid_from=since)


def test_a_leaflet_is_out_of_date_when_its_print_is_old_or_not_known(staff, counter):
    put_out(staff, counter)
    put_out(staff, counter, TODAY - timedelta(days=365 * 3))
    put_out(staff, counter, None)
    page = counter_page(staff, counter.id, now=NOW)
    assert page.stale == 2
    assert "Forced marriage" in page.missing
    assert "Stalking and harassment" not in page.missing


def test_leaflets_are_looked_over_every_month(staff, counter):
    leaflets = [put_out(staff, counter), put_out(staff, counter, topic="fgm")]
    [first] = Duty.objects.filter(kind="leaflet-check")
    month = NOW + timedelta(days=28)
    assert first.due_at > month
    counters.look_at_leaflet(by=staff, now=month, leaflet_id=leaflets[0].id, still_there=True)
    assert Duty.objects.get().discharged_at is None
    counters.replace_leaflet(
        by=staff, now=month, leaflet_id=leaflets[1].id, printed_on=TODAY + timedelta(days=20)
    )
    done, coming = Duty.objects.order_by("opened_at")
    assert (done.outcome, coming.opened_at, coming.discharged_at) == ("looked-over", month, None)
    assert Leaflet.objects.get(id=leaflets[1].id).removed_on == london_day(month)


def test_a_replacement_is_newer(staff, counter):
    old = put_out(staff, counter)
    with pytest.raises(Malformed):
        counters.replace_leaflet(by=staff, now=NOW, leaflet_id=old.id, printed_on=TODAY)


def test_a_closed_counter_has_no_leaflets_and_no_duty(staff, counter):
    put_out(staff, counter)
    counters.close_counter(by=staff, now=NOW, counter_id=counter.id, closed_on=TODAY)
    assert not Leaflet.objects.filter(removed_on=None).exists()
    assert not Duty.objects.filter(discharged_at=None).exists()
    with pytest.raises(Malformed):
        put_out(staff, counter)


def test_through_the_pages(signed_in, by):
    browser = signed_in(Role.FRONT_COUNTER)
    assert "No front counter has been written down yet" in text(browser.get(reverse("contact:counters")))
    assert "Enter an answer to “Name of the counter" in text(
        browser.post(reverse("contact:open-counter"), {})
    )
    typed = {"name": "Quarnley High Street", **day_in("opened_on", OPENED)}
    assert browser.post(reverse("contact:open-counter"), typed).status_code == 302
    assert "is that of another counter" in text(browser.post(reverse("contact:open-counter"), typed))
    by(Role.FRONT_COUNTER)
    counter = Counter.objects.get()
    hours = {"day_0_start": "8am", "day_0_until": "midnight", **day_in("valid_from", OPENED)}
    assert browser.post(reverse("contact:counter-hours", args=[counter.id]), hours).status_code == 302
    leaflet = {"topic": "fgm", "language": "so", **day_in("printed_on", date(2020, 1, 1))}
    assert browser.post(reverse("contact:put-out", args=[counter.id]), leaflet).status_code == 302
    page = text(browser.get(reverse("contact:counter", args=[counter.id])))
    assert "08:00–24:00" in page
    assert "Female genital mutilation Out of date Somali 1 January 2020" in page
    by(Role.FRONT_COUNTER)
    address = reverse("contact:leaflet", args=[Leaflet.objects.get().id])
    assert "to be replaced by 1 January 2022" in text(browser.get(address))
    assert "Select an answer to “What did you find" in text(browser.post(address, {}))
    assert browser.post(address, {"found": "replaced", **day_in("printed_on", TODAY)}).status_code == 302
    assert browser.get(address).status_code == 404
    assert "1 leaflet on view; 1 language" in text(browser.get(reverse("contact:counters")))
    page = text(browser.get(reverse("contact:counter-years")))
    assert "31 March 2013" in page
    lines = browser.get(reverse("contact:counter-years-csv")).content.decode().splitlines()
    assert lines[0].split(",")[:3] == ["as_of", "counters_open", "hours_open_a_week"]
    assert lines[1].startswith("2013-03-31,1,16.00")
    assert lines[-1].startswith(f"{TODAY.isoformat()},1,16.00,0.0,0.0")
    closed = browser.post(reverse("contact:close-counter", args=[counter.id]), day_in("closed_on", TODAY))
    assert closed.status_code == 302
    assert "Closed since" in text(browser.get(reverse("contact:counters")))


def test_a_supervisor_keeps_counters_too_and_a_handler_does_not(signed_in, counter):
    assert signed_in(Role.SUPERVISOR).get(reverse("contact:counter", args=[counter.id])).status_code == 200
    assert signed_in(Role.CALL_HANDLER).get(reverse("contact:counters")).status_code == 403
