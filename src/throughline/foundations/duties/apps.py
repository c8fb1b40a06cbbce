from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "throughline.foundations.duties"
    label = "duties"
