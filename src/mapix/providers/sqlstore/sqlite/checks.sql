-- What can be wrong in a file only; see `../checks.sql`.

-- name: text that cannot be read
SELECT object, tag_text(id, type) FROM property WHERE typeof(value) = 'text' AND NOT sound(CAST(value AS BLOB))

-- name: text that cannot be read repair
UPDATE property SET value = mended(CAST(value AS BLOB))
 WHERE typeof(value) = 'text' AND NOT sound(CAST(value AS BLOB))

-- name: folder name that cannot be read
SELECT id, mended(CAST(name AS BLOB)) FROM folder WHERE NOT sound(CAST(name AS BLOB))

-- name: folder name that cannot be read repair
UPDATE folder SET name = mended(CAST(name AS BLOB)), name_key = fold(mended(CAST(name AS BLOB)))
 WHERE NOT sound(CAST(name AS BLOB))

-- name: folder name not like its key
SELECT id, 'key', name_key FROM folder WHERE sound(CAST(name AS BLOB)) AND name_key IS NOT fold(name)

-- name: folder name not like its key repair
UPDATE folder SET (name, name_key) = (SELECT own, fold(own) FROM (
    SELECT CASE
        WHEN NOT EXISTS (
            SELECT 1 FROM folder AS other WHERE other.parent = folder.parent AND other.id <> folder.id
               AND (other.name_key = fold(folder.name) OR fold(other.name) = fold(folder.name)))
        THEN folder.name
        WHEN typeof(folder.name) = 'blob' THEN CAST(folder.name || ' (recovered ' || folder.id || ')' AS BLOB)
        ELSE folder.name || ' (recovered ' || folder.id || ')' END AS own))
 WHERE name_key IS NOT fold(name)

-- name: number not yet given
WITH used (id) AS (SELECT id FROM folder UNION ALL SELECT id FROM message UNION ALL SELECT id FROM attachment)
SELECT id, 'last number', (SELECT last_number FROM store) FROM used WHERE id > (SELECT last_number FROM store)

-- name: number not yet given repair
UPDATE store SET last_number = (
    SELECT max(id) FROM (SELECT id FROM folder UNION ALL SELECT id FROM message UNION ALL SELECT id FROM attachment)
) WHERE last_number < (
    SELECT max(id) FROM (SELECT id FROM folder UNION ALL SELECT id FROM message UNION ALL SELECT id FROM attachment)
)

-- name: text index that nobody keeps
SELECT 0, name FROM (SELECT 'short' AS name UNION ALL SELECT 'body') n
 WHERE NOT EXISTS (SELECT 1 FROM text_index i WHERE i.name = n.name)

-- name: text index that nobody keeps repair
INSERT INTO text_index (name) SELECT name FROM (SELECT 'short' AS name UNION ALL SELECT 'body') n
 WHERE NOT EXISTS (SELECT 1 FROM text_index i WHERE i.name = n.name)
