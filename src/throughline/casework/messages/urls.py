"""The addresses of the room. Paths hold opaque ids only."""

from django.urls import path

from throughline.casework.messages import views

# Django's own messages have the plain name
app_name = "outbox"

urlpatterns = [
    path("<uuid:case_id>/", views.ask, name="ask"),
    path("<uuid:case_id>/withdraw/", views.withdraw, name="withdraw"),
]
