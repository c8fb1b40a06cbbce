"""Settings, addresses, middleware and the pages' common frame."""
