"""What is read of messages."""
