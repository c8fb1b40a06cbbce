"""What every room stands on: who acts, what is allowed, what was seen, what must happen next."""
