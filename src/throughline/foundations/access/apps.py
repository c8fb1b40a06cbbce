from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "throughline.foundations.access"
    label = "access"
