"""The addresses of the question sets, for whoever reads reference data."""

from django.urls import path

from throughline.foundations.instruments import views

app_name = "instruments"
urlpatterns = [
    path("", views.registered, name="registered"),
    path("<slug:instrument>/<str:version>/", views.version, name="version"),
]
