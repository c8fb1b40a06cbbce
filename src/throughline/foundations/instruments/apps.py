from django.apps import AppConfig


class InstrumentsConfig(AppConfig):
    name = "throughline.foundations.instruments"
    label = "instruments"
