"""Stores in files, on SQLite."""
