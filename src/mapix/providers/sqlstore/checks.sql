-- What `check.py` looks for. A statement `name` finds rows that should not be: the number of an object, and what is to
-- be said. Those named `name repair`, `name repair 2` make them good, in the order of this file. What only one database
-- can have wrong, or says in another way, is in its own `checks.sql`. See `statements.py` for the form.

-- name: root folder inside another
SELECT id, 'folder', parent FROM folder
 WHERE {mine} AND id = (SELECT root FROM store WHERE {mine}) AND (parent IS NOT NULL OR kept_in IS NOT NULL)

-- name: root folder inside another repair
UPDATE folder SET parent = NULL, kept_in = NULL, deleted_on = NULL, deleted_with = NULL
 WHERE {mine} AND id = (SELECT root FROM store WHERE {mine}) AND (parent IS NOT NULL OR kept_in IS NOT NULL)

-- name: deleted folder of no folder
SELECT id, 'folder', kept_in FROM folder
 WHERE {mine} AND kept_in IS NOT NULL AND NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = folder.kept_in)

-- name: deleted folder of no folder repair
UPDATE folder SET kept_in = (SELECT root FROM store WHERE {mine}), deleted_with = id
 WHERE {mine} AND kept_in IS NOT NULL AND NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = folder.kept_in)

-- name: deleted folder kept in itself
SELECT id, 'folder', kept_in FROM folder WHERE {mine} AND id NOT IN (
    WITH RECURSIVE held (id) AS (
        SELECT id FROM folder WHERE {mine} AND kept_in IS NULL
        UNION SELECT f.id FROM held h JOIN folder f ON f.kept_in = h.id
    )
    SELECT id FROM held
 )

-- name: deleted folder kept in itself repair
UPDATE folder SET kept_in = (SELECT root FROM store WHERE {mine}), deleted_with = id
 WHERE {mine} AND id NOT IN (
    WITH RECURSIVE held (id) AS (
        SELECT id FROM folder WHERE {mine} AND kept_in IS NULL
        UNION SELECT f.id FROM held h JOIN folder f ON f.kept_in = h.id
    )
    SELECT id FROM held
 )

-- name: message nowhere
SELECT id, 'folder', folder, 'deleted from', kept_in, 'attachment', holder FROM message
 WHERE {mine} AND NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = coalesce(message.folder, message.kept_in))
   AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.id = message.holder)

-- name: message nowhere repair
UPDATE message SET folder = (SELECT root FROM store WHERE {mine}), holder = NULL, kept_in = NULL, deleted_on = NULL,
       deleted_with = NULL
 WHERE {mine} AND NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = coalesce(message.folder, message.kept_in))
   AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.id = message.holder)

-- name: message in two places
SELECT id, 'folder', coalesce(folder, kept_in), 'attachment', holder FROM message
 WHERE {mine} AND coalesce(folder, kept_in) IS NOT NULL AND holder IS NOT NULL

-- name: message in two places repair
UPDATE message SET folder = NULL, kept_in = NULL, deleted_on = NULL, deleted_with = NULL
 WHERE {mine} AND coalesce(folder, kept_in) IS NOT NULL AND EXISTS (SELECT 1 FROM attachment a WHERE a.id = holder)
   AND NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = coalesce(message.folder, message.kept_in))

-- name: message in two places repair 2
UPDATE message SET holder = NULL WHERE {mine} AND coalesce(folder, kept_in) IS NOT NULL AND holder IS NOT NULL

-- name: message both there and deleted
SELECT id, 'folder', folder, 'deleted from', kept_in FROM message
 WHERE {mine} AND folder IS NOT NULL AND kept_in IS NOT NULL

-- name: message both there and deleted repair
UPDATE message SET kept_in = NULL, deleted_on = NULL, deleted_with = NULL
 WHERE {mine} AND folder IS NOT NULL AND kept_in IS NOT NULL

-- name: folder both there and deleted
SELECT id, 'folder', parent, 'deleted from', kept_in FROM folder
 WHERE {mine} AND parent IS NOT NULL AND kept_in IS NOT NULL

