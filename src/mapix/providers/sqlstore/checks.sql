-- What `check.py` looks for. A statement `name` finds rows `(number, detail)` that should not be; those named
-- `name repair`, `name repair 2` make them good, in the order of this file. See `statements.py` for the form.

-- name: text that cannot be read
SELECT object, printf('0x%04X%04X', id, type) FROM property
 WHERE typeof(value) = 'text' AND NOT sound(CAST(value AS BLOB))

-- name: text that cannot be read repair
UPDATE property SET value = mended(CAST(value AS BLOB))
 WHERE typeof(value) = 'text' AND NOT sound(CAST(value AS BLOB))

-- name: folder name that cannot be read
SELECT id, mended(CAST(name AS BLOB)) FROM folder WHERE NOT sound(CAST(name AS BLOB))

-- name: folder name that cannot be read repair
UPDATE folder SET name = mended(CAST(name AS BLOB)), name_key = fold(mended(CAST(name AS BLOB)))
 WHERE NOT sound(CAST(name AS BLOB))

-- name: folder not below the root
WITH RECURSIVE tree (id) AS (
    SELECT root FROM store UNION SELECT f.id FROM tree t JOIN folder f ON f.parent = t.id
)
SELECT id, name FROM folder WHERE id NOT IN (SELECT id FROM tree) AND kept_in IS NULL

-- name: folder not below the root repair
WITH RECURSIVE tree (id) AS (
    SELECT root FROM store UNION SELECT f.id FROM tree t JOIN folder f ON f.parent = t.id
)
UPDATE folder SET parent = (SELECT root FROM store), name = name || ' (recovered ' || id || ')',
       name_key = fold(name || ' (recovered ' || id || ')')
 WHERE id NOT IN (SELECT id FROM tree) AND kept_in IS NULL

-- name: deleted folder of no folder
SELECT id, name FROM folder d WHERE kept_in IS NOT NULL AND NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = d.kept_in)

-- name: deleted folder of no folder repair
UPDATE folder SET kept_in = (SELECT root FROM store), deleted_with = id
 WHERE kept_in IS NOT NULL AND NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = folder.kept_in)

-- name: message nowhere
SELECT id, coalesce('folder ' || folder, 'attachment ' || holder, 'deleted from folder ' || kept_in, 'no place')
  FROM message m
 WHERE NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = coalesce(m.folder, m.kept_in))
   AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.id = m.holder)

-- name: message nowhere repair
UPDATE message SET folder = (SELECT root FROM store), holder = NULL, kept_in = NULL, deleted_on = NULL,
       deleted_with = NULL
 WHERE NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = coalesce(message.folder, message.kept_in))
   AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.id = message.holder)

-- name: message in two places
SELECT id, 'folder ' || coalesce(folder, kept_in) || ' and attachment ' || holder FROM message
 WHERE coalesce(folder, kept_in) IS NOT NULL AND holder IS NOT NULL

-- name: message both there and deleted
SELECT id, 'folder ' || folder || ', deleted from folder ' || kept_in FROM message
 WHERE folder IS NOT NULL AND kept_in IS NOT NULL

-- name: message both there and deleted repair
UPDATE message SET kept_in = NULL, deleted_on = NULL, deleted_with = NULL
 WHERE folder IS NOT NULL AND kept_in IS NOT NULL

-- name: message in a deleted folder
SELECT m.id, 'folder ' || m.folder FROM message m JOIN folder f ON f.id = m.folder WHERE f.kept_in IS NOT NULL

-- name: message in a deleted folder repair
UPDATE message
   SET kept_in = folder, folder = NULL, deleted_on = (SELECT deleted_on FROM folder f WHERE f.id = message.folder),
       deleted_with = (SELECT deleted_with FROM folder f WHERE f.id = message.folder)
 WHERE folder IN (SELECT id FROM folder WHERE kept_in IS NOT NULL)

-- name: deleted without a time
SELECT id, 'message' FROM message WHERE (kept_in IS NULL) <> (deleted_on IS NULL OR deleted_with IS NULL)
 UNION ALL
SELECT id, 'folder' FROM folder WHERE (kept_in IS NULL) <> (deleted_on IS NULL OR deleted_with IS NULL)

