"""The integrated address book: search path, name resolution, one-offs, personal entries."""
