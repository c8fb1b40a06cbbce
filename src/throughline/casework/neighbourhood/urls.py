"""The addresses of the room. Paths hold opaque ids only; what is said travels in the bodies of posts."""

from django.urls import path

from throughline.casework.neighbourhood.views import disrupting, lapsing, supervising, visiting

app_name = "neighbourhood"

urlpatterns = [
    # today
    path("today/", visiting.today, name="today"),
    path("<uuid:case_id>/set-out/", visiting.set_out, name="set-out"),
    path("<uuid:case_id>/visit/", visiting.visit, name="visit"),
    # what is done about suspects
    path("<uuid:case_id>/", disrupting.show, name="case"),
    path("<uuid:case_id>/order/", disrupting.order, name="order"),
    path("tasks/", disrupting.tasks, name="tasks"),
    path("tasks/<uuid:task_id>/", disrupting.log, name="log"),
    path("tasks/<uuid:task_id>/accept/", disrupting.accept, name="accept"),
    path("tasks/<uuid:task_id>/review/", disrupting.review, name="review"),
    path("tasks/<uuid:task_id>/end/", disrupting.end, name="end"),
    # markers that lapse
    path("markers/", lapsing.register, name="markers"),
    path("markers/<uuid:marker_id>/", lapsing.keep, name="keep-marker"),
    path("markers/<uuid:marker_id>/end/", lapsing.end, name="end-marker"),
    # for sergeants and inspectors
    path("supervision/", supervising.supervision, name="supervision"),
]
