"""What holds at first contact whatever the database."""

from throughline.casework.contact.rules.steps import TRANSITIONS

__all__ = ["TRANSITIONS"]
