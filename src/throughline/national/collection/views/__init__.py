"""The pages on which a round is held: for who sends a return, who judges it, and who scrutinises a force."""
