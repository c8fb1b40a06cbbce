"""The pages of the outcome of a crime."""
