-- Files keep checksums of properties here (`checksums.py`); a database has checksums of its pages, and these stay empty.

ALTER TABLE message ADD checksum bigint;
ALTER TABLE attachment ADD checksum bigint;
ALTER TABLE folder ADD checksum bigint;
