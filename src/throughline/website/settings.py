"""Django settings of a force's site.

Everything that differs between machines comes from the environment:

``THROUGHLINE_HOME``      the private folder for keys, checkpoints and the embedded database
``THROUGHLINE_DATABASE``  the database as a ``postgresql://`` address, for the login that this process uses
``THROUGHLINE_HOSTS``     host names that may be asked for, separated by commas
``THROUGHLINE_DEMO``      ``1`` where everybody is invented: one-click sign-in without a second factor
``THROUGHLINE_PROXIES``   how many proxies of ours stand before this site, each adding to X-Forwarded-For;
                          the one nearest to it sets X-Forwarded-Proto
``THROUGHLINE_OIDC_ISSUER``, ``_CLIENT_ID``, ``_SECRET``, ``_NAME``  the force's identity provider
``THROUGHLINE_OIDC_SECOND_FACTOR``  the claim that tells of a second factor there, ``amr=mfa`` if not said
``THROUGHLINE_INSTRUMENTS``  a folder of the force's own question sets, asked in place of ours
``THROUGHLINE_MODEL``     the file of a model of recognition that was fitted to the force's own index
``THROUGHLINE_NOTIFY_KEY``, ``_URL``, ``_SENDER``  GOV.UK Notify: without a key no text leaves, and what waits
                          is given up in its time; ``_SENDER`` is the id of a neutral sender there
"""

import hashlib
import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from django.utils.csp import CSP
from psycopg.conninfo import conninfo_to_dict

from throughline.foundations.access.rules import OF_A_FORCE
from throughline.website.logs import LOGGING as LOGGING

SOURCE = Path(__file__).resolve().parents[1]
CHECKOUT = SOURCE.parents[1]
HOME = Path(os.environ.get("THROUGHLINE_HOME", CHECKOUT / ".throughline"))
DEMO = os.environ.get("THROUGHLINE_DEMO") == "1"

#: Which site this is, and for whom an account of it may be.
NATIONAL = False
SERVICE_NAME = "Throughline"
ROLES = OF_A_FORCE

DEBUG = False
PROXIES = int(os.environ.get("THROUGHLINE_PROXIES", "0"))
# only a proxy of ours may say that the browser came by https: without one, anybody could
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PROXIES else None
ALLOWED_HOSTS = os.environ.get("THROUGHLINE_HOSTS", "localhost,127.0.0.1,[::1]").split(",")


def _secret_key() -> str:
    """The signing key of this deployment; a process that is given none signs nothing that outlives it."""
    file = HOME / "signing-key"
    return file.read_text().strip() if file.is_file() else os.urandom(32).hex()


SECRET_KEY = _secret_key()


def _database() -> dict[str, object]:
    parts = conninfo_to_dict(os.environ.get("THROUGHLINE_DATABASE", ""))
    known = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    settings: dict[str, object] = {known[k]: v for k, v in parts.items() if k in known}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "throughline",
        # one connection a thread, kept; the pool would hide the true error behind a time-out
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        # what is asked past Django's own cursors, which prepare nothing, is planned once on each connection
        "OPTIONS": {"prepare_threshold": 0, **{k: v for k, v in parts.items() if k not in known}},
        **settings,
    }


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "pgtrigger",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "throughline.foundations.access",
    "throughline.foundations.audit",
    "throughline.foundations.accounts",
    "throughline.foundations.drafts",
    "throughline.foundations.duties",
    "throughline.foundations.decisions",
    "throughline.foundations.instruments",
    "throughline.foundations.chronology",
    "throughline.foundations.offline",
    "throughline.foundations.govuk",
    "throughline.casework.people",
    "throughline.casework.cases",
    "throughline.casework.messages",
    "throughline.casework.contact",
    "throughline.casework.scene",
    "throughline.casework.risk",
    "throughline.casework.safeguarding",
    "throughline.casework.partnership",
    "throughline.casework.investigation",
    "throughline.casework.outcome",
    "throughline.casework.neighbourhood",
    "throughline.casework.figures",
    "throughline.website",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "throughline.website.frame.Discretion",
    "throughline.website.middleware.SessionEnds",
    "allauth.account.middleware.AccountMiddleware",
    "throughline.website.frame.Confinement",
    # last: it runs the view itself, inside the transaction that also holds the audit row
    "throughline.website.middleware.RoomMiddleware",
]

ROOT_URLCONF = "throughline.website.urls"
WSGI_APPLICATION = "throughline.website.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": sorted(str(folder) for folder in SOURCE.glob("**/templates")),
        "OPTIONS": {
            "environment": "throughline.website.templating.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.csp",
                "throughline.website.templating.frame",
            ],
        },
    },
    # the second factor's own forms come as Django templates
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    },
]

