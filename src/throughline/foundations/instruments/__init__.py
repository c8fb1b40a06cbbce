"""Versioned question sets as data, shown as forms."""
