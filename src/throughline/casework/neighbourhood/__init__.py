"""Neighbourhood teams: disruption tasks, reassurance visits, markers that lapse, supervised."""
