"""Collection: rounds, what forces send, what is asked of it, both sides' words, and who signed which figures."""
