"""The only writers of what is kept of a scene."""
