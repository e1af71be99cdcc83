-- The named statements of the store; see `statements.py`.

-- name: store_insert
INSERT INTO store (only_row, uid, root, last_number) VALUES (1, ?, ?, ?)

-- name: store_row
SELECT uid, root FROM store WHERE {mine}

-- name: store_values
SELECT s.version, p.id, p.type, p.blob, b.size, {value}
  FROM (SELECT version FROM store WHERE {mine}) s
       LEFT JOIN property p ON p.object = {store} LEFT JOIN blob b ON b.id = p.blob

-- name: store_version
SELECT version FROM store WHERE {mine}

-- name: store_bump
UPDATE store SET version = version + 1 WHERE {mine}

-- name: store_owner
SELECT owner_address, registered FROM store WHERE {mine}

-- name: store_set_owner
UPDATE store SET owner_address = ?, registered = ? WHERE {mine}

-- name: numbers_take
-- The last of some new object numbers; the first argument is the highest one this connection has handed out.
UPDATE store SET last_number = max(last_number, ?) + ? RETURNING last_number

-- name: property_insert
-- The beginning of a statement for several rows.
INSERT INTO property (object, id, type, {cells})

-- name: property_replace
-- Its end, where rows may be there already.
ON CONFLICT (object, id) DO UPDATE SET type = excluded.type, value = excluded.value, blob = NULL

-- name: property_large
INSERT INTO property (object, id, type, blob) VALUES (?, ?, ?, ?)
    ON CONFLICT (object, id) DO UPDATE SET type = excluded.type, value = NULL, blob = excluded.blob

-- name: property_delete
DELETE FROM property WHERE object = ? AND id = ?

-- name: property_delete_all
DELETE FROM property WHERE object = ?

-- name: property_copy
INSERT INTO property (object, id, type, {cells}, blob)
SELECT CAST(? AS bigint), id, type, {cells}, blob FROM property WHERE object = ?

-- name: property_rows
-- What a checksum is made of, where there are any.
SELECT id, type, value, blob FROM property WHERE object = ? ORDER BY id

-- name: used_tags
SELECT tag FROM used_tag WHERE {mine}

-- name: used_tag_add
INSERT INTO used_tag (tag) VALUES (?) ON CONFLICT DO NOTHING

-- name: blob_find
SELECT id, packing FROM blob WHERE {mine} AND hash = ?

-- name: blob_size
SELECT size FROM blob WHERE id = ?

-- name: blob_insert
INSERT INTO blob (hash, size, packing) VALUES (?, ?, ?)

-- name: blob_what
SELECT size, packing, hash FROM blob WHERE id = ?

-- name: blob_place
SELECT hash, packing FROM blob WHERE id = ?

-- name: blob_packing
UPDATE blob SET packing = ? WHERE id = ?

-- name: blob_files
SELECT hash FROM blob WHERE {mine} AND packing = 3

-- name: blob_delete
DELETE FROM blob WHERE id = ?

-- name: garbage_list
-- Values that were let go of, after one of them, and whether somebody holds them again.
SELECT g.blob, b.hash, b.size, b.packing, EXISTS (SELECT 1 FROM property p WHERE p.blob = g.blob)
  FROM (SELECT blob FROM garbage WHERE {mine} AND blob > ? ORDER BY blob LIMIT ?) g LEFT JOIN blob b ON b.id = g.blob
 ORDER BY g.blob

-- name: garbage_forget
DELETE FROM garbage WHERE blob = ?

-- name: chunk_insert
INSERT INTO chunk (blob, seq, data) VALUES (?, ?, ?)

-- name: chunk_read
SELECT c.data, b.packing FROM chunk c JOIN blob b ON b.id = c.blob WHERE c.blob = ? AND c.seq = ?

