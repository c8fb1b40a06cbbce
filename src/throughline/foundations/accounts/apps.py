from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "throughline.foundations.accounts"
    label = "accounts"
