"""Reads of this room. Each takes the reader and writes the look before it answers."""
