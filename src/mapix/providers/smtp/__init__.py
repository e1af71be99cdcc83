"""The SMTP transport: hands submitted messages to a mail server."""
