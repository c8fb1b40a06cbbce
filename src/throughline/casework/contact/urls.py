"""The addresses of first contact. What is said travels in the bodies of posts; paths hold opaque ids only."""

from django.urls import include, path

from throughline.casework.contact.views import (
    briefs,
    calls,
    counters,
    instruments,
    intelligence,
    recordings,
    screen,
    supervising,
    turns,
)

app_name = "contact"

_supervision = [
    path("", supervising.supervision, name="supervision"),
    path("why-this-order/", supervising.why, name="why-this-order"),
    path("decision/<uuid:contact_id>/", supervising.decision, name="decision"),
    path("sign-off/<uuid:contact_id>/", supervising.sign_off, name="sign-off"),
    path("sign-off/next/<uuid:contact_id>/", supervising.next_sign_off, name="next-sign-off"),
    path("samples/", supervising.samples, name="samples"),
    path("samples/draw/", supervising.draw, name="draw"),
    path("samples/live/<uuid:contact_id>/", supervising.listen_in, name="listen-in"),
    path("samples/<uuid:sample_id>/", supervising.sample, name="sample"),
    path("proposals/", supervising.proposals, name="proposals"),
    path("proposals/<uuid:proposal_id>/", supervising.proposal, name="proposal"),
    path("rules/", supervising.switch, name="switch-rule"),
    path("handover/", turns.hand_over, name="hand-over"),
    path("handover/<uuid:handover_id>/", turns.handover, name="handover"),
]
_counters = [
    path("", counters.counters, name="counters"),
    path("open/", counters.open_counter, name="open-counter"),
    path("years/", counters.years, name="counter-years"),
    path("years.csv", counters.years_csv, name="counter-years-csv"),
    path("<uuid:counter_id>/", counters.counter, name="counter"),
    path("<uuid:counter_id>/hours/", counters.hours, name="counter-hours"),
    path("<uuid:counter_id>/close/", counters.close_counter, name="close-counter"),
    path("<uuid:counter_id>/leaflets/", counters.put_out, name="put-out"),
    path("leaflets/<uuid:leaflet_id>/", counters.leaflet, name="leaflet"),
]

urlpatterns = [
    path("supervision/", include(_supervision)),
    path("counters/", include(_counters)),
    path("turn/", turns.turn, name="turn"),
    path("turn/end/", turns.end, name="end-turn"),
    path("feedback/", supervising.feedback, name="feedback"),
    path("feedback/<uuid:sample_id>/read/", supervising.read, name="read-feedback"),
    path("", calls.calls, name="calls"),
    path("news/", calls.news, name="news"),
    path("begin/", calls.begin, name="begin"),
    path("<uuid:contact_id>/", screen.screen, name="contact"),
    path("<uuid:contact_id>/why/<uuid:record_id>/", screen.why, name="why"),
    path("<uuid:contact_id>/opening/", instruments.opening, name="opening"),
    path("<uuid:contact_id>/thrive/", instruments.thrive, name="thrive"),
    path("<uuid:contact_id>/recording/", recordings.one, name="recording"),
    path("recordings/", recordings.every, name="recordings"),
    path("incidents/<uuid:incident_id>/part/", calls.part, name="part-incidents"),
    path("<uuid:contact_id>/take/", calls.take, name="take"),
    path("<uuid:contact_id>/take-over/", calls.take_over, name="take-over"),
    path("<uuid:contact_id>/brief/", briefs.of_contact, name="contact-brief"),
    path("<uuid:contact_id>/intelligence/", intelligence.ask, name="ask-intelligence"),
    path("briefs/", briefs.briefs, name="briefs"),
    path("briefs/<uuid:brief_id>/", briefs.brief, name="brief"),
    path("briefs/<uuid:brief_id>/news/", briefs.news, name="brief-news"),
    path("intelligence/", intelligence.queue, name="intelligence"),
    path("intelligence/named/", intelligence.named, name="named"),
    path("intelligence/<uuid:request_id>/", intelligence.one, name="intelligence-request"),
]
