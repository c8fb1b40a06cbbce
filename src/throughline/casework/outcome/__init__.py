"""What became of a crime: its outcome and who looked at it, courts and prisons, and opening it again."""
