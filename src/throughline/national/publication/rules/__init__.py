"""What is served of an edition: its files, its contents, and every figure of its returns."""
