"""The addresses of the room. Paths hold opaque ids only."""

from django.urls import URLPattern

app_name = "risk"

urlpatterns: list[URLPattern] = []
