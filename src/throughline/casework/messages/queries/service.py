"""The sending service of this deployment."""

from django.conf import settings

from throughline.foundations.notify.service import Notify


def service() -> Notify | None:
    """GOV.UK Notify as the environment names it; None where nobody has."""
    if not settings.NOTIFY_KEY:
        return None
    return Notify(key=settings.NOTIFY_KEY, url=settings.NOTIFY_URL, sender=settings.NOTIFY_SENDER)
