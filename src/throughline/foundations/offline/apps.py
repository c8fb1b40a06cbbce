from django.apps import AppConfig


class OfflineConfig(AppConfig):
    name = "throughline.foundations.offline"
    label = "offline"
