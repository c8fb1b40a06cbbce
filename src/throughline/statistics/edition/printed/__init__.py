"""Editions of what a report prints."""

from throughline.statistics.edition.printed.making import printed_edition

__all__ = ["printed_edition"]
