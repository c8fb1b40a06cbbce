from django.apps import AppConfig


class SceneConfig(AppConfig):
    name = "throughline.casework.scene"
    label = "scene"
