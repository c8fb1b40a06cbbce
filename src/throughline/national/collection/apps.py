from django.apps import AppConfig


class CollectionConfig(AppConfig):
    name = "throughline.national.collection"
    label = "collection"
