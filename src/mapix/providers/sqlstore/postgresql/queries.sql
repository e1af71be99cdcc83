-- The statements that PostgreSQL says in another way; see `statements.py`.

-- name: property_replace
ON CONFLICT (object, id) DO UPDATE SET type = excluded.type, number = excluded.number, real = excluded.real,
    data = excluded.data, key = excluded.key, blob = NULL

-- name: property_large
INSERT INTO property (object, id, type, blob, data, key) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (object, id) DO UPDATE SET type = excluded.type, number = NULL, real = NULL,
    data = excluded.data, key = excluded.key, blob = excluded.blob

-- name: recipient_insert
INSERT INTO recipient (message, row_id, position, recipient_type, display_name, address_type, address, responsibility,
                       properties, display_name_key, address_type_key, address_key)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: recipient_update
UPDATE recipient
   SET recipient_type = ?, display_name = ?, address_type = ?, address = ?, responsibility = ?, properties = ?,
       display_name_key = ?, address_type_key = ?, address_key = ?
 WHERE message = ? AND row_id = ?

-- name: recipient_copy
INSERT INTO recipient (message, row_id, position, recipient_type, display_name, address_type, address, responsibility,
                       properties, display_name_key, address_type_key, address_key)
SELECT CAST(? AS bigint), row_id, position, recipient_type, display_name, address_type, address, responsibility,
       properties, display_name_key, address_type_key, address_key
  FROM recipient WHERE message = ?

-- name: numbers_take
SELECT nextval('number')
