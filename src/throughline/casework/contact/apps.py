from django.apps import AppConfig


class ContactConfig(AppConfig):
    name = "throughline.casework.contact"
    label = "contact"
