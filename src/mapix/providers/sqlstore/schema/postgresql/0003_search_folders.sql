-- Search folders: what they look for, where, and what they found. `tried` is the last message of a first pass that is
-- not finished. Results repeat of their messages what search folders are sorted and counted by.

CREATE TABLE search (
    mailbox     bigint NOT NULL DEFAULT current_mailbox(),
    folder      bigint PRIMARY KEY,
    restriction bytea NOT NULL,
    state       bigint NOT NULL,
    tried       bigint NOT NULL DEFAULT 0,
    UNIQUE (folder, mailbox),
    FOREIGN KEY (folder, mailbox) REFERENCES folder (id, mailbox) ON DELETE CASCADE
);
CREATE INDEX search_mailbox ON search (mailbox);

CREATE TABLE search_scope (
    mailbox  bigint NOT NULL DEFAULT current_mailbox(),
    search   bigint NOT NULL,
    folder   bigint NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (search, folder),
    FOREIGN KEY (search, mailbox) REFERENCES search (folder, mailbox) ON DELETE CASCADE,
    FOREIGN KEY (folder, mailbox) REFERENCES folder (id, mailbox) ON DELETE CASCADE
);
CREATE INDEX search_scope_folder ON search_scope (folder);
CREATE INDEX search_scope_mailbox ON search_scope (mailbox);

CREATE TABLE search_link (
    mailbox       bigint NOT NULL DEFAULT current_mailbox(),
    search        bigint NOT NULL,
    message       bigint NOT NULL,
    delivery_time bigint,
    unread        bigint NOT NULL,
    status        bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (search, message),
    FOREIGN KEY (search, mailbox) REFERENCES search (folder, mailbox) ON DELETE CASCADE
);
CREATE INDEX search_link_delivery ON search_link (search, delivery_time DESC NULLS LAST, message);
CREATE INDEX search_link_message ON search_link (message);

-- Results that went with their messages in the transaction under way, until they are told.
CREATE TABLE search_gone (
    mailbox bigint NOT NULL DEFAULT current_mailbox(),
    search  bigint NOT NULL,
    message bigint NOT NULL,
    PRIMARY KEY (search, message)
);
CREATE INDEX search_gone_mailbox ON search_gone (mailbox);

SELECT protect('search', 'search_scope', 'search_link', 'search_gone');

CREATE FUNCTION message_not_found() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH gone AS (DELETE FROM search_link WHERE message = OLD.id RETURNING search, message)
    INSERT INTO search_gone (search, message) SELECT search, message FROM gone;
    RETURN NULL;
END $$;

CREATE TRIGGER message_deleted AFTER DELETE ON message FOR EACH ROW
WHEN (OLD.folder IS NOT NULL) EXECUTE FUNCTION message_not_found();
CREATE TRIGGER message_put_away AFTER UPDATE OF folder ON message FOR EACH ROW
WHEN (OLD.folder IS NOT NULL AND NEW.folder IS NULL) EXECUTE FUNCTION message_not_found();

CREATE FUNCTION message_found() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE search_link
       SET delivery_time = NEW.delivery_time, unread = CASE WHEN coalesce(NEW.flags, 0) & 1 = 0 THEN 1 ELSE 0 END
     WHERE message = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER message_found AFTER UPDATE OF flags, delivery_time ON message FOR EACH ROW
WHEN (OLD.delivery_time IS DISTINCT FROM NEW.delivery_time OR coalesce(OLD.flags, 0) & 1 <> coalesce(NEW.flags, 0) & 1)
EXECUTE FUNCTION message_found();

-- The counts of search folders follow their results, each statement's at once.

CREATE FUNCTION search_links_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE folder f SET content_count = f.content_count + n.links, unread_count = f.unread_count + n.unread
      FROM (SELECT search, count(*) AS links, CAST(sum(unread) AS bigint) AS unread FROM added GROUP BY search) n
     WHERE f.id = n.search;
    RETURN NULL;
END $$;

CREATE FUNCTION search_links_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE folder f SET content_count = f.content_count - n.links, unread_count = f.unread_count - n.unread
      FROM (SELECT search, count(*) AS links, CAST(sum(unread) AS bigint) AS unread FROM removed GROUP BY search) n
     WHERE f.id = n.search;
    RETURN NULL;
END $$;

CREATE FUNCTION search_links_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE folder f SET unread_count = f.unread_count + n.step
      FROM (SELECT a.search, CAST(sum(a.unread - b.unread) AS bigint) AS step
              FROM after_it a JOIN before_it b ON b.search = a.search AND b.message = a.message
             GROUP BY a.search) n
     WHERE f.id = n.search AND n.step <> 0;
    RETURN NULL;
END $$;

CREATE TRIGGER search_link_added AFTER INSERT ON search_link REFERENCING NEW TABLE AS added
FOR EACH STATEMENT EXECUTE FUNCTION search_links_added();
CREATE TRIGGER search_link_removed AFTER DELETE ON search_link REFERENCING OLD TABLE AS removed
FOR EACH STATEMENT EXECUTE FUNCTION search_links_removed();
CREATE TRIGGER search_link_changed AFTER UPDATE ON search_link REFERENCING OLD TABLE AS before_it NEW TABLE AS after_it
FOR EACH STATEMENT EXECUTE FUNCTION search_links_changed();
