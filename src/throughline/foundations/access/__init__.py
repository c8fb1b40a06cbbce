"""Who may do what: one pure decision, one table of grants, row security that reads it."""
