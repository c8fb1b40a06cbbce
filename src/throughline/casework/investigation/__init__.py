"""Who investigates a case, by what plan, whom to find, and what may prove it without her."""
