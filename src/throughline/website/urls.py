"""Every address of a force's site."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("people/", include("throughline.casework.people.urls")),
]
