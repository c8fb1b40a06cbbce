"""The addresses of the room. Paths hold opaque ids only; what is said travels in the bodies of posts."""

from django.urls import path

from throughline.casework.safeguarding import views

app_name = "safeguarding"

urlpatterns = [
    path("<uuid:case_id>/", views.promises, name="promises"),
    path("<uuid:case_id>/contact/", views.contact, name="contact"),
    path("<uuid:case_id>/promise/", views.promise, name="promise"),
]
