"""What is typed at first contact."""