-- name: folder_insert
INSERT INTO folder (id, parent, name, name_key, folder_type, creation_time, modification_time, checksum)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- name: folder_values
SELECT f.version, f.name, f.folder_type, f.creation_time, f.modification_time, f.content_count, f.unread_count,
       f.associated_count, EXISTS (SELECT 1 FROM folder c WHERE c.parent = f.id),
       p.id, p.type, p.blob, b.size, {value}
  FROM folder f LEFT JOIN property p ON p.object = f.id LEFT JOIN blob b ON b.id = p.blob
 WHERE f.id = ? AND f.kept_in IS NULL

-- name: folder_columns
SELECT f.version, f.name, f.folder_type, f.creation_time, f.modification_time, f.content_count, f.unread_count,
       f.associated_count, EXISTS (SELECT 1 FROM folder c WHERE c.parent = f.id), NULL
  FROM folder f
 WHERE f.id = ? AND f.kept_in IS NULL

-- name: folder_version
SELECT version, parent FROM folder WHERE id = ? AND kept_in IS NULL

-- name: folder_saved
SELECT version, parent, checksum FROM folder WHERE id = ? AND kept_in IS NULL

-- name: folder_exists
SELECT 1 FROM folder WHERE id = ? AND kept_in IS NULL

-- name: folder_kind
SELECT folder_type FROM folder WHERE id = ? AND kept_in IS NULL

-- name: folder_parent
SELECT coalesce(parent, id) FROM folder WHERE id = ? AND kept_in IS NULL

-- name: folder_find
SELECT id FROM folder WHERE parent = ? AND name_key = ?

-- name: folder_sibling
SELECT id FROM folder WHERE parent {same} ? AND name_key = ? AND id <> ?

-- name: folder_rename
UPDATE folder SET name = ?, name_key = ? WHERE id = ?

-- name: folder_place
UPDATE folder SET parent = ?, name = ?, name_key = ?, version = version + 1, modification_time = ? WHERE id = ?

-- name: folder_touch
UPDATE folder SET version = version + 1, modification_time = coalesce(?, modification_time),
       creation_time = coalesce(?, creation_time), folder_type = coalesce(?, folder_type), checksum = ?
 WHERE id = ?

-- name: folder_children
SELECT id FROM folder WHERE parent = ? ORDER BY id

-- name: folder_tree
-- A folder and all below it, deepest first; in a damaged store one may lie below itself.
WITH RECURSIVE tree (id, depth) AS (
    SELECT id, 0 FROM folder WHERE id = ?
    UNION ALL
    SELECT f.id, t.depth + 1 FROM tree t JOIN folder f ON f.parent = t.id WHERE t.depth < 10000
)
SELECT id FROM tree ORDER BY depth DESC

-- name: folder_above
-- Whether the second folder is the first or lies below it.
WITH RECURSIVE above (id) AS (
    SELECT CAST(? AS bigint)
    UNION
    SELECT f.parent FROM above a JOIN folder f ON f.id = a.id WHERE f.parent IS NOT NULL
)
SELECT 1 FROM above WHERE id = ?

-- name: folder_delete
DELETE FROM folder WHERE id = ?

-- name: folder_counts
SELECT content_count, associated_count FROM folder WHERE id = ?

-- name: folder_size
SELECT coalesce(sum(size), 0) FROM message WHERE folder = ?

-- name: folder_sort
SELECT contents_sort FROM folder WHERE id = ?

-- name: folder_table
SELECT folder_type, contents_sort FROM folder WHERE id = ? AND kept_in IS NULL

-- name: folder_set_sort
UPDATE folder SET contents_sort = ? WHERE id = ?

-- name: message_row
SELECT folder, associated FROM message WHERE id = ? AND folder IS NOT NULL

-- name: message_folder
SELECT folder FROM message WHERE id = ?

-- name: message_values
SELECT m.version, m.flags, p.id, p.type, p.blob, b.size, {value}
  FROM message m LEFT JOIN property p ON p.object = m.id LEFT JOIN blob b ON b.id = p.blob
 WHERE m.id = ?

