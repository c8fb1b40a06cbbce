"""What is sent to a person: through a safe channel alone, and followed until it arrived or somebody else reaches her."""
