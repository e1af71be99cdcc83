-- The personal address book, version 2.

CREATE TABLE book (
    uid BLOB NOT NULL CHECK (length(uid) = 16),  -- leads every entry identifier of this book
    name TEXT NOT NULL
);

-- Users (kind 6) and distribution lists (kind 8). A number is never given twice.
CREATE TABLE entry (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind INTEGER NOT NULL CHECK (kind IN (6, 8)),
    version INTEGER NOT NULL,
    name TEXT NOT NULL,
    sorted TEXT NOT NULL,           -- the name, case aside
    address_type TEXT NOT NULL,
    address TEXT NOT NULL,
    search_key BLOB,
    properties BLOB NOT NULL        -- everything that was set, packed
);
CREATE INDEX entry_by_name ON entry (sorted, number);
CREATE INDEX entry_by_address ON entry (search_key) WHERE search_key IS NOT NULL;

-- The words names are found by.
CREATE TABLE word (
    word TEXT NOT NULL,
    entry INTEGER NOT NULL REFERENCES entry (number) ON DELETE CASCADE,
    PRIMARY KEY (word, entry)
) WITHOUT ROWID;
CREATE INDEX word_of_entry ON word (entry, word);

-- Members of lists: entries of this book, or others by identifier with what is known of them.
CREATE TABLE member (
    list INTEGER NOT NULL REFERENCES entry (number) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    entry INTEGER REFERENCES entry (number) ON DELETE CASCADE,
    entry_id BLOB,
    properties BLOB,
    PRIMARY KEY (list, place),
    CHECK ((entry IS NULL) = (entry_id IS NOT NULL))
) WITHOUT ROWID;
CREATE UNIQUE INDEX member_once ON member (list, entry) WHERE entry IS NOT NULL;
CREATE INDEX member_of ON member (entry) WHERE entry IS NOT NULL;

-- The last changes of entries, for other processes that have the book open. `writer` is a mark of one opening of the file,
-- `event` 3 for added, 4 for deleted, 5 for changed.
CREATE TABLE IF NOT EXISTS change (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    writer BLOB NOT NULL,
    event INTEGER NOT NULL CHECK (event IN (3, 4, 5)),
    kind INTEGER NOT NULL,
    number INTEGER NOT NULL
);
