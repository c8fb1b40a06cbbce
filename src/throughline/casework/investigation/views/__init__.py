"""The pages of an investigation."""
