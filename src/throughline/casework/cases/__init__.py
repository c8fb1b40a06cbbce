"""What holds between one victim and one suspect: incidents, crimes, cases, and the facts that stand."""