-- name: deleted without a time repair
UPDATE message SET deleted_on = CASE WHEN kept_in IS NOT NULL THEN coalesce(deleted_on, modification_time, 0) END,
       deleted_with = CASE WHEN kept_in IS NOT NULL THEN coalesce(deleted_with, 0) END
 WHERE (kept_in IS NULL) <> (deleted_on IS NULL OR deleted_with IS NULL)

-- name: deleted without a time repair 2
UPDATE folder SET deleted_on = CASE WHEN kept_in IS NOT NULL THEN coalesce(deleted_on, modification_time, 0) END,
       deleted_with = CASE WHEN kept_in IS NOT NULL THEN coalesce(deleted_with, id) END
 WHERE (kept_in IS NULL) <> (deleted_on IS NULL OR deleted_with IS NULL)

-- name: attachment of no message
SELECT id, 'message ' || message FROM attachment a WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.id = a.message)

-- name: attachment of no message repair
DELETE FROM attachment WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.id = attachment.message)

-- name: recipient of no message
SELECT message, display_name FROM recipient r WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.id = r.message)

-- name: recipient of no message repair
DELETE FROM recipient WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.id = recipient.message)

-- name: property of nothing
SELECT object, printf('0x%04X%04X', id, type) FROM property p
 WHERE object <> 0
   AND NOT EXISTS (SELECT 1 FROM message m WHERE m.id = p.object)
   AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.id = p.object)
   AND NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = p.object)

-- name: property of nothing repair
DELETE FROM property
 WHERE object <> 0
   AND NOT EXISTS (SELECT 1 FROM message m WHERE m.id = property.object)
   AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.id = property.object)
   AND NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = property.object)

-- name: property without value
SELECT object, printf('0x%04X%04X', id, type) FROM property p
 WHERE (value IS NULL) = (blob IS NULL) OR (blob IS NOT NULL AND NOT EXISTS (SELECT 1 FROM blob b WHERE b.id = p.blob))

-- name: property without value repair
DELETE FROM property
 WHERE (value IS NULL) = (blob IS NULL)
    OR (blob IS NOT NULL AND NOT EXISTS (SELECT 1 FROM blob b WHERE b.id = property.blob))

-- name: large value nobody holds
SELECT id, size || ' bytes' FROM blob b
 WHERE NOT EXISTS (SELECT 1 FROM property p WHERE p.blob = b.id) AND NOT EXISTS (SELECT 1 FROM garbage g WHERE g.blob = b.id)

-- name: large value nobody holds repair
INSERT INTO garbage (blob) SELECT id FROM blob b WHERE NOT EXISTS (SELECT 1 FROM property p WHERE p.blob = b.id)
 ON CONFLICT DO NOTHING

-- name: pieces of no large value
SELECT blob, 'piece ' || seq FROM chunk c WHERE NOT EXISTS (SELECT 1 FROM blob b WHERE b.id = c.blob)

-- name: pieces of no large value repair
DELETE FROM chunk WHERE NOT EXISTS (SELECT 1 FROM blob b WHERE b.id = chunk.blob)

-- name: queued without being submitted
SELECT q.message, 'flags ' || coalesce(m.flags, 'missing') FROM queue q LEFT JOIN message m ON m.id = q.message
 WHERE coalesce(m.flags, 0) & 4 = 0

-- name: queued without being submitted repair
DELETE FROM queue WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.id = queue.message)

-- name: queued without being submitted repair 2
UPDATE message SET flags = coalesce(flags, 0) | 4 WHERE id IN (SELECT message FROM queue)

-- name: submitted without being queued
SELECT id, 'flags ' || flags FROM message m
 WHERE flags & 4 <> 0 AND folder IS NOT NULL AND NOT EXISTS (SELECT 1 FROM queue q WHERE q.message = m.id)

-- name: submitted without being queued repair
INSERT INTO queue (message, submit_time, due)
SELECT id, coalesce(submit_time, 0), coalesce(submit_time, 0) FROM message m
 WHERE flags & 4 <> 0 AND folder IS NOT NULL AND NOT EXISTS (SELECT 1 FROM queue q WHERE q.message = m.id)

-- name: receive folder that is gone
SELECT folder, message_class FROM receive_folder r WHERE NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = r.folder)

-- name: receive folder that is gone repair
DELETE FROM receive_folder WHERE NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = receive_folder.folder)

-- name: number not yet given
WITH used (id) AS (SELECT id FROM folder UNION ALL SELECT id FROM message UNION ALL SELECT id FROM attachment)
SELECT id, 'last number ' || (SELECT last_number FROM store) FROM used WHERE id > (SELECT last_number FROM store)

