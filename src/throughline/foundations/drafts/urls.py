"""Where drafts are kept."""

from django.urls import path

from throughline.foundations.drafts import views

urlpatterns = [path("drafts/keep/", views.keep, name="keep_draft")]
