"""The addresses of the figures."""

from django.urls import path

from throughline.casework.figures import views

app_name = "figures"
urlpatterns = [
    path("", views.figures, name="figures"),
    path("figures.csv", views.as_csv, name="csv"),
    path("<slug:code>/", views.figure, name="figure"),
    path("<slug:code>/explain/", views.explain, name="explain"),
]
