"""What holds at first contact whatever the database."""
