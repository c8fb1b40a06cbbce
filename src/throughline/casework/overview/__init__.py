"""Pages that compose rooms: what each role sees first, and the worklist."""
