"""Risk: assessed with the victim, graded by a named person, checked by another, looked at again."""
