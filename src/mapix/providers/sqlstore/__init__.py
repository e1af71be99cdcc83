"""The SQL store: message stores in a database, one in a file on SQLite or many in a database on PostgreSQL.

`backend.SqlBackend` fills the waist of `mapix.interfaces.backend`; `service.service` is the message service. Where to
look: `schema/<dialect>/*.sql` (numbered, never changed once released), `queries.sql` and `checks.sql` (named
statements) hold the SQL; `dialect` says what differs between databases; `database` and `transaction` the connection;
`message`, `folder`, `parts`, `properties` and `blobs` what is stored; `rows`, `query`, `keyset`, `compile` and
`expressions` the tables; `queue` sending; `changes` what other processes did; `check` whether a store is whole. What
only one database has is in its package: `sqlite` or `postgresql`.
"""
