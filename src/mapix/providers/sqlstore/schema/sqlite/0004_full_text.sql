-- The full text index: how far each part of it is, and what has to be looked at again. The index itself is made when it
-- is first used, where the database has what it takes; see `textindex.py`.

CREATE TABLE text_index (
    name    TEXT PRIMARY KEY,
    done    INTEGER NOT NULL DEFAULT 0,
    again   INTEGER NOT NULL DEFAULT 0,
    entries INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
INSERT INTO text_index (name) VALUES ('short'), ('body');

-- Messages up to `done` that were changed since they were indexed.
CREATE TABLE text_pending (
    name    TEXT NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (name, message)
) WITHOUT ROWID;

-- Messages up to `done` whose texts are too long to be indexed: they are always looked at.
CREATE TABLE text_giant (
    name    TEXT NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (name, message)
) WITHOUT ROWID;

-- Messages that were indexed again, under the numbers of their entries, which are below zero. What an entry said before
-- stays until the index is made anew: nobody can tell an index what to forget.
CREATE TABLE text_again (
    entry   INTEGER NOT NULL,
    name    TEXT NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (name, entry)
) WITHOUT ROWID;

CREATE TRIGGER text_changed AFTER UPDATE OF version ON message
WHEN NEW.id <= (SELECT max(done) FROM text_index)
BEGIN
    INSERT INTO text_pending (name, message) SELECT name, NEW.id FROM text_index WHERE done >= NEW.id
    ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER text_added AFTER INSERT ON message
WHEN NEW.id <= (SELECT max(done) FROM text_index)
BEGIN
    INSERT INTO text_pending (name, message) SELECT name, NEW.id FROM text_index WHERE done >= NEW.id
    ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER text_resolved AFTER UPDATE OF display_name, address ON recipient
WHEN NEW.message <= (SELECT max(done) FROM text_index)
BEGIN
    INSERT INTO text_pending (name, message) SELECT name, NEW.message FROM text_index WHERE done >= NEW.message
    ON CONFLICT DO NOTHING;
END;

-- Texts that begin in some way.
CREATE INDEX message_whole_subject ON message (folder, associated, subject_key);
