"""The addresses of first contact. What is said travels in the bodies of posts; paths hold opaque ids only."""

from django.urls import path

from throughline.casework.contact.views import calls, instruments, screen

app_name = "contact"

urlpatterns = [
    path("", calls.calls, name="calls"),
    path("begin/", calls.begin, name="begin"),
    path("<uuid:contact_id>/", screen.screen, name="contact"),
    path("<uuid:contact_id>/opening/", instruments.opening, name="opening"),
    path("<uuid:contact_id>/thrive/", instruments.thrive, name="thrive"),
    path("<uuid:contact_id>/take/", calls.take, name="take"),
    path("<uuid:contact_id>/take-over/", calls.take_over, name="take-over"),
]
