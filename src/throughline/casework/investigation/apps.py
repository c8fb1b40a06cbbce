from django.apps import AppConfig


class InvestigationConfig(AppConfig):
    name = "throughline.casework.investigation"
    label = "investigation"
