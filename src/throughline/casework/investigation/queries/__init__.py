"""What the room reads. Every query takes the actor and writes the look."""
