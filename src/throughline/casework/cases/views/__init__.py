"""The pages of cases, of orders, bail and warrants, and of the registrar."""
