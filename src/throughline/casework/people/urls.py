"""The addresses of people. Search terms travel in the bodies of posts; paths hold opaque ids only."""

from django.urls import path

from throughline.casework.people.views import searching

app_name = "people"
urlpatterns = [
    path("search/", searching.search, name="search"),
    path("search/reading/", searching.read, name="read"),
    path("add/", searching.add, name="add"),
]
