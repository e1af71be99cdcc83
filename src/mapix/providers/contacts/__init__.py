"""A personal address book in a file: contacts and distribution lists on SQLite."""
