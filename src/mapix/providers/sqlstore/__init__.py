"""The SQL store: folders and messages in one layout of tables, embedded by default."""
