"""The only writers of this room. Each is named in the log with who did it."""
