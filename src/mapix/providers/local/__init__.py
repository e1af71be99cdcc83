"""The local transport: delivers between mailboxes that the same machine holds."""
