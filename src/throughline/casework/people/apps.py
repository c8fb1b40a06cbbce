from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "throughline.casework.people"
    label = "people"
