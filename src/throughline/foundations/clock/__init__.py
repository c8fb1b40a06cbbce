"""Working days, hour limits and deadlines in London time."""
