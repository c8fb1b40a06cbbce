from django.apps import AppConfig


class NeighbourhoodConfig(AppConfig):
    name = "throughline.casework.neighbourhood"
    label = "neighbourhood"
