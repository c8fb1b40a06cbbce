"""The addresses of the room. Paths hold opaque ids only; what is said travels in the bodies of posts."""

from django.urls import path

from throughline.casework.safeguarding.views import serving, telling, workload

app_name = "safeguarding"

urlpatterns = [
    path("<uuid:case_id>/", telling.promises, name="promises"),
    path("<uuid:case_id>/contact/", telling.contact, name="contact"),
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
