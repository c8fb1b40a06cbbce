from django.apps import AppConfig


class DraftsConfig(AppConfig):
    name = "throughline.foundations.drafts"
    label = "drafts"
