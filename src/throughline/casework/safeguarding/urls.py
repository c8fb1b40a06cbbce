"""The addresses of the room. Paths hold opaque ids only; what is said travels in the bodies of posts."""

from django.urls import path

from throughline.casework.safeguarding.views import directory, planning, serving, telling, workload

app_name = "safeguarding"

urlpatterns = [
    path("<uuid:case_id>/", telling.promises, name="promises"),
    path("<uuid:case_id>/contact/", telling.contact, name="contact"),
    path("<uuid:case_id>/choose/", telling.choose, name="choose"),
    path("<uuid:case_id>/promise/", telling.promise, name="promise"),
    # who safeguards her, and what is handed over
    path("<uuid:case_id>/who/", serving.show, name="serving"),
    path("<uuid:case_id>/who/accept/", serving.accept, name="accept"),
    path("<uuid:case_id>/who/return/", serving.give_back, name="return"),
    path("<uuid:case_id>/who/package/", serving.package, name="package"),
    path("<uuid:case_id>/who/decide/", serving.decide, name="decide"),
    path("<uuid:case_id>/who/ask/", serving.ask, name="ask"),
    path("against-policy/<uuid:override_id>/", serving.review, name="review-override"),
    path("workload/", workload.show, name="workload"),
    path("workload/posts/", workload.posts, name="posts"),
    path("workload/on-call/", workload.on_call, name="on-call"),
    path("workload/training/", workload.training, name="training"),
]

# her safety plan
urlpatterns += [
    path("<uuid:case_id>/plan/", planning.plan, name="plan"),
    path("<uuid:case_id>/plan/make/", planning.make, name="make-plan"),
    path("<uuid:case_id>/plan/measure/", planning.offer, name="offer-measure"),
    path("<uuid:case_id>/plan/service/", planning.refer, name="refer"),
    path("plans/<uuid:version_id>/copy/", planning.copy, name="copy-plan"),
    path("plans/<uuid:version_id>/print/", planning.print_copy, name="print-plan"),
    path("measures/", planning.measures, name="measures"),
    path("measures/<uuid:measure_id>/", planning.measure, name="measure"),
    path("referrals/<uuid:referral_id>/", planning.referral, name="referral"),
]

# the support directory
urlpatterns += [
    path("directory/", directory.services, name="directory"),
    path("directory/add/", directory.add, name="add-service"),
    path("directory/<uuid:service_id>/", directory.service, name="service"),
    path("directory/<uuid:service_id>/change/", directory.change, name="change-service"),
    path("directory/<uuid:service_id>/checked/", directory.checked, name="check-service"),
    path("directory/<uuid:service_id>/withdraw/", directory.withdraw, name="withdraw-service"),
]
