"""The addresses of the room. Paths hold opaque ids; what is said and sent travels in the bodies of posts."""

from django.urls import path

from throughline.national.collection import views

app_name = "collection"

urlpatterns = [
    path("", views.rounds, name="rounds"),
    path("log/", views.log, name="log"),
    path("open/", views.open_round, name="open-round"),
    path("<uuid:round_id>/", views.round_page, name="round"),
    path("<uuid:round_id>/announce/", views.announce, name="announce"),
    path("<uuid:round_id>/compare/", views.compare, name="compare"),
    path("<uuid:round_id>/<uuid:force_id>/", views.return_page, name="return"),
    path("<uuid:round_id>/<uuid:force_id>/template/<slug:kind>/", views.template, name="template"),
    path("<uuid:round_id>/<uuid:force_id>/send/", views.send, name="send"),
    path("<uuid:round_id>/<uuid:force_id>/ask/", views.ask, name="ask"),
    path("<uuid:round_id>/<uuid:force_id>/sign/", views.sign, name="sign"),
    path("sent/<uuid:receipt_id>/", views.receipt, name="receipt"),
    path("files/<uuid:file_id>/", views.file, name="file"),
    path("files/<uuid:file_id>/remove/", views.remove_file, name="remove-file"),
    path("questions/<uuid:question_id>/answer/", views.answer, name="answer"),
    path("questions/<uuid:question_id>/judge/", views.judge, name="judge"),
]
