"""Records of one file among themselves, by Splink: cleaned, blocked, trained on, weighed, joined."""
