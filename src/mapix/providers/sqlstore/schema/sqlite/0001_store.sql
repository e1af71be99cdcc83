-- A message store. Property rows are the truth for everything that was set; the columns of `message` repeat those that
-- contents tables show, sort and restrict by. Names ending in _key hold text folded by `mapix.objects.restrictions.collate.fold`,
-- as UTF-8 bytes.

CREATE TABLE store (
    only_row      INTEGER PRIMARY KEY CHECK (only_row = 1),
    uid           BLOB NOT NULL,
    root          INTEGER NOT NULL,
    last_number   INTEGER NOT NULL,
    version       INTEGER NOT NULL DEFAULT 1,
    queue_version INTEGER NOT NULL DEFAULT 0,
    owner_address TEXT,
    registered    TEXT
);

CREATE TABLE folder (
    id                INTEGER PRIMARY KEY,
    parent            INTEGER REFERENCES folder (id),
    name              TEXT NOT NULL,
    name_key          BLOB NOT NULL,
    folder_type       INTEGER NOT NULL,
    version           INTEGER NOT NULL DEFAULT 1,
    creation_time     INTEGER NOT NULL,
    modification_time INTEGER NOT NULL,
    content_count     INTEGER NOT NULL DEFAULT 0,
    unread_count      INTEGER NOT NULL DEFAULT 0,
    associated_count  INTEGER NOT NULL DEFAULT 0,
    contents_sort     BLOB
);
CREATE UNIQUE INDEX folder_sibling ON folder (parent, name_key);

-- A message lies in a folder, or inside an attachment (`holder`).
CREATE TABLE message (
    id                     INTEGER PRIMARY KEY,
    folder                 INTEGER REFERENCES folder (id),
    holder                 INTEGER REFERENCES attachment (id) ON DELETE CASCADE,
    associated             INTEGER NOT NULL DEFAULT 0,
    version                INTEGER NOT NULL DEFAULT 1,
    flags                  INTEGER,
    status                 INTEGER NOT NULL DEFAULT 0,
    delivery_time          INTEGER,
    submit_time            INTEGER,
    creation_time          INTEGER,
    modification_time      INTEGER,
    size                   INTEGER,
    importance             INTEGER,
    priority               INTEGER,
    sensitivity            INTEGER,
    has_attach             INTEGER,
    message_class          TEXT,
    message_class_key      BLOB,
    subject                TEXT,
    subject_key            BLOB,
    normalized_subject     TEXT,
    normalized_subject_key BLOB,
    sender_name            TEXT,
    sender_name_key        BLOB,
    display_to             TEXT,
    display_to_key         BLOB,
    display_cc             TEXT
);
CREATE INDEX message_place ON message (folder, associated);
CREATE INDEX message_delivery ON message (folder, associated, delivery_time DESC);
CREATE INDEX message_subject ON message (folder, associated, normalized_subject_key);
CREATE INDEX message_holder ON message (holder) WHERE holder IS NOT NULL;

-- Recipients and the values of messages, attachments, folders and the store (object 0). Numbers, text and bytes as the
-- database has them; several values packed by `mapix.properties.codec`; large ones in `blob`.
CREATE TABLE property (
    object INTEGER NOT NULL,
    id     INTEGER NOT NULL,
    type   INTEGER NOT NULL,
    value,
    blob   INTEGER REFERENCES blob (id),
    PRIMARY KEY (object, id)
) WITHOUT ROWID;
CREATE INDEX property_blob ON property (blob) WHERE blob IS NOT NULL;

CREATE TABLE recipient (
    message        INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    row_id         INTEGER NOT NULL,
    position       INTEGER NOT NULL,
    recipient_type INTEGER,
    display_name   TEXT,
    address_type   TEXT,
    address        TEXT,
    responsibility INTEGER,
    properties     BLOB NOT NULL,
    PRIMARY KEY (message, row_id)
) WITHOUT ROWID;

CREATE TABLE attachment (
    id      INTEGER PRIMARY KEY,
    message INTEGER NOT NULL REFERENCES message (id) ON DELETE CASCADE,
    number  INTEGER NOT NULL
);
CREATE UNIQUE INDEX attachment_number ON attachment (message, number);

-- Large values, one copy of each content. Numbers are never used again, so a reader cannot get another's bytes.
CREATE TABLE blob (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,
    hash    BLOB NOT NULL UNIQUE,
    size    INTEGER NOT NULL,
    packing INTEGER NOT NULL
);
CREATE TABLE chunk (
    blob INTEGER NOT NULL REFERENCES blob (id) ON DELETE CASCADE,
    seq  INTEGER NOT NULL,
    data BLOB NOT NULL,
    PRIMARY KEY (blob, seq)
);

