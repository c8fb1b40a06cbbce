"""First contact: the call or the counter, who it is, what the officer must know, and who looked at it since."""
