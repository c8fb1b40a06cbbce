"""Django forms as GOV.UK Design System components."""
