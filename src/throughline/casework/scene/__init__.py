"""The scene: what whoever attends finds, asks, gathers, decides and leaves behind."""