-- name: number not yet given repair
UPDATE store SET last_number = (
    SELECT max(id) FROM (SELECT id FROM folder UNION ALL SELECT id FROM message UNION ALL SELECT id FROM attachment)
) WHERE last_number < (
    SELECT max(id) FROM (SELECT id FROM folder UNION ALL SELECT id FROM message UNION ALL SELECT id FROM attachment)
)

-- name: number given twice
WITH used (id) AS (SELECT id FROM folder UNION ALL SELECT id FROM message UNION ALL SELECT id FROM attachment)
SELECT id, count(*) || ' objects' FROM used GROUP BY id HAVING count(*) > 1

-- name: tag not known as a column
SELECT DISTINCT 0, printf('0x%08X', (p.id << 16) | p.type) FROM property p JOIN message m ON m.id = p.object
 WHERE NOT EXISTS (SELECT 1 FROM used_tag u WHERE u.tag = (p.id << 16) | p.type)

-- name: tag not known as a column repair
INSERT INTO used_tag (tag) SELECT DISTINCT (p.id << 16) | p.type FROM property p JOIN message m ON m.id = p.object
 WHERE true ON CONFLICT DO NOTHING

-- name: result that is no message of a folder
SELECT l.search, 'message ' || l.message FROM search_link l
 WHERE NOT EXISTS (SELECT 1 FROM message m WHERE m.id = l.message AND m.folder IS NOT NULL AND m.associated = 0)

-- name: result that is no message of a folder repair
DELETE FROM search_link
 WHERE NOT EXISTS (
    SELECT 1 FROM message m WHERE m.id = search_link.message AND m.folder IS NOT NULL AND m.associated = 0
 )

-- name: result not like its message
SELECT l.search, 'message ' || l.message FROM search_link l JOIN message m ON m.id = l.message
 WHERE (l.delivery_time IS NULL) <> (m.delivery_time IS NULL) OR l.delivery_time <> m.delivery_time
    OR l.unread <> CASE WHEN coalesce(m.flags, 0) & 1 = 0 THEN 1 ELSE 0 END

-- name: result not like its message repair
UPDATE search_link
   SET delivery_time = m.delivery_time, unread = CASE WHEN coalesce(m.flags, 0) & 1 = 0 THEN 1 ELSE 0 END
  FROM message m WHERE m.id = search_link.message

-- name: result that was not told of
SELECT search, 'message ' || message FROM search_gone

-- name: result that was not told of repair
DELETE FROM search_gone

-- name: search folder counts
SELECT f.id, 'counts ' || f.content_count || '/' || f.unread_count || '/' || f.associated_count FROM folder f
 WHERE f.folder_type = 2
   AND (f.content_count <> (SELECT count(*) FROM search_link l WHERE l.search = f.id)
        OR f.unread_count <> (SELECT count(*) FROM search_link l WHERE l.search = f.id AND l.unread <> 0)
        OR f.associated_count <> 0)

-- name: search folder counts repair
UPDATE folder SET
    content_count = (SELECT count(*) FROM search_link l WHERE l.search = folder.id),
    unread_count = (SELECT count(*) FROM search_link l WHERE l.search = folder.id AND l.unread <> 0),
    associated_count = 0
 WHERE folder_type = 2

-- name: folder counts
SELECT f.id, 'counts ' || f.content_count || '/' || f.unread_count || '/' || f.associated_count
  FROM folder f
 WHERE f.folder_type <> 2
   AND (f.content_count <> (SELECT count(*) FROM message m WHERE m.folder = f.id AND m.associated = 0)
        OR f.associated_count <> (SELECT count(*) FROM message m WHERE m.folder = f.id AND m.associated <> 0)
        OR f.unread_count <> (SELECT count(*) FROM message m
                               WHERE m.folder = f.id AND m.associated = 0 AND coalesce(m.flags, 0) & 1 = 0))

-- name: folder counts repair
UPDATE folder SET
    content_count = (SELECT count(*) FROM message m WHERE m.folder = folder.id AND m.associated = 0),
    associated_count = (SELECT count(*) FROM message m WHERE m.folder = folder.id AND m.associated <> 0),
    unread_count = (SELECT count(*) FROM message m
                     WHERE m.folder = folder.id AND m.associated = 0 AND coalesce(m.flags, 0) & 1 = 0)
 WHERE folder_type <> 2
