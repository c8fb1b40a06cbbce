"""What comes in from forces and reports: read, checked against itself and against others. No web framework.

A finding is a question that somebody can argue with: it says what was printed, what follows from the other figures,
and how that was reckoned. Nothing here decides which of two figures is wrong.
"""
