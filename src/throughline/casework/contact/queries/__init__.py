"""Reads about contacts. Each is given who asks, obeys their sight and writes the look before it answers."""
