"""The addresses of the room. Paths hold opaque ids and codes of reference only."""

from django.urls import path

from throughline.casework.scene.rules import INSTRUMENTS
from throughline.casework.scene.views import incidents, visiting

app_name = "scene"

_sections = [
    path(f"visit/<uuid:attendance_id>/{section}/", visiting.section, {"section": section}, name=str(section))
    for section in INSTRUMENTS
]

urlpatterns = [
    path("", visiting.home, name="home"),
    path("begin/<uuid:incident_id>/", visiting.begin, name="begin"),
    path("visit/<uuid:attendance_id>/", visiting.visit, name="visit"),
    path("visit/<uuid:attendance_id>/leave/", visiting.leave, name="leave"),
    *_sections,
    path("visit/<uuid:attendance_id>/chart/", visiting.chart, name="chart"),
    path("visit/<uuid:attendance_id>/injuries/<uuid:injury_id>/", visiting.withdraw, name="withdraw-injury"),
    path("visit/<uuid:attendance_id>/earlier/", visiting.earlier, name="earlier"),
    path("visit/<uuid:attendance_id>/children/", visiting.children, name="children"),
    path("visit/<uuid:attendance_id>/children/<uuid:child_id>/", visiting.child, name="child"),
    path("visit/<uuid:attendance_id>/add/", incidents.add, name="add"),
    path("visit/<uuid:attendance_id>/correct/", incidents.correct, name="correct"),
    path("correction/<uuid:correction_id>/", incidents.answer, name="answer"),
    path("<uuid:incident_id>/", incidents.read, name="read"),
    path("<uuid:incident_id>/evidence/", incidents.evidence, name="evidence"),
    path("<uuid:incident_id>/evidence/<slug:item>/", incidents.item, name="item"),
    path("<uuid:incident_id>/action/", incidents.actions, name="actions"),
    path("<uuid:incident_id>/action/<uuid:suspect_id>/", incidents.action, name="action"),
    path("<uuid:incident_id>/no-arrest/", incidents.no_arrest, name="no-arrest"),
    path("<uuid:incident_id>/children/", incidents.child_decision, name="child-decision"),
]
