"""Editions made of signed returns."""

from throughline.statistics.edition.national.about import UNPUBLISHED
from throughline.statistics.edition.national.making import national_edition

__all__ = ["UNPUBLISHED", "national_edition"]
