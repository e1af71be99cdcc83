"""The typed face of a session: stores, folders and messages as plain Python objects."""
