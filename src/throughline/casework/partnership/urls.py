"""The addresses of the room. Paths hold opaque ids only; what is said travels in the bodies of posts."""

from django.urls import path

from throughline.casework.partnership.views import advising, conferring, inbox

app_name = "partnership"

# what an adviser sees: her service's inbox, and her slice of one case
urlpatterns = [
    path("inbox/", inbox.show, name="inbox"),
    path("with-us/<uuid:adviser_referral_id>/", inbox.slice_page, name="slice"),
    path("with-us/<uuid:adviser_referral_id>/accept/", inbox.accept, name="accept"),
    path("with-us/<uuid:adviser_referral_id>/return/", inbox.give_back, name="return"),
    path("with-us/<uuid:adviser_referral_id>/end/", inbox.let_go, name="end"),
    path("with-us/<uuid:adviser_referral_id>/contact/", inbox.contact, name="contact"),
    path("with-us/<uuid:adviser_referral_id>/note/", inbox.note, name="note"),
    path("with-us/<uuid:adviser_referral_id>/danger/", inbox.danger, name="danger"),
    path("with-us/<uuid:adviser_referral_id>/marac/", inbox.marac, name="marac-through"),
    path("with-us/notes/<uuid:note_id>/share/", inbox.share, name="share"),
]

# what the police see and do
urlpatterns += [
    path("<uuid:case_id>/", advising.show, name="partners"),
    path("<uuid:case_id>/adviser/", advising.refer, name="refer"),
    path("referred/<uuid:adviser_referral_id>/", advising.referral, name="referral"),
    path("shared/<uuid:share_id>/", advising.note, name="shared"),
    path("<uuid:case_id>/marac/", conferring.refer, name="marac"),
    path("<uuid:case_id>/marac/not/", conferring.decide_not_to, name="marac-not"),
    path("marac/<uuid:marac_id>/add/", conferring.add, name="marac-add"),
    path("marac/<uuid:marac_id>/sent/", conferring.sent_on, name="marac-sent"),
    path("not-referred/<uuid:not_referred_id>/", conferring.review, name="marac-review"),
]