-- name: message_whole
-- With recipients and attachments, at one moment: which part, and of the message version, flags and place; each property with
-- the number of its attachment; the place of each recipient and what is packed; what lies inside an attachment.
SELECT 0, m.version, m.flags, m.folder, m.associated, NULL, {no_value}
  FROM message m
 WHERE m.id = ?
UNION ALL
SELECT 1, NULL, p.id, p.type, p.blob, b.size, {value}
  FROM property p LEFT JOIN blob b ON b.id = p.blob
 WHERE p.object = ?
UNION ALL
SELECT 2, r.position, NULL, NULL, NULL, NULL, {packed}
  FROM recipient r
 WHERE r.message = ?
UNION ALL
SELECT 3, a.number, p.id, p.type, p.blob, b.size, {value}
  FROM attachment a LEFT JOIN property p ON p.object = a.id LEFT JOIN blob b ON b.id = p.blob
 WHERE a.message = ?
UNION ALL
SELECT 4, a.number, m.id, NULL, NULL, NULL, {no_value}
  FROM attachment a JOIN message m ON m.holder = a.id
 WHERE a.message = ?

-- name: message_some_values
SELECT m.version, m.flags, p.id, p.type, p.blob, b.size, {value}
  FROM message m LEFT JOIN property p ON p.object = m.id AND p.id IN ({ids}) LEFT JOIN blob b ON b.id = p.blob
 WHERE m.id = ?

-- name: message_saved
SELECT version, folder, checksum FROM message WHERE id = ? AND kept_in IS NULL

-- name: message_list
SELECT id FROM message WHERE folder = ? AND associated = ? ORDER BY id

-- name: message_place
SELECT folder, flags, associated FROM message WHERE id = ? AND folder IS NOT NULL

-- name: message_move
UPDATE message SET folder = ?, status = 0 WHERE id = ?

-- name: message_delete
DELETE FROM message WHERE id = ?

-- name: message_set_flags
UPDATE message SET flags = ? WHERE id = ?

-- name: message_status
SELECT status FROM message WHERE folder = ? AND id = ?

-- name: message_set_status
UPDATE message SET status = ? WHERE folder = ? AND id = ?

-- name: message_copy
INSERT INTO message (id, folder, holder, associated, flags, checksum, {hot})
SELECT CAST(? AS bigint), CAST(? AS bigint), CAST(? AS bigint), associated, flags & ~CAST(? AS bigint), checksum, {hot}
  FROM message WHERE id = ?

-- name: message_embedded
SELECT id FROM message WHERE holder = ?

-- name: recipient_list
SELECT properties FROM recipient WHERE message = ? ORDER BY position

-- name: recipient_row
SELECT properties, checksum FROM recipient WHERE message = ? AND row_id = ?

-- name: recipient_columns
SELECT recipient_type, display_name, address_type, address, responsibility FROM recipient
 WHERE message = ? AND row_id = ?

-- name: recipient_insert
INSERT INTO recipient (message, row_id, position, recipient_type, display_name, address_type, address, responsibility,
                       properties, checksum)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: recipient_update
UPDATE recipient
   SET recipient_type = ?, display_name = ?, address_type = ?, address = ?, responsibility = ?, properties = ?,
       checksum = ?
 WHERE message = ? AND row_id = ?

-- name: recipient_settle
-- What becomes of a recipient that stays who it is.
UPDATE recipient SET responsibility = ?, properties = ?, checksum = ? WHERE message = ? AND row_id = ?

-- name: recipient_delete_all
DELETE FROM recipient WHERE message = ?

-- name: recipient_copy
INSERT INTO recipient (message, row_id, position, recipient_type, display_name, address_type, address, responsibility,
                       properties, checksum)
SELECT CAST(? AS bigint), row_id, position, recipient_type, display_name, address_type, address, responsibility,
       properties, checksum
  FROM recipient WHERE message = ?

-- name: attachment_list
SELECT id, number FROM attachment WHERE message = ? ORDER BY number

