"""What somebody typed and has not yet saved, kept for them alone."""
