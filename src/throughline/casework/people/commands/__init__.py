"""The only writers of the tables of people.

Every command is atomic and keyword-only, is given who acts and when, asks the rules and writes its audit row
before anything else, and leaves the chronology and the recognition keys true.
"""
