"""The addresses of the room. Paths hold opaque ids only; what is said travels in the bodies of posts."""

from django.urls import path

from throughline.casework.investigation.views import case, proving, supervising, suspects

app_name = "investigation"

urlpatterns = [
    path("<uuid:case_id>/", case.show, name="case"),
    path("<uuid:case_id>/begin/", case.begin, name="begin"),
    path("<uuid:case_id>/accept/", case.accept, name="accept"),
    path("<uuid:case_id>/allocate/", supervising.allocate, name="allocate"),
    path("allocations/<uuid:allocation_id>/", supervising.review, name="review-allocation"),
    # the plan
    path("<uuid:case_id>/line/", case.add_line, name="add-line"),
    path("<uuid:case_id>/planned/", case.planned, name="planned"),
    path("<uuid:case_id>/review/", supervising.review_plan, name="review"),
    path("<uuid:case_id>/left/<uuid:incident_id>/<slug:item>/take/", case.take, name="take"),
    path("<uuid:case_id>/left/<uuid:incident_id>/<slug:item>/let-go/", case.let_go, name="let-go"),
    path("lines/<uuid:enquiry_id>/", case.end_line, name="end-line"),
    path("lines/<uuid:enquiry_id>/replace/", case.replace, name="replace-line"),
    # whom to find
    path("<uuid:case_id>/suspect/", suspects.register, name="register"),
    path("suspects/", suspects.outstanding, name="suspects"),
    path("suspects/<uuid:outstanding_id>/", suspects.attempt, name="attempt"),
    path("suspects/<uuid:outstanding_id>/who/", suspects.looker, name="looker"),
    path("suspects/<uuid:outstanding_id>/close/", suspects.close, name="close-suspect"),
    # what may prove it, and what she said
    path("<uuid:case_id>/support/", proving.support, name="support"),
    path("<uuid:case_id>/route/", proving.route, name="route"),
    path("<uuid:case_id>/result/", proving.result, name="result"),
    path("learnt/", proving.learnt, name="learnt"),
    path("<uuid:case_id>/statement/", proving.statement, name="statement"),
    path("<uuid:case_id>/withdrawing/", proving.withdrawing, name="withdrawing"),
    path("<uuid:case_id>/withdrawing/visit/", proving.visit, name="withdrawal-visit"),
    path("<uuid:case_id>/withdrawing/decide/", proving.decide, name="withdrawal-decide"),
    path("<uuid:case_id>/special-measure/", proving.special_measure, name="special-measure"),
    # for sergeants
    path("supervision/", supervising.waiting, name="waiting"),
]
