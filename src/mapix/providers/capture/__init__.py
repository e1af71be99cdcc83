"""The capturing transport: mail that is sent is written into a folder, and nothing leaves."""
