"""Settings under which nothing is served: they hold the tables of both sites, for checking types and for the generated documents."""

from throughline.website.national.settings import INSTALLED_APPS as NATIONAL_APPS
from throughline.website.settings import *  # noqa: F403
from throughline.website.settings import INSTALLED_APPS as FORCE_APPS

INSTALLED_APPS = [*FORCE_APPS, *(app for app in NATIONAL_APPS if app not in FORCE_APPS)]
EDITIONS = HOME / "editions"  # noqa: F405