-- name: attachment_find
SELECT id, checksum FROM attachment WHERE message = ? AND number = ?

-- name: attachment_insert
INSERT INTO attachment (id, message, number, checksum) VALUES (?, ?, ?, ?)

-- name: attachment_copy
INSERT INTO attachment (id, message, number, checksum)
SELECT CAST(? AS bigint), CAST(? AS bigint), number, checksum FROM attachment WHERE id = ?

-- name: attachment_seal
UPDATE attachment SET checksum = ? WHERE id = ?

-- name: attachment_delete
DELETE FROM attachment WHERE id = ?

-- name: attachment_values
SELECT a.number, p.id, p.type, p.blob, b.size, {value}
  FROM attachment a LEFT JOIN property p ON p.object = a.id LEFT JOIN blob b ON b.id = p.blob
 WHERE a.message = ?
 ORDER BY a.number

-- name: attachment_message
SELECT m.id FROM attachment a JOIN message m ON m.holder = a.id WHERE a.message = ? AND a.number = ?

-- name: name_list
SELECT id, guid, number, name FROM named_property WHERE {mine}

-- name: name_next
SELECT coalesce(max(id), 0) FROM named_property WHERE {mine}

-- name: name_insert
INSERT INTO named_property (id, guid, number, name, name_key) VALUES (?, ?, ?, ?, ?)

-- name: receive_list
SELECT message_class, folder FROM receive_folder WHERE {mine}

-- name: receive_set
INSERT INTO receive_folder (class_key, message_class, folder) VALUES (?, ?, ?)
    ON CONFLICT ({owned}class_key) DO UPDATE SET message_class = excluded.message_class, folder = excluded.folder

-- name: receive_delete
DELETE FROM receive_folder WHERE {mine} AND class_key = ?

-- name: queue_add
INSERT INTO queue (message, submit_time, due) VALUES (?, ?, ?)
    ON CONFLICT (message) DO UPDATE SET due = excluded.due

-- name: queue_all
SELECT message, submit_time, due, attempts, reason, locked FROM queue
 WHERE {mine} ORDER BY submit_time, seq LIMIT ?

-- name: queue_due
SELECT message, submit_time, due, attempts, reason, locked FROM queue
 WHERE {mine} AND due <= ? AND locked = 0 ORDER BY submit_time, seq LIMIT ?

-- name: queue_row
SELECT message, submit_time, due, attempts, reason, locked FROM queue WHERE message = ?

-- name: queue_progress
-- How far a message is, and whether there are search folders that may look at it.
SELECT due, attempts, reason, EXISTS (SELECT 1 FROM search WHERE {mine}) FROM queue WHERE message = ?

-- name: queue_next_due
SELECT min(due) FROM queue WHERE {mine}

-- name: queue_version
SELECT queue_version FROM store WHERE {mine}

-- name: queue_move_on
UPDATE queue SET due = ?, attempts = ?, reason = ? WHERE message = ?

-- name: queue_lock
UPDATE queue SET locked = ? WHERE message = ? RETURNING message, submit_time, due, attempts, reason, locked

-- name: queue_unlock_all
UPDATE queue SET locked = 0 WHERE {mine} AND locked <> 0

-- name: queue_locked
SELECT 1 FROM queue WHERE {mine} AND locked <> 0

-- name: queue_remove
DELETE FROM queue WHERE message = ?

-- name: delivered_add
INSERT INTO delivered (delivery_key, time) VALUES (?, ?) ON CONFLICT DO NOTHING

-- name: delivered_prune
DELETE FROM delivered WHERE {mine} AND time < ?

-- name: change_insert
INSERT INTO change (seq, origin, event, object_type, number, parent, old_number, old_parent)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- name: change_last
SELECT coalesce(max(seq), 0) FROM change WHERE {mine}

-- name: change_since
SELECT seq, origin, event, object_type, number, parent, old_number, old_parent FROM change
 WHERE {mine} AND seq > ? ORDER BY seq

