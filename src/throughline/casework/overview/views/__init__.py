"""The pages that compose rooms, and the duties that are done from them."""
