"""The addresses of the room. Paths hold opaque ids only; what is said travels in the bodies of posts."""

from django.urls import include, path

from throughline.casework.risk.views import assessing, case, checking, hub, monitor

app_name = "risk"

_one = [
    path("", case.show, name="case"),
    path("assess/", assessing.assess, name="assess"),
    path("assess/<slug:code>/", assessing.further, name="further"),
    path("add/", case.add, name="add"),
    path("grade/", case.grade, name="grade"),
    path("tell/", case.tell_her, name="tell-her"),
    path("reassess/", case.reassess, name="reassess"),
    path("check/", checking.check, name="check"),
    path("review/", hub.review, name="review"),
    path("take/", hub.take, name="take"),
    path("put-back/", hub.put_back, name="put-back"),
    path("share/", hub.share, name="share"),
]

urlpatterns = [
    path("incidents/<uuid:incident_id>/", assessing.of_incident, name="of-incident"),
    path("told/<uuid:grading_id>/", case.tell, name="tell"),
    path("checks/", checking.checks, name="checks"),
    path("checks/why-this-order/", checking.why, name="why-this-order"),
    path("said/", checking.said, name="said"),
    path("said/<uuid:check_id>/read/", checking.read, name="read"),
    path("hub/", hub.queue, name="hub"),
    path("monitor/", monitor.monitor, name="monitor"),
    path("monitor/records/", monitor.records, name="monitor-records"),
    path("<uuid:case_id>/", include(_one)),
]
