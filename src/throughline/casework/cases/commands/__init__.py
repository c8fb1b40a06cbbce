"""What changes incidents, cases and standing facts."""
