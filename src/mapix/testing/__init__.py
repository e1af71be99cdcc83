"""Conformance suites and doubles that providers subclass to prove themselves; nothing in the house imports it."""
