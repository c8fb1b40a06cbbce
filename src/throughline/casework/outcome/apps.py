from django.apps import AppConfig


class OutcomeConfig(AppConfig):
    name = "throughline.casework.outcome"
    label = "outcome"
