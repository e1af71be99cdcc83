"""MAPI itself: profiles, message services, sessions, the address book, notifications, status and the spooler.

It finds providers by the entry point group `mapix.services` and never imports one."""