-- name: folder both there and deleted repair
UPDATE folder SET kept_in = NULL, deleted_on = NULL, deleted_with = NULL
 WHERE {mine} AND parent IS NOT NULL AND kept_in IS NOT NULL

-- name: message in a deleted folder
SELECT id, 'folder', folder FROM message
 WHERE {mine} AND folder IN (SELECT id FROM folder WHERE {mine} AND kept_in IS NOT NULL)

-- name: message in a deleted folder repair
UPDATE message
   SET kept_in = folder, folder = NULL, deleted_on = (SELECT deleted_on FROM folder f WHERE f.id = message.folder),
       deleted_with = (SELECT deleted_with FROM folder f WHERE f.id = message.folder)
 WHERE {mine} AND folder IN (SELECT id FROM folder WHERE {mine} AND kept_in IS NOT NULL)

-- name: deleted without a time
SELECT id, 'message' FROM message
 WHERE {mine} AND (kept_in IS NULL) <> (deleted_on IS NULL OR deleted_with IS NULL)
 UNION ALL
SELECT id, 'folder' FROM folder
 WHERE {mine} AND (kept_in IS NULL) <> (deleted_on IS NULL OR deleted_with IS NULL)

-- name: deleted without a time repair
UPDATE message SET deleted_on = CASE WHEN kept_in IS NOT NULL THEN coalesce(deleted_on, modification_time, 0) END,
       deleted_with = CASE WHEN kept_in IS NOT NULL THEN coalesce(deleted_with, 0) END
 WHERE {mine} AND (kept_in IS NULL) <> (deleted_on IS NULL OR deleted_with IS NULL)

-- name: deleted without a time repair 2
UPDATE folder SET deleted_on = CASE WHEN kept_in IS NOT NULL THEN coalesce(deleted_on, modification_time, 0) END,
       deleted_with = CASE WHEN kept_in IS NOT NULL THEN coalesce(deleted_with, id) END
 WHERE {mine} AND (kept_in IS NULL) <> (deleted_on IS NULL OR deleted_with IS NULL)

-- name: attachment of no message
SELECT id, 'message', message FROM attachment
 WHERE {mine} AND NOT EXISTS (SELECT 1 FROM message m WHERE m.id = attachment.message)

-- name: attachment of no message repair
DELETE FROM attachment WHERE {mine} AND NOT EXISTS (SELECT 1 FROM message m WHERE m.id = attachment.message)

-- name: recipient of no message
SELECT message, 'row', row_id FROM recipient
 WHERE {mine} AND NOT EXISTS (SELECT 1 FROM message m WHERE m.id = recipient.message)

-- name: recipient of no message repair
DELETE FROM recipient WHERE {mine} AND NOT EXISTS (SELECT 1 FROM message m WHERE m.id = recipient.message)

-- name: property of nothing
SELECT object, tag_text(id, type) FROM property
 WHERE {mine} AND object <> {store}
   AND NOT EXISTS (SELECT 1 FROM message m WHERE m.id = property.object)
   AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.id = property.object)
   AND NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = property.object)

-- name: property of nothing repair
DELETE FROM property
 WHERE {mine} AND object <> {store}
   AND NOT EXISTS (SELECT 1 FROM message m WHERE m.id = property.object)
   AND NOT EXISTS (SELECT 1 FROM attachment a WHERE a.id = property.object)
   AND NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = property.object)

-- name: property without value
SELECT object, tag_text(id, type) FROM property p
 WHERE {mine} AND ({valueless} OR (blob IS NOT NULL AND NOT EXISTS (SELECT 1 FROM blob b WHERE b.id = p.blob)))

-- name: property without value repair
DELETE FROM property
 WHERE {mine} AND ({valueless} OR (blob IS NOT NULL AND NOT EXISTS (SELECT 1 FROM blob b WHERE b.id = property.blob)))

