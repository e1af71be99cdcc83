"""Probes: for every call of the pywin32 face one way to make it, and what its answer must be."""
