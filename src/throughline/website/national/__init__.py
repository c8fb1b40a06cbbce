"""The frame of the national site: its settings, addresses and pages. It knows nobody's casework."""
