from django.apps import AppConfig


class WebsiteConfig(AppConfig):
    name = "throughline.website"
    label = "website"