-- name: change_prune
DELETE FROM change WHERE {mine} AND seq <= ?

-- name: folder_all
SELECT id, parent FROM folder WHERE {mine} ORDER BY id

-- name: message_clear_flags
UPDATE message SET flags = coalesce(flags, 0) & ~CAST(? AS bigint) WHERE id = ?

-- name: message_sent
UPDATE message SET folder = ?, status = 0, flags = coalesce(flags, 0) & ~CAST(? AS bigint) WHERE id = ?

-- name: delivered_old
SELECT 1 FROM delivered WHERE {mine} AND time < ? LIMIT 1

-- name: message_submit
UPDATE message SET flags = coalesce(flags, 0) | ? WHERE id = ?

-- name: folder_queued
SELECT 1 FROM queue q JOIN message m ON m.id = q.message WHERE m.folder = ? LIMIT 1

-- name: folder_messages
SELECT id FROM message WHERE folder = ?

-- name: folder_tags
SELECT DISTINCT id, type FROM property WHERE object IN (SELECT id FROM folder WHERE {mine})

-- What was deleted and is kept (`retention.py`).

-- name: kept_bury_message
UPDATE message SET kept_in = folder, folder = NULL, status = 0, deleted_on = ?, deleted_with = ?
 WHERE id = ? AND folder IS NOT NULL

-- name: kept_bury_messages
UPDATE message SET kept_in = folder, folder = NULL, status = 0, deleted_on = ?, deleted_with = ? WHERE folder = ?

-- name: kept_bury_folder
UPDATE folder SET kept_in = parent, parent = NULL, deleted_on = ?, deleted_with = ? WHERE id = ?

-- name: kept_dig_message
UPDATE message SET folder = ?, kept_in = NULL, deleted_on = NULL, deleted_with = NULL WHERE id = ?

-- name: kept_place_folder
UPDATE folder
   SET parent = ?, name = ?, name_key = ?, modification_time = ?, version = version + 1,
       kept_in = NULL, deleted_on = NULL, deleted_with = NULL
 WHERE id = ?

-- name: kept_dig_folder
UPDATE folder SET parent = kept_in, kept_in = NULL, deleted_on = NULL, deleted_with = NULL WHERE id = ?

-- name: kept_message
SELECT kept_in, associated FROM message WHERE id = ? AND kept_in IS NOT NULL

-- name: kept_messages
SELECT id FROM message WHERE kept_in = ? AND associated = ? ORDER BY id

-- name: kept_messages_with
SELECT id FROM message WHERE kept_in = ? AND deleted_with = ? ORDER BY id

-- name: kept_messages_all
SELECT id FROM message WHERE kept_in = ? ORDER BY id

-- name: kept_folder
SELECT kept_in, deleted_with FROM folder WHERE id = ? AND kept_in IS NOT NULL

-- name: kept_children
SELECT id FROM folder WHERE kept_in = ? ORDER BY id

-- name: kept_children_with
SELECT id FROM folder WHERE kept_in = ? AND deleted_with = ? ORDER BY id

-- name: kept_counts
-- What is kept directly in a folder: messages, associated messages, folders; and since when the folder itself is.
SELECT (SELECT count(*) FROM message WHERE kept_in = f.id AND associated = 0),
       (SELECT count(*) FROM message WHERE kept_in = f.id AND associated <> 0),
       (SELECT count(*) FROM folder WHERE kept_in = f.id), f.deleted_on
  FROM folder f WHERE f.id = ?

-- name: kept_deleted_on
SELECT deleted_on FROM message WHERE id = ?

-- name: kept_folder_values
SELECT f.version, f.name, f.folder_type, f.creation_time, f.modification_time, f.content_count, f.unread_count,
       f.associated_count, EXISTS (SELECT 1 FROM folder c WHERE c.parent = f.id),
       p.id, p.type, p.blob, b.size, {value}
  FROM folder f LEFT JOIN property p ON p.object = f.id LEFT JOIN blob b ON b.id = p.blob
 WHERE f.id = ? AND f.kept_in IS NOT NULL