-- name: large value nobody holds
SELECT id, size, 'bytes' FROM blob
 WHERE {mine} AND NOT EXISTS (SELECT 1 FROM property p WHERE p.blob = blob.id)
   AND NOT EXISTS (SELECT 1 FROM garbage g WHERE g.blob = blob.id)

-- name: large value nobody holds repair
INSERT INTO garbage (blob)
SELECT id FROM blob WHERE {mine} AND NOT EXISTS (SELECT 1 FROM property p WHERE p.blob = blob.id) ON CONFLICT DO NOTHING

-- name: pieces of no large value
SELECT blob, 'piece', seq FROM chunk WHERE {mine} AND NOT EXISTS (SELECT 1 FROM blob b WHERE b.id = chunk.blob)

-- name: pieces of no large value repair
DELETE FROM chunk WHERE {mine} AND NOT EXISTS (SELECT 1 FROM blob b WHERE b.id = chunk.blob)

-- name: queued without being submitted
SELECT message, 'flags', (SELECT flags FROM message m WHERE m.id = queue.message) FROM queue
 WHERE {mine} AND coalesce((SELECT flags FROM message m WHERE m.id = queue.message), 0) & 4 = 0

-- name: queued without being submitted repair
DELETE FROM queue WHERE {mine} AND NOT EXISTS (SELECT 1 FROM message m WHERE m.id = queue.message)

-- name: queued without being submitted repair 2
UPDATE message SET flags = coalesce(flags, 0) | 4
 WHERE {mine} AND coalesce(flags, 0) & 4 = 0 AND id IN (SELECT message FROM queue WHERE {mine})

-- name: submitted without being queued
SELECT id, 'flags', flags FROM message
 WHERE {mine} AND flags & 4 <> 0 AND folder IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM queue q WHERE q.message = message.id)

-- name: submitted without being queued repair
INSERT INTO queue (message, submit_time, due)
SELECT id, coalesce(submit_time, 0), coalesce(submit_time, 0) FROM message
 WHERE {mine} AND flags & 4 <> 0 AND folder IS NOT NULL
   AND NOT EXISTS (SELECT 1 FROM queue q WHERE q.message = message.id)

-- name: receive folder that is gone
SELECT folder, 'class', message_class FROM receive_folder
 WHERE {mine} AND NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = receive_folder.folder)

-- name: receive folder that is gone repair
DELETE FROM receive_folder WHERE {mine} AND NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = receive_folder.folder)

-- name: number given twice
WITH used (id) AS (
    SELECT id FROM folder WHERE {mine} UNION ALL SELECT id FROM message WHERE {mine}
    UNION ALL SELECT id FROM attachment WHERE {mine}
)
SELECT id, count(*), 'objects' FROM used GROUP BY id HAVING count(*) > 1

-- name: large text with half a character
SELECT object, tag_text(id, type) FROM property
 WHERE {mine} AND type = 31 AND blob IN (SELECT id FROM blob WHERE {mine} AND size % 2 = 1)

-- name: large text with half a character repair
UPDATE property SET type = 258
 WHERE {mine} AND type = 31 AND blob IN (SELECT id FROM blob WHERE {mine} AND size % 2 = 1)

-- name: tag not known as a column
SELECT DISTINCT 0, tag_text(id, type) FROM property
 WHERE {mine} AND object IN (SELECT id FROM message WHERE {mine})
   AND (id << 16) | type NOT IN (SELECT tag FROM used_tag WHERE {mine})

-- name: tag not known as a column repair
INSERT INTO used_tag (tag)
SELECT DISTINCT (id << 16) | type FROM property WHERE {mine} AND object IN (SELECT id FROM message WHERE {mine})
 ON CONFLICT DO NOTHING

-- name: search of no folder
SELECT folder, 'folder' FROM search WHERE {mine} AND NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = search.folder)

-- name: search of no folder repair
DELETE FROM search WHERE {mine} AND NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = search.folder)

-- name: place to search that is gone
SELECT search, 'folder', folder FROM search_scope WHERE {mine} AND (NOT EXISTS (SELECT 1 FROM search s WHERE s.folder = search_scope.search)
   OR NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = search_scope.folder))

