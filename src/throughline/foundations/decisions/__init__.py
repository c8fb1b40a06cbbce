"""A choice with its maker and reasons, and its review."""
