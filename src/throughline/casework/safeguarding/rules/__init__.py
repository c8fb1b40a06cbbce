"""What holds in safeguarding whatever the database."""
