"""The addresses of people. Search terms travel in the bodies of posts; paths hold opaque ids only."""

from django.urls import include, path

from throughline.casework.people.views import (
    contact,
    explaining,
    family,
    identities,
    keeping,
    markers,
    pairs,
    particulars,
    person,
    safety,
    searching,
)

app_name = "people"

_one = [
    path("", person.show, name="person"),
    path("purpose/", person.purpose, name="purpose"),
    path("name/", particulars.add_name, name="add-name"),
    path("particulars/", particulars.correct, name="correct"),
    path("phone/", contact.add_phone, name="add-phone"),
    path("phone/<uuid:phone_id>/end/", contact.end_phone, name="end-phone"),
    path("address/", contact.add_address, name="add-address"),
    path("address/<uuid:address_id>/end/", contact.end_address, name="end-address"),
    path("safe-contact/", contact.safe_contact, name="safe-contact"),
    path("relationship/", family.relate, name="relate"),
    path("household/", family.join_household, name="join-household"),
    path("household/leave/", family.leave_household, name="leave-household"),
    path("marker/", markers.set_marker, name="set-marker"),
    path("marker/<uuid:marker_id>/end/", markers.end_marker, name="end-marker"),
    path("beside/<uuid:other_id>/", explaining.beside, name="beside"),
    path("merge/", identities.merge, name="merge"),
    path("part/", identities.part, name="part"),
    path("restrict/", safety.restrict, name="restrict"),
    path("restrict/lift/", safety.lift, name="lift"),
    path("sight/", safety.let_see, name="let-see"),
    path("sight/<uuid:grantee>/end/", safety.stop_seeing, name="stop-seeing"),
    path("refuge/", safety.refuge, name="refuge"),
    path("refuge/account/", safety.name_for_refuge, name="name-for-refuge"),
    path("staff/", safety.recognise_staff, name="staff"),
    path("retention/", keeping.retention, name="retention"),
]

urlpatterns = [
    path("search/", searching.search, name="search"),
    path("search/reading/", searching.read, name="read"),
    path("search/why/", explaining.heard, name="explain"),
    path("pairs/", pairs.queue, name="pairs"),
    path("pairs/<uuid:pair_id>/", pairs.pair, name="pair"),
    path("add/", searching.add, name="add"),
    path("restricted/", safety.break_glass, name="break-glass"),
    path("<uuid:record_id>/", include(_one)),
]
