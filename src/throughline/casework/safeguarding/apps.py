from django.apps import AppConfig


class SafeguardingConfig(AppConfig):
    name = "throughline.casework.safeguarding"
    label = "safeguarding"
