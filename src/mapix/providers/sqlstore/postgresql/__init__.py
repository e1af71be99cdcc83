"""Stores in a PostgreSQL database: many mailboxes, many machines."""
