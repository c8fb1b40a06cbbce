"""Who is involved: records, identities, safe ways to reach them, households, restricted records."""
