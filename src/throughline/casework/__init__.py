"""The force's own work: one room per stage of the victim's journey."""
