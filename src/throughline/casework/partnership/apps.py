from django.apps import AppConfig


class PartnershipConfig(AppConfig):
    name = "throughline.casework.partnership"
    label = "partnership"
