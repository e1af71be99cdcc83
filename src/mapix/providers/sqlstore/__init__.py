"""The SQL store: a message store in one file, on SQLite.

`backend.SqlBackend` fills the waist of `mapix.interfaces.backend`; `service.service` is the message service. Where to
look: `schema/*.sql` (numbered, never changed once released), `queries.sql` and `checks.sql` (named statements) hold the
SQL; `database` and `transaction` the connection; `message`, `folder`, `parts`, `properties` and `blobs` what is stored;
`rows`, `query`, `keyset`, `compile` and `expressions` the tables; `queue` and `rolelock` sending; `changes` what other
processes did; `mailboxes` the stores of one directory; `check` whether a store is whole.
"""
