"""Folders: what is in them, what is created, copied, deleted and kept; search folders and special ones."""
