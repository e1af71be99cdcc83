"""The SQL store: a message store in one file, on SQLite.

`backend.SqlBackend` fills the waist of `mapix.interfaces.store`; `service.service` is the message service. SQL stands
in `schema/*.sql` (numbered, never changed once released) and `queries.sql` (named statements); `hot`, `rows` and
`compile` make the statements of tables.
"""
