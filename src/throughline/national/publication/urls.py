"""The addresses that everybody may ask for."""

from django.urls import path

from throughline.national.publication import views

app_name = "publication"

urlpatterns = [
    path("", views.front, name="front"),
    path("editions/", views.editions, name="editions"),
    path("editions/<slug:slug>/", views.edition, name="edition"),
    path("editions/<slug:slug>/figures/", views.figures, name="figures"),
    path("editions/<slug:slug>/tables/<str:id>/", views.table, name="table"),
    path("editions/<slug:slug>/files/<path:path>", views.file, name="file"),
    path("calendar/", views.calendar, name="calendar"),
    path("help/", views.helped, name="help"),
    path("revisions/", views.revisions, name="revisions"),
]
