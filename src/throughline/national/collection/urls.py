"""The addresses of the room. Paths hold opaque ids; what is said and sent travels in the bodies of posts."""

from django.urls import path

from throughline.national.collection.views import log, questions, returns, rounds

app_name = "collection"

urlpatterns = [
    path("", rounds.rounds, name="rounds"),
    path("log/", log.log, name="log"),
    path("open/", rounds.open_round, name="open-round"),
    path("<uuid:round_id>/", rounds.round_page, name="round"),
    path("<uuid:round_id>/announce/", rounds.announce, name="announce"),
    path("<uuid:round_id>/compare/", rounds.compare, name="compare"),
    path("<uuid:round_id>/<uuid:force_id>/", returns.return_page, name="return"),
    path("<uuid:round_id>/<uuid:force_id>/template/<slug:kind>/", returns.template, name="template"),
    path("<uuid:round_id>/<uuid:force_id>/send/", returns.send, name="send"),
    path("<uuid:round_id>/<uuid:force_id>/ask/", questions.ask, name="ask"),
    path("<uuid:round_id>/<uuid:force_id>/sign/", returns.sign, name="sign"),
    path("sent/<uuid:receipt_id>/", returns.receipt, name="receipt"),
    path("files/<uuid:file_id>/", returns.file, name="file"),
    path("files/<uuid:file_id>/remove/", returns.remove_file, name="remove-file"),
    path("questions/<uuid:question_id>/answer/", questions.answer, name="answer"),
    path("questions/<uuid:question_id>/judge/", questions.judge, name="judge"),
]
