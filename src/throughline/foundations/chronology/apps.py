from django.apps import AppConfig


class ChronologyConfig(AppConfig):
    name = "throughline.foundations.chronology"
    label = "chronology"
