"""What must happen next, by when, and whose it is."""
