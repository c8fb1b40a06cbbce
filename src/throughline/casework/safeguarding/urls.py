"""The addresses of the room. Paths hold opaque ids only; what is said travels in the bodies of posts."""

from django.urls import path

from throughline.casework.safeguarding.views import telling

app_name = "safeguarding"

urlpatterns = [
    path("<uuid:case_id>/", telling.promises, name="promises"),
    path("<uuid:case_id>/contact/", telling.contact, name="contact"),
    path("<uuid:case_id>/promise/", telling.promise, name="promise"),
]
