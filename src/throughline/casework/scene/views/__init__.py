"""The pages of the scene, for a telephone at a door."""
