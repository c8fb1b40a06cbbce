"""What she is promised, told and asked: contact with the victim of a case, from grade to outcome."""
