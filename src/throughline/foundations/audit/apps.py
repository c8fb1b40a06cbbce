from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "throughline.foundations.audit"
    label = "audit"
