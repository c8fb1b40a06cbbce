"""The addresses of the pages that compose rooms."""

from django.urls import path

from throughline.casework.overview.views import case, home, team

app_name = "overview"
urlpatterns = [
    path("", home.home, name="home"),
    path("duties/<uuid:duty_id>/", home.duty, name="duty"),
    path("duties/<uuid:duty_id>/done/", home.discharge, name="discharge"),
    path("duties/<uuid:duty_id>/sight/", home.sight, name="sight"),
    path("duties/<uuid:duty_id>/give-on/", team.give_on, name="give-on"),
    path("turn/", team.turns_work, name="turns-work"),
    path("turn/overdue/", team.late, name="overdue"),
    path("turn/why-this-order/", team.why, name="why-this-order"),
    path("case/<uuid:case_id>/", case.show, name="case"),
    # among the addresses of people, since it is done from there; it reaches rooms that people cannot know
    path("people/<uuid:record_id>/erase/", home.erase, name="erase"),
    path("looks/", home.looks, name="looks"),
    path("imports/", home.imports, name="imports"),
    path("reference/", home.reference_lists, name="reference"),
    path("reference/<slug:name>/", home.reference_list, name="reference-list"),
]
