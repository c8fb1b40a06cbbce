"""The application that the web server of the national site serves."""

import os

from django.core.wsgi import get_wsgi_application

from throughline.website.serving import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "throughline.website.national.settings")
application = get_wsgi_application()
settle()
