from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "throughline.casework.messages"
    # Django's own messages have the plain name
    label = "outbox"
