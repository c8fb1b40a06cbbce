"""The forms of signing in, drawn as GOV.UK components, and those of an administrator."""

from datetime import date
from typing import Any

from allauth.account import forms as account_forms
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.base import forms as code_forms
from allauth.mfa.recovery_codes import forms as recovery_forms
from allauth.mfa.totp import forms as app_forms
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from throughline.foundations.accounts.adapters import SecondFactors, log
from throughline.foundations.accounts.models import User
from throughline.foundations.accounts.rules import SignIn
from throughline.foundations.govuk.forms import GovukForm, GovukFormMixin
from throughline.reference import load


class _Plain(GovukFormMixin):
    """A form of allauth's with labels and hints in place of grey words inside the boxes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class SignInForm(_Plain, account_forms.LoginForm):
    """A user name and a password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("User name")
        self.fields["password"].help_text = ""
        for field in self.fields.values():
            field.widget.attrs["class"] = "govuk-!-width-one-half"


class PasswordAgainForm(_Plain, account_forms.ReauthenticateForm):
    """The password, asked for again before something is changed."""


class ChangePasswordForm(_Plain, account_forms.ChangePasswordForm):
    """The password of now and the new one, twice."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("The password you have now")
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = _("At least 12 characters; three random words are good.")
        self.fields["password2"].label = _("New password again")


class _Code(_Plain):
    """A code of six figures, or a recovery code, that counts once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label = _("Code")
        code.widget.attrs |= {"inputmode": "numeric", "class": "govuk-input--width-10"}

    def clean_code(self) -> str:
        """The code, where it is right and has not been used. A wrong one is counted and logged."""
        user: User = self.user  # type: ignore[attr-defined]
        try:
            code: str = super().clean_code()  # type: ignore[misc]
        except forms.ValidationError as problem:
            locked = problem.code in {"too_many_login_attempts", "rate_limited"}
            log(SignIn.LOCKED_OUT if locked else SignIn.WRONG_CODE, user.actor)
            raise
        # allauth remembers a code for one period, while its neighbours' tolerance keeps it right for three
        period = settings.MFA_TOTP_PERIOD * (2 * settings.MFA_TOTP_TOLERANCE + 1)
        if not cache.add(f"accounts.code-used:{user.pk}:{normalize_user_code(code)}", True, timeout=period):
            log(SignIn.WRONG_CODE, user.actor)
            raise SecondFactors().validation_error("incorrect_code")
        return code


class CodeForm(_Code, code_forms.AuthenticateForm):
    """The second factor while signing in."""


class CodeAgainForm(_Code, code_forms.ReauthenticateForm):
    """The second factor, asked for again before something is changed."""


class SetUpAppForm(_Code, app_forms.ActivateTOTPForm):
    """The first code that a new authenticator app shows."""


class NewRecoveryCodesForm(_Plain, recovery_forms.GenerateRecoveryCodesForm):
    """No more than a button."""


class AddAccountForm(GovukForm):
    """A new account."""

    needed = ("username", "name", "role", "team", "agency")

    username = forms.CharField(
        label=_("User name"), help_text=_("2 to 64 letters, figures, dots, dashes and underscores")
    )
    name = forms.CharField(label=_("Name"), help_text=_("As colleagues read it"))
    role = forms.ChoiceField(label=_("Role"), help_text=_("Somebody with two roles has two accounts"))
    team = forms.CharField(label=_("Team"), help_text=_("Who share a room and a queue"))
    agency = forms.CharField(label=_("Force or agency"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = {str(role) for role in settings.ROLES}
        choices = load("roles").choices(on=today)
        self.fields["role"].choices = [one for one in choices if one[0] in known]  # type: ignore[attr-defined]
