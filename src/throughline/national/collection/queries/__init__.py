"""What this room reads. Row security is on: a force reads its own."""
