"""The force's side of the national data set: its own return, made from its own records.

It stands above the rooms of casework, whose figures it counts, and of statistics, whose form it fills.
"""
