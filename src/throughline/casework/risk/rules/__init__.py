"""What holds of risk whatever the database. Nothing here sets a level: a named person does."""