-- Every tag that was ever a property of a message: what contents tables offer as columns.
CREATE TABLE used_tag (
    tag INTEGER PRIMARY KEY
);

CREATE TABLE named_property (
    id       INTEGER PRIMARY KEY,
    guid     BLOB NOT NULL,
    number   INTEGER,
    name     TEXT,
    name_key TEXT
);
CREATE UNIQUE INDEX named_property_number ON named_property (guid, number) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX named_property_name ON named_property (guid, name_key) WHERE number IS NULL;

CREATE TABLE receive_folder (
    class_key     BLOB PRIMARY KEY,
    message_class TEXT NOT NULL,
    folder        INTEGER NOT NULL REFERENCES folder (id) ON DELETE CASCADE
) WITHOUT ROWID;

CREATE TABLE queue (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    message     INTEGER NOT NULL UNIQUE REFERENCES message (id),
    submit_time INTEGER NOT NULL,
    due         INTEGER NOT NULL,
    attempts    INTEGER NOT NULL DEFAULT 0,
    reason      TEXT NOT NULL DEFAULT '',
    locked      INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX queue_due ON queue (due);

CREATE TABLE delivered (
    delivery_key BLOB PRIMARY KEY,
    time         INTEGER NOT NULL
) WITHOUT ROWID;

-- What happened, for other connections to the store; pruned from the old end.
CREATE TABLE change (
    seq         INTEGER PRIMARY KEY AUTOINCREMENT,
    origin      INTEGER NOT NULL,
    event       INTEGER NOT NULL,
    object_type INTEGER NOT NULL,
    number      INTEGER NOT NULL,
    parent      INTEGER NOT NULL,
    old_number  INTEGER NOT NULL,
    old_parent  INTEGER NOT NULL
);

-- The counts of folders follow their messages.
CREATE TRIGGER message_added AFTER INSERT ON message WHEN NEW.folder IS NOT NULL
BEGIN
    UPDATE folder
       SET content_count = content_count + (NEW.associated = 0),
           associated_count = associated_count + (NEW.associated <> 0),
           unread_count = unread_count + (NEW.associated = 0 AND coalesce(NEW.flags, 0) & 1 = 0)
     WHERE id = NEW.folder;
END;

CREATE TRIGGER message_removed AFTER DELETE ON message WHEN OLD.folder IS NOT NULL
BEGIN
    UPDATE folder
       SET content_count = content_count - (OLD.associated = 0),
           associated_count = associated_count - (OLD.associated <> 0),
           unread_count = unread_count - (OLD.associated = 0 AND coalesce(OLD.flags, 0) & 1 = 0)
     WHERE id = OLD.folder;
END;

CREATE TRIGGER message_changed AFTER UPDATE OF folder, flags ON message
WHEN OLD.folder IS NOT NEW.folder OR coalesce(OLD.flags, 0) & 1 <> coalesce(NEW.flags, 0) & 1
BEGIN
    UPDATE folder
       SET content_count = content_count - (OLD.associated = 0),
           associated_count = associated_count - (OLD.associated <> 0),
           unread_count = unread_count - (OLD.associated = 0 AND coalesce(OLD.flags, 0) & 1 = 0)
     WHERE id = OLD.folder;
    UPDATE folder
       SET content_count = content_count + (NEW.associated = 0),
           associated_count = associated_count + (NEW.associated <> 0),
           unread_count = unread_count + (NEW.associated = 0 AND coalesce(NEW.flags, 0) & 1 = 0)
     WHERE id = NEW.folder;
END;

-- A large value goes with the last property that holds it.
CREATE TRIGGER property_removed AFTER DELETE ON property WHEN OLD.blob IS NOT NULL
BEGIN
    DELETE FROM blob WHERE id = OLD.blob AND NOT EXISTS (SELECT 1 FROM property WHERE blob = OLD.blob);
END;

CREATE TRIGGER property_replaced AFTER UPDATE OF blob ON property WHEN OLD.blob IS NOT NULL AND OLD.blob IS NOT NEW.blob
BEGIN
    DELETE FROM blob WHERE id = OLD.blob AND NOT EXISTS (SELECT 1 FROM property WHERE blob = OLD.blob);
END;

-- Spoolers ask for this number to learn that the queue changed.
CREATE TRIGGER queue_added AFTER INSERT ON queue BEGIN UPDATE store SET queue_version = queue_version + 1; END;
CREATE TRIGGER queue_removed AFTER DELETE ON queue BEGIN UPDATE store SET queue_version = queue_version + 1; END;
CREATE TRIGGER queue_changed AFTER UPDATE ON queue BEGIN UPDATE store SET queue_version = queue_version + 1; END;
