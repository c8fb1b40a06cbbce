"""The addresses of cases. Paths hold opaque ids only; numbers and names travel in the bodies of posts."""

from django.urls import include, path

from throughline.casework.cases.views import case, counters, crimes, facts, files, groups, visits

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
    path("each-other/", counters.each_other, name="each-other"),
    path("together/", groups.one_group, name="one-group"),
]

urlpatterns = [
    path("of/<uuid:record_id>/", case.of, name="of"),
    path("facts/", facts.lookup, name="facts"),
    path("facts/about/<uuid:record_id>/", facts.enter, name="enter-fact"),
    path("facts/<uuid:fact_id>/", facts.show, name="fact"),
    path("facts/<uuid:fact_id>/vary/", facts.vary, name="vary-fact"),
    path("facts/<uuid:fact_id>/end/", facts.end, name="end-fact"),
    path("incidents/<uuid:incident_id>/close/", case.close_one_incident, name="close-incident"),
    path(
        "incidents/<uuid:incident_id>/together/", groups.one_group_of_incident, name="one-group-of-incident"
    ),
    path("groups/<uuid:group_id>/", groups.show, name="group-page"),
    path("groups/<uuid:group_id>/plan/", groups.add_line, name="add-line"),
    path("plan/<uuid:line_id>/", groups.end_line, name="end-line"),
    path("plan/<uuid:line_id>/change/", groups.change_line, name="change-line"),
    path("allegations/<uuid:allegation_id>/", counters.show, name="allegation"),
    path("allegations/<uuid:allegation_id>/prompts/", counters.prompts, name="prompts"),
    path("allegations/<uuid:allegation_id>/decide/", counters.decide, name="decide-primary"),
    path("allegations/decided/<uuid:choice_id>/", counters.review, name="review-primary"),
    path("files/", files.draws, name="draws"),
    path("files/<uuid:draw_id>/", files.draw, name="draw"),
    path("files/of/<uuid:file_id>/", files.file, name="file"),
    path("crimes/", crimes.waiting, name="waiting"),
    path("crimes/of/<uuid:incident_id>/", crimes.judge, name="judge"),
    path("crimes/<uuid:crime_id>/cancel/", crimes.cancel, name="cancel-crime"),
    path("crimes/judged/<uuid:decision_id>/", crimes.review, name="review-crime"),
    path("patrol/", visits.patrol, name="patrol"),
    path("<uuid:case_id>/", include(_one)),
]
