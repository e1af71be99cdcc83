"""Support objects: what MAPI gives each provider, and what it asks of it."""
