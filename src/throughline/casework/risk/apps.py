from django.apps import AppConfig


class RiskConfig(AppConfig):
    name = "throughline.casework.risk"
    label = "risk"

    def ready(self) -> None:
        from throughline.casework.risk.views.shared import pages_along
        from throughline.foundations.offline.marking import goes_along

        goes_along(pages_along)
