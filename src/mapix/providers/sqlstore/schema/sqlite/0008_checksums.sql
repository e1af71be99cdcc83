-- Checksums of what is in the property rows of an object, and of the properties of a recipient (`checksums.py`). Rows from
-- before have none until they are next saved.

ALTER TABLE message ADD COLUMN checksum INTEGER;
ALTER TABLE attachment ADD COLUMN checksum INTEGER;
ALTER TABLE folder ADD COLUMN checksum INTEGER;
ALTER TABLE recipient ADD COLUMN checksum INTEGER;
