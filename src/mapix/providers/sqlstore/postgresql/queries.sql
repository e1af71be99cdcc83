-- The statements that PostgreSQL says in another way; see `statements.py`.

-- name: property_replace
ON CONFLICT (object, id) DO UPDATE SET type = excluded.type, number = excluded.number, real = excluded.real,
    data = excluded.data, key = excluded.key, blob = NULL

-- name: property_large
INSERT INTO property (object, id, type, blob, data, key) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (object, id) DO UPDATE SET type = excluded.type, number = NULL, real = NULL,
    data = excluded.data, key = excluded.key, blob = excluded.blob

-- name: recipient_row
SELECT properties, NULL FROM recipient WHERE message = ? AND row_id = ?

-- name: recipient_insert
INSERT INTO recipient (message, row_id, position, recipient_type, display_name, address_type, address, responsibility,
                       properties, display_name_key, address_type_key, address_key)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: recipient_update
UPDATE recipient
   SET recipient_type = ?, display_name = ?, address_type = ?, address = ?, responsibility = ?, properties = ?,
       display_name_key = ?, address_type_key = ?, address_key = ?
 WHERE message = ? AND row_id = ?

-- name: recipient_settle
UPDATE recipient SET responsibility = ?, properties = ? WHERE message = ? AND row_id = ?

-- name: recipient_copy
INSERT INTO recipient (message, row_id, position, recipient_type, display_name, address_type, address, responsibility,
                       properties, display_name_key, address_type_key, address_key)
SELECT CAST(? AS bigint), row_id, position, recipient_type, display_name, address_type, address, responsibility,
       properties, display_name_key, address_type_key, address_key
  FROM recipient WHERE message = ?

-- name: numbers_take
SELECT nextval('number')

-- name: folder_exists
-- 2 where search folders have something to look at first.
SELECT CASE WHEN EXISTS (SELECT 1 FROM search_due WHERE {mine}) THEN 2 ELSE 1 END
  FROM folder WHERE id = ? AND kept_in IS NULL

-- name: search_due
SELECT message FROM search_due WHERE {mine} ORDER BY message

-- name: search_is_due
SELECT 1 FROM search_due WHERE {mine} LIMIT 1

-- name: search_due_clear
DELETE FROM search_due WHERE {mine}
