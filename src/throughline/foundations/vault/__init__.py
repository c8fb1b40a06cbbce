"""Keys, and fields encrypted under them."""
