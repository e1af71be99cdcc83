"""The memory store: nothing on disk, the reference for what a store means, and the double for tests."""
