from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "throughline.casework.cases"
    label = "cases"
