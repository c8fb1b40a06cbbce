"""The addresses of the pages that compose rooms."""

from django.urls import path

from throughline.casework.overview import views

app_name = "overview"
urlpatterns = [
    path("", views.home, name="home"),
    path("duties/<uuid:duty_id>/", views.duty, name="duty"),
    path("duties/<uuid:duty_id>/done/", views.discharge, name="discharge"),
    path("duties/<uuid:duty_id>/sight/", views.sight, name="sight"),
    # among the addresses of people, since it is done from there; it reaches rooms that people cannot know
    path("people/<uuid:record_id>/erase/", views.erase, name="erase"),
    path("looks/", views.looks, name="looks"),
    path("imports/", views.imports, name="imports"),
    path("reference/", views.reference_lists, name="reference"),
    path("reference/<slug:name>/", views.reference_list, name="reference-list"),
]
