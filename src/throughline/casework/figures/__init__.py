"""The force's own figures: each measure over the rows that its reader may count, opened to its records."""
