from django.apps import AppConfig


class DecisionsConfig(AppConfig):
    name = "throughline.foundations.decisions"
    label = "decisions"
