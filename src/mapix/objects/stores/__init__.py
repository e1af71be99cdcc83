"""Message stores: objects of a backend as a whole IMsgStore, identifiers, events, the outgoing queue."""
