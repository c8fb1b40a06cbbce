"""The addresses of signing in and of accounts.

Of allauth's pages only those that are used are here, each under its rule: no sign-up, no e-mail, no reset by
mail. The names are allauth's where it looks its own pages up by them.
"""

from allauth.account import views as account
from allauth.mfa.base import views as factors
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as app
from allauth.socialaccount import views as identities
from allauth.socialaccount.providers.openid_connect import views as openid
from django.urls import path

from throughline.foundations.access.routes import Open
from throughline.foundations.access.rules import Action
from throughline.foundations.accounts import views
from throughline.foundations.accounts.views import by_rule, first_second_factor

_OPEN, _OWN = Open.TO_EVERYBODY, Action.CHANGE_OWN_ACCOUNT

urlpatterns = [
    path("sign-in/", by_rule(account.login, _OPEN), name="account_login"),
    path("sign-in/code/", by_rule(factors.authenticate, _OPEN), name="mfa_authenticate"),
    path("sign-in/closed/", by_rule(account.account_inactive, _OPEN), name="account_inactive"),
    path("sign-in/demonstration/", views.demo_sign_in, name="demo_sign_in"),
    path(
        "sign-in/cancelled/", by_rule(identities.login_cancelled, _OPEN), name="socialaccount_login_cancelled"
    ),
    path("sign-in/<slug:provider_id>/", by_rule(openid.login, _OPEN), name="openid_connect_login"),
    path(
        "sign-in/<slug:provider_id>/callback/",
        by_rule(openid.callback, _OPEN),
        name="openid_connect_callback",
    ),
    path("sign-out/", by_rule(account.logout, _OPEN), name="account_logout"),
    path("account/", views.own_account, name="own_account"),
    path("account/password/", by_rule(account.password_change, _OWN), name="account_change_password"),
    path("account/again/password/", by_rule(account.reauthenticate, _OWN), name="account_reauthenticate"),
    path("account/again/code/", by_rule(factors.reauthenticate, _OWN), name="mfa_reauthenticate"),
    path(
        "account/app/",
        by_rule(first_second_factor(app.activate_totp), _OWN),
        name="mfa_activate_totp",
    ),
    path(
        "account/recovery-codes/", by_rule(recovery.view_recovery_codes, _OWN), name="mfa_view_recovery_codes"
    ),
    path(
        "account/recovery-codes/new/",
        by_rule(recovery.generate_recovery_codes, _OWN),
        name="mfa_generate_recovery_codes",
    ),
    path("account/second-factor/", views.to_own_account, name="mfa_index"),
    # who signs in at their force has no password here to change
    path("account/password/first/", views.to_own_account, name="account_set_password"),
    path("account/app/off/", views.to_own_account, name="mfa_deactivate_totp"),
    path("accounts/", views.manage_accounts, name="manage_accounts"),
    path("accounts/add/", views.add_account, name="add_account"),
    path("accounts/<uuid:user_id>/", views.account, name="account"),
    path("accounts/<uuid:user_id>/close/", views.close_account, name="close_account"),
    path("accounts/<uuid:user_id>/second-factor/", views.reset_second_factor, name="reset_second_factor"),
    path("accounts/<uuid:user_id>/password/", views.give_one_time_password, name="give_one_time_password"),
]
