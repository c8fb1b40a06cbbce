"""Publication: editions as they were built, served to everybody from the day announced; the release calendar and revisions."""
