"""Invented people, for the demonstration and the tests. Nobody here exists."""
