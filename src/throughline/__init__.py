"""Throughline: one line of information from the first call to the national picture."""
