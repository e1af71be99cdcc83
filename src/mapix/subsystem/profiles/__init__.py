"""Profiles: what they hold, where they are kept, and their secrets."""
