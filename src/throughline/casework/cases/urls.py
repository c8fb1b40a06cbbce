"""The addresses of cases. Paths hold opaque ids only; numbers and names travel in the bodies of posts."""

from django.urls import include, path

from throughline.casework.cases.views import case, crimes, facts, visits

app_name = "cases"

_one = [
    path("", case.show, name="case"),
    path("owner/", case.owner, name="owner"),
    path("accept/", case.accept, name="accept"),
    path("visit/", visits.visit, name="visit"),
    path("close/", case.close, name="close"),
    path("reopen/", case.reopen, name="reopen"),
    path("join/", case.join, name="join"),
    path("part/", case.part, name="part"),
    path("group/", case.group, name="group"),
    path("ungroup/", case.ungroup, name="ungroup"),
]

urlpatterns = [
    path("of/<uuid:record_id>/", case.of, name="of"),
    path("facts/", facts.lookup, name="facts"),
    path("facts/about/<uuid:record_id>/", facts.enter, name="enter-fact"),
    path("facts/<uuid:fact_id>/", facts.show, name="fact"),
    path("facts/<uuid:fact_id>/vary/", facts.vary, name="vary-fact"),
    path("facts/<uuid:fact_id>/end/", facts.end, name="end-fact"),
    path("incidents/<uuid:incident_id>/close/", case.close_one_incident, name="close-incident"),
    path("crimes/", crimes.waiting, name="waiting"),
    path("crimes/of/<uuid:incident_id>/", crimes.judge, name="judge"),
    path("crimes/<uuid:crime_id>/cancel/", crimes.cancel, name="cancel-crime"),
    path("crimes/judged/<uuid:decision_id>/", crimes.review, name="review-crime"),
    path("patrol/", visits.patrol, name="patrol"),
    path("<uuid:case_id>/", include(_one)),
]