-- name: kept_old_messages
SELECT id FROM message WHERE {mine} AND deleted_on < ? AND deleted_with = 0 ORDER BY deleted_on, id LIMIT ?

-- name: kept_old_folders
SELECT id FROM folder WHERE {mine} AND deleted_on < ? AND deleted_with = id ORDER BY deleted_on, id LIMIT ?

-- Search folders (`searches.py`).

-- name: search_list
SELECT folder, restriction, state FROM search WHERE {mine} ORDER BY folder

-- name: search_row
SELECT restriction, state, tried FROM search WHERE folder = ?

-- name: search_scopes
SELECT search, folder FROM search_scope WHERE {mine} ORDER BY search, position

-- name: search_scope
SELECT folder FROM search_scope WHERE search = ? ORDER BY position

-- name: search_set
INSERT INTO search (folder, restriction, state) VALUES (?, ?, ?)
    ON CONFLICT (folder) DO UPDATE SET restriction = excluded.restriction, state = excluded.state

-- name: search_scope_clear
DELETE FROM search_scope WHERE search = ?

-- name: search_scope_add
INSERT INTO search_scope (search, folder, position) VALUES (?, ?, ?)

-- name: search_tried
UPDATE search SET tried = ? WHERE folder = ?

-- name: search_finished
UPDATE search SET tried = 0, state = ? WHERE folder = ?

-- name: search_next
-- The last of the next so many messages.
SELECT max(id) FROM (SELECT id FROM message WHERE id > ? ORDER BY id LIMIT ?) m

-- name: search_chain
-- A folder and all above it.
WITH RECURSIVE above (id) AS (
    SELECT id FROM folder WHERE id = ?
    UNION
    SELECT f.parent FROM above a JOIN folder f ON f.id = a.id WHERE f.parent IS NOT NULL
)
SELECT id FROM above

-- name: search_results
SELECT message FROM search_link WHERE search = ? ORDER BY message

-- name: search_results_clear
DELETE FROM search_link WHERE search = ?

-- name: search_results_clear_some
DELETE FROM search_link
 WHERE search = ? AND message IN (SELECT message FROM search_link WHERE search = ? ORDER BY message LIMIT ?)

-- name: search_link_add
INSERT INTO search_link (search, message, delivery_time, unread)
SELECT CAST(? AS bigint), m.id, m.delivery_time, CASE WHEN coalesce(m.flags, 0) & 1 = 0 THEN 1 ELSE 0 END
  FROM message m WHERE m.id = ?
    ON CONFLICT DO NOTHING

-- name: search_link_remove
DELETE FROM search_link WHERE search = ? AND message = ?

-- name: search_link_status
SELECT status FROM search_link WHERE search = ? AND message = ?

-- name: search_link_set_status
UPDATE search_link SET status = ? WHERE search = ? AND message = ?

-- name: search_links_below
-- Results of a search that lie in a folder or below it.
WITH RECURSIVE tree (id) AS (
    SELECT id FROM folder WHERE id = ? UNION SELECT f.id FROM tree t JOIN folder f ON f.parent = t.id
)
SELECT l.message, m.folder FROM tree t JOIN message m ON m.folder = t.id JOIN search_link l ON l.message = m.id
 WHERE l.search = ?

-- name: search_gone_list
SELECT search, message FROM search_gone WHERE {mine} ORDER BY search, message

-- name: search_gone_clear
DELETE FROM search_gone WHERE {mine}

-- name: folder_below
-- A folder and all below it.
WITH RECURSIVE tree (id) AS (
    SELECT id FROM folder WHERE id = ? UNION SELECT f.id FROM tree t JOIN folder f ON f.parent = t.id
)
SELECT id FROM tree

-- name: folder_holds
-- What lies in a folder: not the results of a search folder.
SELECT content_count, associated_count FROM folder WHERE id = ? AND folder_type <> 2
