from django.apps import AppConfig


class FiguresConfig(AppConfig):
    name = "throughline.casework.figures"
    label = "figures"
