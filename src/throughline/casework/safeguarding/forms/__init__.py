"""What is typed in safeguarding."""
