"""The application that the web server serves."""

import os

from django.core.wsgi import get_wsgi_application

from throughline.website.serving import settle

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "throughline.website.settings")
application = get_wsgi_application()
settle()