# --- accounts ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "throughline.foundations.accounts.adapters.Accounts"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {
    "login": "throughline.foundations.accounts.forms.SignInForm",
    "reauthenticate": "throughline.foundations.accounts.forms.PasswordAgainForm",
    "change_password": "throughline.foundations.accounts.forms.ChangePasswordForm",
}
# five wrong passwords, or five wrong codes, close an account to everybody for 15 minutes; an address, which
# a whole station may share, gets sixty
ACCOUNT_RATE_LIMITS = {"login_failed": "60/15m/ip,5/15m/key", "login": "60/m/ip"}
ALLAUTH_TRUSTED_PROXY_COUNT = PROXIES
# The counts and the codes already used must be the same for every worker and outlive each of them. They
# stand in PostgreSQL, which is there anyway, at the cost of a few statements at each sign-in.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_attempt",
        # beyond this Django throws out what has not yet lapsed, and with it a lock-out
        "OPTIONS": {"MAX_ENTRIES": 1_000_000},
    }
}

MFA_ADAPTER = "throughline.foundations.accounts.adapters.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_PERIOD = 30
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_FORMS = {
    "authenticate": "throughline.foundations.accounts.forms.CodeForm",
    "reauthenticate": "throughline.foundations.accounts.forms.CodeAgainForm",
    "activate_totp": "throughline.foundations.accounts.forms.SetUpAppForm",
    "generate_recovery_codes": "throughline.foundations.accounts.forms.NewRecoveryCodesForm",
}


def provider_of(issuer: str) -> str:
    """The name under which accounts are bound: another issuer is another provider, its subjects strangers."""
    return "idp-" + hashlib.sha256(issuer.encode()).hexdigest()[:12] if issuer else ""


def identity_provider(issuer: str, *, name: str, client_id: str, secret: str) -> dict[str, object]:
    """allauth's settings for the one identity provider of a force; none where ``issuer`` is empty."""
    if not issuer:
        return {}
    app = {
        "provider_id": provider_of(issuer),
        "name": name,
        "client_id": client_id,
        "secret": secret,
        # the ID token alone says who it is: it comes to us directly and names its issuer
        "settings": {"server_url": issuer, "fetch_userinfo": False},
    }
    return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "SCOPE": ["openid"], "APPS": [app]}}


OIDC_ISSUER = os.environ.get("THROUGHLINE_OIDC_ISSUER", "")
OIDC_PROVIDER = provider_of(OIDC_ISSUER)
OIDC_NAME = os.environ.get("THROUGHLINE_OIDC_NAME", "your force's account")
OIDC_SECOND_FACTOR_CLAIM, _, OIDC_SECOND_FACTOR_VALUE = os.environ.get(
    "THROUGHLINE_OIDC_SECOND_FACTOR", "amr=mfa"
).partition("=")
SOCIALACCOUNT_ADAPTER = "throughline.foundations.accounts.adapters.Identities"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS = identity_provider(
    OIDC_ISSUER,
    name=OIDC_NAME,
    client_id=os.environ.get("THROUGHLINE_OIDC_CLIENT_ID", ""),
    secret=os.environ.get("THROUGHLINE_OIDC_SECRET", ""),
)

#: How long a session lasts that nobody uses, and how long any lasts: one long turn of duty.
SESSION_IDLE = timedelta(minutes=15)
SESSION_LONGEST = timedelta(hours=12)
# an ended session opens nothing, but names whose draft to keep for as long as a draft is kept
SESSION_COOKIE_AGE = int(timedelta(days=7).total_seconds())
SESSION_EXPIRE_AT_BROWSER_CLOSE = True

# --- texts to victims -----------------------------------------------------------------------------------
NOTIFY_KEY = os.environ.get("THROUGHLINE_NOTIFY_KEY", "")
NOTIFY_URL = os.environ.get("THROUGHLINE_NOTIFY_URL", "https://api.notifications.service.gov.uk")
NOTIFY_SENDER = os.environ.get("THROUGHLINE_NOTIFY_SENDER", "")

# --- recognition ----------------------------------------------------------------------------------------
LINKAGE_MODEL = os.environ.get("THROUGHLINE_MODEL", "")
# rows that the worker takes apart for the web processes of its machine; without the file, lookups are slower
PREPARED_ROWS = Path(os.environ.get("THROUGHLINE_PREPARED_ROWS", HOME / "recognition.rows"))

# --- question sets --------------------------------------------------------------------------------------
THROUGHLINE_INSTRUMENTS = os.environ.get("THROUGHLINE_INSTRUMENTS")

# --- pages ------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = CHECKOUT / "build" / "static"
STATICFILES_DIRS = [CHECKOUT / "build" / "assets"]
LANGUAGE_CODE = "en-gb"
LANGUAGES = [("en-gb", "English"), ("cy", "Cymraeg")]
USE_I18N = True
TIME_ZONE = "Europe/London"
USE_TZ = True

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "throughline.website.views.forgery_suspected"
# the demonstration is served over plain http on this machine alone
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEMO
SECURE_HSTS_SECONDS = 0 if DEMO else int(timedelta(days=365).total_seconds())
# with "no-referrer" a browser sends "Origin: null" along with a form, and every one would be refused
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"


def _origin(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}"


SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "worker-src": [CSP.SELF],
    # a browser holds the redirect to the identity provider to this too
    "form-action": [CSP.SELF, *([_origin(OIDC_ISSUER)] if OIDC_ISSUER else [])],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
