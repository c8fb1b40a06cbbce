"""The rules of the room: who investigates, what a plan needs, which suspects come first, what is looked at without her."""
