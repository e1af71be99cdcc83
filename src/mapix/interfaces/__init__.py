"""The contracts: what a session, a store, a table, a provider and its support object promise one another.

Implementations live above; this room imports only the floor of values."""
