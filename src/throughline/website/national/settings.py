"""Django settings of the national site: those of a force's site, with the rooms of its own and none about people.

What differs between machines comes from the same environment (`website.settings`), and besides:

``THROUGHLINE_EDITIONS``  the folder of published editions; ``editions`` in the home folder where not said
"""

import os
from pathlib import Path

from throughline.foundations.access.rules import AT_THE_NATIONAL_SITE
from throughline.website.settings import *  # noqa: F403
from throughline.website.settings import HOME, INSTALLED_APPS, MIDDLEWARE, SOURCE, TEMPLATES

NATIONAL = True
SERVICE_NAME = "Throughline, the national data set"
ROLES = AT_THE_NATIONAL_SITE
EDITIONS = Path(os.environ.get("THROUGHLINE_EDITIONS") or HOME / "editions")

#: Of the foundations, those that know of nobody but who signs in.
_FOUNDATIONS = {"access", "audit", "accounts", "drafts", "govuk"}
INSTALLED_APPS = [
    *(
        app
        for app in INSTALLED_APPS
        if not app.startswith("throughline.") or app.removeprefix("throughline.foundations.") in _FOUNDATIONS
    ),
    "throughline.national.collection",
    "throughline.website.national",
]

MIDDLEWARE = [one.replace("website.middleware.", "website.frame.") for one in MIDDLEWARE]
ROOT_URLCONF = "throughline.website.national.urls"
WSGI_APPLICATION = "throughline.website.national.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": sorted(
            str(folder) for folder in SOURCE.glob("**/templates") if "casework" not in folder.parts
        ),
        "OPTIONS": {
            "environment": "throughline.website.rendering.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.csp",
                "throughline.website.national.frame.frame",
            ],
        },
    },
    TEMPLATES[-1],
]

# on one machine the cookies of two sites would overwrite each other: a browser does not tell ports apart
SESSION_COOKIE_NAME = "national_session"
CSRF_COOKIE_NAME = "national_csrf"
# a return is a few kilobytes; what is larger is refused before it is kept anywhere
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000
