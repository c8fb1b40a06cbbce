"""Users, teams, agencies, roles and their sign-in."""
