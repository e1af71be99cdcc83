-- The full text index: how far each part of it is, and what has to be looked at again; see `textindex.py`. A mailbox
-- has rows here from its first search on.

CREATE TABLE text_index (
    mailbox bigint NOT NULL DEFAULT current_mailbox(),
    name    text NOT NULL,
    done    bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (mailbox, name)
);

-- Messages up to `done` that were changed since they were indexed, or came from elsewhere.
CREATE TABLE text_pending (
    mailbox bigint NOT NULL DEFAULT current_mailbox(),
    name    text NOT NULL,
    message bigint NOT NULL,
    PRIMARY KEY (mailbox, name, message)
);

-- Messages up to `done` whose texts are too long to be indexed: they are always looked at.
CREATE TABLE text_giant (
    mailbox bigint NOT NULL DEFAULT current_mailbox(),
    name    text NOT NULL,
    message bigint NOT NULL,
    PRIMARY KEY (mailbox, name, message)
);

SELECT protect('text_index', 'text_pending', 'text_giant');

CREATE FUNCTION text_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO text_pending (mailbox, name, message)
    SELECT i.mailbox, i.name, NEW.id FROM text_index i WHERE i.mailbox = NEW.mailbox AND i.done >= NEW.id
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE FUNCTION text_resolved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO text_pending (mailbox, name, message)
    SELECT i.mailbox, i.name, NEW.message FROM text_index i WHERE i.mailbox = NEW.mailbox AND i.done >= NEW.message
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER text_added AFTER INSERT ON message FOR EACH ROW EXECUTE FUNCTION text_changed();
CREATE TRIGGER text_changed AFTER UPDATE OF version, mailbox ON message FOR EACH ROW EXECUTE FUNCTION text_changed();
CREATE TRIGGER text_resolved AFTER UPDATE OF display_name, address ON recipient FOR EACH ROW
EXECUTE FUNCTION text_resolved();

-- The entries: of each message the trigrams of its parts, as numbers that differ from mailbox to mailbox and from part to
-- part. Nobody reaches them but the functions below: policies would keep the index from being used, since PostgreSQL
-- lets no condition look at rows before it has decided who may see them, unless it knows that the condition tells
-- nothing.
CREATE TABLE text_entry (
    mailbox bigint NOT NULL,
    name    text NOT NULL,
    message bigint NOT NULL,
    grams   integer[] NOT NULL,
    PRIMARY KEY (mailbox, name, message)
);
CREATE INDEX text_entry_grams ON text_entry USING gin (grams);

-- The connection's mailbox, if it may be reached.
CREATE FUNCTION text_mailbox() RETURNS bigint STABLE LANGUAGE plpgsql AS $$
DECLARE
    mine bigint := current_mailbox();
BEGIN
    IF NOT may_reach(mine) THEN
        RAISE insufficient_privilege USING MESSAGE = 'this mailbox is another''s';
    END IF;
    RETURN mine;
END $$;

-- Messages that may have something: entries with all of some numbers.
CREATE FUNCTION text_found(wanted integer[]) RETURNS SETOF bigint STABLE ROWS 100
SECURITY DEFINER SET search_path = mapix, pg_temp SET enable_seqscan = off LANGUAGE plpgsql AS $$
DECLARE
    mine bigint := text_mailbox();
BEGIN
    RETURN QUERY SELECT e.message FROM text_entry e WHERE e.grams @> wanted AND e.mailbox = mine;
END $$;

-- Write an entry anew.
CREATE FUNCTION text_put(of_name text, of_message bigint, its_grams integer[]) RETURNS void
SECURITY DEFINER SET search_path = mapix, pg_temp LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO text_entry (mailbox, name, message, grams) VALUES (text_mailbox(), of_name, of_message, its_grams)
    ON CONFLICT (mailbox, name, message) DO UPDATE SET grams = excluded.grams;
END $$;

-- Remove the entries of messages that are gone, or all.
CREATE FUNCTION text_forget(everything boolean) RETURNS bigint
SECURITY DEFINER SET search_path = mapix, pg_temp LANGUAGE plpgsql AS $$
DECLARE
    mine bigint := text_mailbox();
    gone bigint;
BEGIN
    PERFORM go_inside(true);
    DELETE FROM text_entry e
     WHERE e.mailbox = mine
       AND (everything OR NOT EXISTS (SELECT FROM message m WHERE m.id = e.message AND m.mailbox = mine));
    GET DIAGNOSTICS gone = ROW_COUNT;
    PERFORM go_inside(false);
    RETURN gone;
END $$;

-- How subjects begin, for indexes, which can have no long texts. They are columns, since PostgreSQL asks an index of what
-- functions make only after it has decided who may see the rows.
ALTER TABLE message
    ADD subject_begin bytea GENERATED ALWAYS AS (substr(subject_key, 1, 200)) STORED,
    ADD normalized_begin bytea GENERATED ALWAYS AS (substr(normalized_subject_key, 1, 200)) STORED;
CREATE INDEX message_whole_subject ON message (folder, associated, subject_begin);
DROP INDEX message_subject;
CREATE INDEX message_subject ON message (folder, associated, normalized_begin DESC NULLS LAST, id);
