"""Every address of the national site."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("throughline.foundations.accounts.urls")),
    path("", include("throughline.foundations.drafts.urls")),
    path("collection/", include("throughline.national.collection.urls")),
    path("", include("throughline.national.publication.urls")),
]

handler400 = "throughline.website.views.bad_request"
handler403 = "throughline.website.views.refused"
handler404 = "throughline.website.views.not_found"
handler500 = "throughline.website.views.broken"
