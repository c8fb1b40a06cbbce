from django.apps import AppConfig


class RiskConfig(AppConfig):
    name = "throughline.casework.risk"
    label = "risk"
