-- Search folders: what they look for, where, and what they found. `tried` is the last message of a first pass that is
-- not finished. Results repeat of their messages what search folders are sorted and counted by.

CREATE TABLE search (
    folder      INTEGER PRIMARY KEY REFERENCES folder (id) ON DELETE CASCADE,
    restriction BLOB NOT NULL,
    state       INTEGER NOT NULL,
    tried       INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE search_scope (
    search   INTEGER NOT NULL REFERENCES search (folder) ON DELETE CASCADE,
    folder   INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    PRIMARY KEY (search, folder)
) WITHOUT ROWID;
CREATE INDEX search_scope_folder ON search_scope (folder);

CREATE TABLE search_link (
    search        INTEGER NOT NULL REFERENCES search (folder) ON DELETE CASCADE,
    message       INTEGER NOT NULL,
    delivery_time INTEGER,
    unread        INTEGER NOT NULL,
    status        INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (search, message)
) WITHOUT ROWID;
CREATE INDEX search_link_delivery ON search_link (search, delivery_time DESC);
CREATE INDEX search_link_message ON search_link (message);

-- Results that went with their messages in the transaction under way, until they are told.
CREATE TABLE search_gone (
    search  INTEGER NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (search, message)
) WITHOUT ROWID;

CREATE TRIGGER message_deleted AFTER DELETE ON message WHEN OLD.folder IS NOT NULL
BEGIN
    INSERT INTO search_gone (search, message) SELECT search, message FROM search_link WHERE message = OLD.id;
    DELETE FROM search_link WHERE message = OLD.id;
END;

CREATE TRIGGER message_put_away AFTER UPDATE OF folder ON message WHEN OLD.folder IS NOT NULL AND NEW.folder IS NULL
BEGIN
    INSERT INTO search_gone (search, message) SELECT search, message FROM search_link WHERE message = OLD.id;
    DELETE FROM search_link WHERE message = OLD.id;
END;

CREATE TRIGGER message_found AFTER UPDATE OF flags, delivery_time ON message
WHEN OLD.delivery_time IS NOT NEW.delivery_time OR coalesce(OLD.flags, 0) & 1 <> coalesce(NEW.flags, 0) & 1
BEGIN
    UPDATE search_link SET delivery_time = NEW.delivery_time, unread = coalesce(NEW.flags, 0) & 1 = 0
     WHERE message = NEW.id;
END;

-- The counts of search folders follow their results.

CREATE TRIGGER search_link_added AFTER INSERT ON search_link
BEGIN
    UPDATE folder SET content_count = content_count + 1, unread_count = unread_count + NEW.unread WHERE id = NEW.search;
END;

CREATE TRIGGER search_link_removed AFTER DELETE ON search_link
BEGIN
    UPDATE folder SET content_count = content_count - 1, unread_count = unread_count - OLD.unread WHERE id = OLD.search;
END;

CREATE TRIGGER search_link_changed AFTER UPDATE OF unread ON search_link WHEN OLD.unread <> NEW.unread
BEGIN
    UPDATE folder SET unread_count = unread_count + NEW.unread - OLD.unread WHERE id = NEW.search;
END;
