from django.apps import AppConfig


class NationalWebsiteConfig(AppConfig):
    name = "throughline.website.national"
    label = "national_website"
