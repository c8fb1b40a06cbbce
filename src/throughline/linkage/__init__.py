"""Is this the same person? Cleaning, keys, comparisons, weights and words. Knows no web framework."""
