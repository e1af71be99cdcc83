"""The providers that come with the house; each is found by entry point, as any other would be.

No provider imports another, and none imports the subsystem."""
