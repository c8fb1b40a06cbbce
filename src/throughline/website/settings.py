"""Django settings of a force's site.

Everything that differs between machines comes from the environment:

``THROUGHLINE_HOME``      the private folder for keys, checkpoints and the embedded database
``THROUGHLINE_DATABASE``  the database as a ``postgresql://`` address, for the login that this process uses
``THROUGHLINE_HOSTS``     host names that may be asked for, separated by commas
``THROUGHLINE_DEMO``      ``1`` where everybody is invented: one-click sign-in without a second factor
``THROUGHLINE_INSTRUMENTS``  a folder of the force's own question sets, asked in place of ours
``THROUGHLINE_OIDC_*``    the force's identity provider (``ISSUER``, ``CLIENT_ID``, ``SECRET``)
"""

import os
from pathlib import Path

from django.utils.csp import CSP
from psycopg.conninfo import conninfo_to_dict

SOURCE = Path(__file__).resolve().parents[1]
CHECKOUT = SOURCE.parents[1]
HOME = Path(os.environ.get("THROUGHLINE_HOME", CHECKOUT / ".throughline"))
DEMO = os.environ.get("THROUGHLINE_DEMO") == "1"

DEBUG = False
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
        "OPTIONS": {k: v for k, v in parts.items() if k not in known},
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
    "throughline.foundations.govuk",
    "throughline.casework.people",
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
    "allauth.account.middleware.AccountMiddleware",
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
# the demonstration is served over plain http on this machine alone
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEMO
CSRF_FAILURE_VIEW = "throughline.website.views.forgery_suspected"
# with "no-referrer" a browser sends "Origin: null" along with a form, and every one would be refused
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF, CSP.NONCE],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}
