from django.apps import AppConfig


class GovukConfig(AppConfig):
    name = "throughline.foundations.govuk"
    label = "govuk"
