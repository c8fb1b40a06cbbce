"""The pages of people: searching, adding, one person and what is written down about them."""