-- name: place to search that is gone repair
DELETE FROM search_scope WHERE {mine} AND (NOT EXISTS (SELECT 1 FROM search s WHERE s.folder = search_scope.search)
   OR NOT EXISTS (SELECT 1 FROM folder f WHERE f.id = search_scope.folder))

-- name: result of no search
SELECT search, 'message', message FROM search_link WHERE {mine} AND NOT EXISTS (SELECT 1 FROM search s WHERE s.folder = search_link.search)

-- name: result of no search repair
DELETE FROM search_link WHERE {mine} AND NOT EXISTS (SELECT 1 FROM search s WHERE s.folder = search_link.search)

-- name: result that is no message of a folder
SELECT search, 'message', message FROM search_link
 WHERE {mine} AND NOT EXISTS (
    SELECT 1 FROM message m WHERE m.id = search_link.message AND m.folder IS NOT NULL AND m.associated = 0
 )

-- name: result that is no message of a folder repair
DELETE FROM search_link
 WHERE {mine} AND NOT EXISTS (
    SELECT 1 FROM message m WHERE m.id = search_link.message AND m.folder IS NOT NULL AND m.associated = 0
 )

-- name: result not like its message
SELECT search, 'message', message FROM search_link l
 WHERE {mine} AND EXISTS (
    SELECT 1 FROM message m
     WHERE m.id = l.message AND (NOT (l.delivery_time {same} m.delivery_time)
           OR l.unread <> CASE WHEN coalesce(m.flags, 0) & 1 = 0 THEN 1 ELSE 0 END)
 )

-- name: result not like its message repair
UPDATE search_link
   SET delivery_time = (SELECT m.delivery_time FROM message m WHERE m.id = search_link.message),
       unread = (SELECT CASE WHEN coalesce(m.flags, 0) & 1 = 0 THEN 1 ELSE 0 END FROM message m
                  WHERE m.id = search_link.message)
 WHERE {mine}

-- name: result that was not told of
SELECT search, 'message', message FROM search_gone WHERE {mine}

-- name: result that was not told of repair
DELETE FROM search_gone WHERE {mine}

-- name: search folder counts
SELECT id, content_count, unread_count, associated_count FROM folder
 WHERE {mine} AND folder_type = 2
   AND (content_count <> (SELECT count(*) FROM search_link l WHERE l.search = folder.id)
        OR unread_count <> (SELECT count(*) FROM search_link l WHERE l.search = folder.id AND l.unread <> 0)
        OR associated_count <> 0)

-- name: search folder counts repair
UPDATE folder SET
    content_count = (SELECT count(*) FROM search_link l WHERE l.search = folder.id),
    unread_count = (SELECT count(*) FROM search_link l WHERE l.search = folder.id AND l.unread <> 0),
    associated_count = 0
 WHERE {mine} AND folder_type = 2

-- name: folder counts
SELECT id, content_count, unread_count, associated_count FROM folder
 WHERE {mine} AND folder_type <> 2
   AND (content_count <> (SELECT count(*) FROM message m WHERE m.folder = folder.id AND m.associated = 0)
        OR associated_count <> (SELECT count(*) FROM message m WHERE m.folder = folder.id AND m.associated <> 0)
        OR unread_count <> (SELECT count(*) FROM message m
                             WHERE m.folder = folder.id AND m.associated = 0 AND coalesce(m.flags, 0) & 1 = 0))

-- name: folder counts repair
UPDATE folder SET
    content_count = (SELECT count(*) FROM message m WHERE m.folder = folder.id AND m.associated = 0),
    associated_count = (SELECT count(*) FROM message m WHERE m.folder = folder.id AND m.associated <> 0),
    unread_count = (SELECT count(*) FROM message m
                     WHERE m.folder = folder.id AND m.associated = 0 AND coalesce(m.flags, 0) & 1 = 0)
 WHERE {mine} AND folder_type <> 2
