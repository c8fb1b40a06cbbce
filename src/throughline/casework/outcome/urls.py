"""The addresses of the room. Paths hold opaque ids only; what is said travels in the bodies of posts."""

from django.urls import path

from throughline.casework.outcome.views import court, outcomes

app_name = "outcome"

urlpatterns = [
    path("<uuid:case_id>/", outcomes.show, name="case"),
    path("crimes/<uuid:crime_id>/give/", outcomes.give, name="give"),
    path("given/<uuid:outcome_id>/review/", outcomes.review, name="review"),
    path("given/<uuid:outcome_id>/open-again/", outcomes.reopen, name="reopen"),
    path("given/<uuid:outcome_id>/stands-again/", outcomes.restore, name="restore"),
    path("given/<uuid:outcome_id>/asked/", outcomes.ask, name="ask"),
    path("asked/<uuid:asked_id>/", outcomes.decide, name="decide"),
    path("crimes/<uuid:crime_id>/court/", court.record, name="record"),
    path("crimes/<uuid:crime_id>/urn/", court.urn, name="urn"),
    path("crimes/<uuid:crime_id>/together/", court.together, name="together"),
    path("court/<uuid:event_id>/withdraw/", court.withdraw, name="withdraw"),
    path("coming/", court.coming, name="coming"),
    path("results/", court.upload, name="upload"),
    path("results/rejects.csv", court.rejects, name="rejects"),
]
