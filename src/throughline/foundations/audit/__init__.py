"""Who did or saw what, when and about whom; sealed so that tampering shows."""
