"""Invented people, for the demonstration and the tests. Nobody here exists.

What invents them does not know the recogniser, which is judged by mistakes that it has not seen.
"""
