"""Every address of a force's site."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("throughline.foundations.accounts.urls")),
    path("", include("throughline.foundations.drafts.urls")),
    path("reference/instruments/", include("throughline.foundations.instruments.urls")),
    path("", include("throughline.foundations.offline.urls")),
    path("people/", include("throughline.casework.people.urls")),
    path("messages/", include("throughline.casework.messages.urls")),
    path("contact/", include("throughline.casework.contact.urls")),
    path("scene/", include("throughline.casework.scene.urls")),
    path("risk/", include("throughline.casework.risk.urls")),
    path("safeguarding/", include("throughline.casework.safeguarding.urls")),
    path("partners/", include("throughline.casework.partnership.urls")),
    path("investigation/", include("throughline.casework.investigation.urls")),
    path("outcome/", include("throughline.casework.outcome.urls")),
    path("neighbourhood/", include("throughline.casework.neighbourhood.urls")),
    path("cases/", include("throughline.casework.cases.urls")),
    path("figures/", include("throughline.casework.figures.urls")),
    path("", include("throughline.casework.overview.urls")),
]

handler400 = "throughline.website.views.bad_request"
handler403 = "throughline.website.views.refused"
handler404 = "throughline.website.views.not_found"
handler500 = "throughline.website.views.broken"
