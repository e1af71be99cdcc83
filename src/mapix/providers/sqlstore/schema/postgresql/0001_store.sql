-- Message stores, many in one database: each is a mailbox. The tables are those of SQLite with a column more, `mailbox`,
-- which fills itself with the mailbox that the connection works on. Text that people write is UTF-8 in bytea, so that
-- every text fits, and compares byte by byte. Names ending in _key hold text folded by `mapix.objects.restrictions.collate.fold`.
--
-- Numbers of objects come from one sequence, in blocks of 32: a number is an object of one mailbox only. What refers to
-- another row refers to one of its own mailbox: references name both, and follow a row to another mailbox.

CREATE SEQUENCE number INCREMENT BY 32 MINVALUE 32 START WITH 32;

-- Who may reach a mailbox: the role that owns it, and those it was opened to.
CREATE TABLE access (
    mailbox bigint NOT NULL,
    role    regrole NOT NULL,
    owns    boolean NOT NULL DEFAULT false,
    PRIMARY KEY (mailbox, role)
);

-- Every mailbox, and where mail for whom goes. Nobody reads this but the functions below.
CREATE TABLE mailbox (
    id            bigint PRIMARY KEY,
    uid           bytea NOT NULL UNIQUE,
    name_key      bytea NOT NULL UNIQUE,
    root          bigint NOT NULL,
    owner_address text,
    owner_key     bytea UNIQUE
);

CREATE FUNCTION current_mailbox() RETURNS bigint STABLE PARALLEL SAFE LANGUAGE sql
AS $$ SELECT nullif(current_setting('mapix.mailbox', true), '')::bigint $$;

-- Whether the role that logged on may reach a mailbox.
CREATE FUNCTION may_reach(wanted bigint) RETURNS boolean STABLE SECURITY DEFINER SET search_path = mapix, pg_temp
LANGUAGE plpgsql AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM access a WHERE a.mailbox = wanted AND pg_has_role(session_user, a.role, 'USAGE')
    );
END $$;

-- The mailbox whose rows a statement sees: that of the connection, where it may be reached.
CREATE FUNCTION reached() RETURNS bigint STABLE SECURITY DEFINER SET search_path = mapix, pg_temp
LANGUAGE plpgsql AS $$
DECLARE
    wanted bigint := nullif(current_setting('mapix.mailbox', true), '')::bigint;
BEGIN
    IF EXISTS (SELECT FROM access a WHERE a.mailbox = wanted AND pg_has_role(session_user, a.role, 'USAGE')) THEN
        RETURN wanted;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION is_inside() RETURNS boolean STABLE LANGUAGE sql
AS $$ SELECT current_setting('mapix.inside', true) = 'yes' $$;

CREATE FUNCTION go_inside(yes boolean) RETURNS void LANGUAGE sql
AS $$ SELECT set_config('mapix.inside', CASE WHEN yes THEN 'yes' ELSE '' END, true) $$;

CREATE TABLE store (
    mailbox       bigint PRIMARY KEY DEFAULT current_mailbox(),
    uid           bytea NOT NULL UNIQUE,
    root          bigint NOT NULL,
    version       bigint NOT NULL DEFAULT 1,
    queue_version bigint NOT NULL DEFAULT 0
);

CREATE TABLE folder (
    mailbox           bigint NOT NULL DEFAULT current_mailbox(),
    id                bigint NOT NULL,
    parent            bigint,
    name              bytea NOT NULL,
    name_key          bytea NOT NULL,
    folder_type       bigint NOT NULL,
    version           bigint NOT NULL DEFAULT 1,
    creation_time     bigint NOT NULL,
    modification_time bigint NOT NULL,
    content_count     bigint NOT NULL DEFAULT 0,
    unread_count      bigint NOT NULL DEFAULT 0,
    associated_count  bigint NOT NULL DEFAULT 0,
    contents_sort     bytea,
    PRIMARY KEY (id, mailbox),
    FOREIGN KEY (parent, mailbox) REFERENCES folder (id, mailbox)
) WITH (fillfactor = 50);
CREATE INDEX folder_parent ON folder (parent);
CREATE UNIQUE INDEX folder_sibling ON folder (parent, sha256(name_key));
CREATE INDEX folder_mailbox ON folder (mailbox);

-- A message lies in a folder, or inside an attachment (`holder`), or is on its way to another mailbox.
CREATE TABLE message (
    mailbox                bigint NOT NULL DEFAULT current_mailbox(),
    id                     bigint NOT NULL,
    folder                 bigint,
    holder                 bigint,
    associated             bigint NOT NULL DEFAULT 0,
    version                bigint NOT NULL DEFAULT 1,
    flags                  bigint,
    status                 bigint NOT NULL DEFAULT 0,
    delivery_time          bigint,
    submit_time            bigint,
    creation_time          bigint,
    modification_time      bigint,
    size                   bigint,
    importance             bigint,
    priority               bigint,
    sensitivity            bigint,
    has_attach             bigint,
    message_class          bytea,
    message_class_key      bytea,
    subject                bytea,
    subject_key            bytea,
    normalized_subject     bytea,
    normalized_subject_key bytea,
    sender_name            bytea,
    sender_name_key        bytea,
    display_to             bytea,
    display_to_key         bytea,
    display_cc             bytea,
    PRIMARY KEY (id, mailbox),
    FOREIGN KEY (folder, mailbox) REFERENCES folder (id, mailbox)
);
CREATE INDEX message_place ON message (folder, associated, id);
CREATE INDEX message_delivery ON message (folder, associated, delivery_time DESC NULLS LAST, id);
CREATE INDEX message_subject ON message (
    folder, associated, substr(normalized_subject_key, 1, 200) DESC NULLS LAST, id
);
CREATE INDEX message_holder ON message (holder) WHERE holder IS NOT NULL;

CREATE TABLE attachment (
    mailbox bigint NOT NULL DEFAULT current_mailbox(),
    id      bigint NOT NULL,
    message bigint NOT NULL,
    number  bigint NOT NULL,
    PRIMARY KEY (id, mailbox),
    FOREIGN KEY (message, mailbox) REFERENCES message (id, mailbox) ON DELETE CASCADE ON UPDATE CASCADE
);
CREATE UNIQUE INDEX attachment_number ON attachment (message, number);
ALTER TABLE message ADD
    FOREIGN KEY (holder, mailbox) REFERENCES attachment (id, mailbox) ON DELETE CASCADE ON UPDATE CASCADE;

-- Large values, one copy of each content in a mailbox. Their pieces are compressed by the database.
CREATE TABLE blob (
    mailbox bigint NOT NULL DEFAULT current_mailbox(),
    id      bigint GENERATED ALWAYS AS IDENTITY,
    hash    bytea NOT NULL,
    size    bigint NOT NULL,
    packing bigint NOT NULL,
    PRIMARY KEY (id, mailbox),
    UNIQUE (mailbox, hash)
);
CREATE TABLE chunk (
    mailbox bigint NOT NULL DEFAULT current_mailbox(),
    blob    bigint NOT NULL,
    seq     bigint NOT NULL,
    data    bytea NOT NULL,
    PRIMARY KEY (blob, seq),
    FOREIGN KEY (blob, mailbox) REFERENCES blob (id, mailbox) ON DELETE CASCADE ON UPDATE CASCADE
);

-- Recipients and the values of messages, attachments, folders and the store, which is the object of the mailbox's
-- number. A value stands in the column of its kind; `key` is what text and several values are compared by, where that
-- is not `data` itself. A large text is here, too, so that it can be searched.
CREATE TABLE property (
    mailbox bigint NOT NULL DEFAULT current_mailbox(),
    object  bigint NOT NULL,
    id      bigint NOT NULL,
    type    bigint NOT NULL,
    blob    bigint,
    number  bigint,
    real    double precision,
    data    bytea,
    key     bytea,
    PRIMARY KEY (object, id),
    FOREIGN KEY (blob, mailbox) REFERENCES blob (id, mailbox) ON UPDATE CASCADE
);
CREATE INDEX property_blob ON property (blob) WHERE blob IS NOT NULL;

CREATE TABLE recipient (
    mailbox          bigint NOT NULL DEFAULT current_mailbox(),
    message          bigint NOT NULL,
    row_id           bigint NOT NULL,
    position         bigint NOT NULL,
    recipient_type   bigint,
    display_name     bytea,
    address_type     bytea,
    address          bytea,
    responsibility   bigint,
    properties       bytea NOT NULL,
    display_name_key bytea,
    address_type_key bytea,
    address_key      bytea,
    PRIMARY KEY (message, row_id),
    FOREIGN KEY (message, mailbox) REFERENCES message (id, mailbox) ON DELETE CASCADE ON UPDATE CASCADE
);

CREATE TABLE used_tag (
    mailbox bigint NOT NULL DEFAULT current_mailbox(),
    tag     bigint NOT NULL,
    PRIMARY KEY (mailbox, tag)
);

CREATE TABLE named_property (
    mailbox  bigint NOT NULL DEFAULT current_mailbox(),
    id       bigint NOT NULL,
    guid     bytea NOT NULL,
    number   bigint,
    name     bytea,
    name_key bytea,
    PRIMARY KEY (mailbox, id)
);
CREATE UNIQUE INDEX named_property_number ON named_property (mailbox, guid, number) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX named_property_name ON named_property (mailbox, guid, sha256(name_key)) WHERE number IS NULL;

CREATE TABLE receive_folder (
    mailbox       bigint NOT NULL DEFAULT current_mailbox(),
    class_key     bytea NOT NULL,
    message_class bytea NOT NULL,
    folder        bigint NOT NULL,
    PRIMARY KEY (mailbox, class_key),
    FOREIGN KEY (folder, mailbox) REFERENCES folder (id, mailbox) ON DELETE CASCADE
);

CREATE TABLE queue (
    mailbox     bigint NOT NULL DEFAULT current_mailbox(),
    seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    message     bigint NOT NULL UNIQUE,
    submit_time bigint NOT NULL,
    due         bigint NOT NULL,
    attempts    bigint NOT NULL DEFAULT 0,
    reason      bytea NOT NULL DEFAULT '',
    locked      bigint NOT NULL DEFAULT 0,
    FOREIGN KEY (message, mailbox) REFERENCES message (id, mailbox)
);
CREATE INDEX queue_due ON queue (mailbox, due);

CREATE TABLE delivered (
    mailbox      bigint NOT NULL DEFAULT current_mailbox(),
    delivery_key bytea NOT NULL,
    time         bigint NOT NULL,
    PRIMARY KEY (mailbox, delivery_key)
);

-- What happened, for other connections to the mailbox: numbered without gaps by the one that writes; pruned from the
-- old end.
CREATE TABLE change (
    mailbox     bigint NOT NULL DEFAULT current_mailbox(),
    seq         bigint NOT NULL,
    origin      bigint NOT NULL,
    event       bigint NOT NULL,
    object_type bigint NOT NULL,
    number      bigint NOT NULL,
    parent      bigint NOT NULL,
    old_number  bigint NOT NULL,
    old_parent  bigint NOT NULL,
    PRIMARY KEY (mailbox, seq)
);

-- Functions that SQLite asks Python for.

CREATE FUNCTION instr(whole bytea, part bytea) RETURNS integer IMMUTABLE PARALLEL SAFE LANGUAGE sql
AS $$ SELECT position(part IN whole) $$;

CREATE FUNCTION large(wanted bigint, kind bigint) RETURNS bytea STABLE LANGUAGE sql
AS $$ SELECT string_agg(data, ''::bytea ORDER BY seq) FROM chunk WHERE blob = wanted $$;

CREATE FUNCTION tag_text(id bigint, kind bigint) RETURNS text IMMUTABLE PARALLEL SAFE LANGUAGE sql
AS $$ SELECT '0x' || lpad(upper(to_hex(id)), 4, '0') || lpad(upper(to_hex(kind)), 4, '0') $$;

-- The bytes of a text as UTF-16.
CREATE FUNCTION wide_size(data bytea) RETURNS bigint IMMUTABLE STRICT PARALLEL SAFE LANGUAGE plpgsql AS $$
DECLARE
    found bigint := 0;
    one integer;
BEGIN
    IF octet_length(encode(data, 'escape')) = octet_length(data) THEN
        RETURN 2 * octet_length(data);
    END IF;
    FOR place IN 0 .. octet_length(data) - 1 LOOP
        one := get_byte(data, place);
        found := found + CASE WHEN one < 128 OR one BETWEEN 192 AND 239 THEN 2 WHEN one >= 240 THEN 4 ELSE 0 END;
    END LOOP;
    RETURN found;
END $$;

-- A number as the eight bytes it has in entry identifiers.
CREATE FUNCTION small_end_first(number bigint) RETURNS bytea IMMUTABLE STRICT PARALLEL SAFE LANGUAGE sql AS $$
    SELECT substr(b, 8, 1) || substr(b, 7, 1) || substr(b, 6, 1) || substr(b, 5, 1)
        || substr(b, 4, 1) || substr(b, 3, 1) || substr(b, 2, 1) || substr(b, 1, 1)
      FROM (SELECT int8send(number) AS b) s
$$;

-- The counts of folders follow their messages.

CREATE FUNCTION count_message(place bigint, is_associated bigint, its_flags bigint, step integer) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF is_associated <> 0 THEN
        UPDATE folder SET associated_count = associated_count + step WHERE id = place;
    ELSE
        UPDATE folder SET content_count = content_count + step,
               unread_count = unread_count + CASE WHEN coalesce(its_flags, 0) & 1 = 0 THEN step ELSE 0 END
         WHERE id = place;
    END IF;
END $$;

CREATE FUNCTION message_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' AND OLD.folder IS NOT NULL THEN
        PERFORM count_message(OLD.folder, OLD.associated, OLD.flags, -1);
    END IF;
    IF TG_OP <> 'DELETE' AND NEW.folder IS NOT NULL THEN
        PERFORM count_message(NEW.folder, NEW.associated, NEW.flags, 1);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER message_added AFTER INSERT ON message FOR EACH ROW
WHEN (NEW.folder IS NOT NULL) EXECUTE FUNCTION message_counts();
CREATE TRIGGER message_removed AFTER DELETE ON message FOR EACH ROW
WHEN (OLD.folder IS NOT NULL) EXECUTE FUNCTION message_counts();
CREATE TRIGGER message_changed AFTER UPDATE OF folder, flags ON message FOR EACH ROW
WHEN (OLD.folder IS DISTINCT FROM NEW.folder OR coalesce(OLD.flags, 0) & 1 <> coalesce(NEW.flags, 0) & 1)
EXECUTE FUNCTION message_counts();

-- A large value goes with the last property that holds it.

CREATE FUNCTION property_let_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM blob WHERE id = OLD.blob AND NOT EXISTS (SELECT FROM property WHERE blob = OLD.blob);
    RETURN NULL;
END $$;

CREATE TRIGGER property_removed AFTER DELETE ON property FOR EACH ROW
WHEN (OLD.blob IS NOT NULL) EXECUTE FUNCTION property_let_go();
CREATE TRIGGER property_replaced AFTER UPDATE OF blob ON property FOR EACH ROW
WHEN (OLD.blob IS NOT NULL AND OLD.blob IS DISTINCT FROM NEW.blob) EXECUTE FUNCTION property_let_go();

-- Spoolers ask for this number to learn that the queue changed.

CREATE FUNCTION queue_counts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE store SET queue_version = queue_version + 1
     WHERE mailbox = CASE WHEN TG_OP = 'DELETE' THEN OLD.mailbox ELSE NEW.mailbox END;
    RETURN NULL;
END $$;

CREATE TRIGGER queue_altered AFTER INSERT OR UPDATE OR DELETE ON queue FOR EACH ROW EXECUTE FUNCTION queue_counts();

-- Writing. One connection at a time writes to a mailbox, as on SQLite: what it reads stays true until it commits, and
-- changes are numbered in the order of commits. Mailboxes do not wait for one another.

CREATE FUNCTION lock_key(wanted bigint, purpose integer) RETURNS bigint IMMUTABLE LANGUAGE sql
AS $$ SELECT (x'4D41000000000000'::bigint | (wanted << 2)) + purpose $$;

-- Begin to write: wait for the others. A number for a new object, the last number of a change, and the transaction's
-- own number, by which it is known later whether it came to be.
CREATE FUNCTION begin_writing(OUT number bigint, OUT change bigint, OUT transaction text) LANGUAGE plpgsql AS $$
DECLARE
    mine bigint := current_mailbox();
BEGIN
    PERFORM pg_advisory_xact_lock(lock_key(mine, 0));
    number := nextval('number');
    transaction := pg_current_xact_id()::text;
    SELECT coalesce(max(c.seq), 0) INTO change FROM change c WHERE c.mailbox = mine;
END $$;

-- Mailboxes.

-- The mailbox of a name; made for the role that logged on when there is none, unless `its_uid` is missing.
CREATE FUNCTION open_mailbox(its_name bytea, its_uid bytea, OUT id bigint, OUT made boolean)
SECURITY DEFINER SET search_path = mapix, pg_temp LANGUAGE plpgsql AS $$
BEGIN
    PERFORM go_inside(true);
    SELECT m.id INTO id FROM mailbox m WHERE m.name_key = its_name;
    made := id IS NULL AND its_uid IS NOT NULL;
    IF made THEN
        id := nextval('number');
        INSERT INTO mailbox (id, uid, name_key, root) VALUES (id, its_uid, its_name, id + 1)
        ON CONFLICT (name_key) DO NOTHING;
        made := FOUND;
        IF made THEN
            INSERT INTO access (mailbox, role, owns) VALUES (id, session_user::text::regrole, true);
            INSERT INTO store (mailbox, uid, root) VALUES (id, its_uid, id + 1);
        ELSE
            SELECT m.id INTO id FROM mailbox m WHERE m.name_key = its_name;
        END IF;
    END IF;
    PERFORM go_inside(false);
END $$;

-- The mailbox that has an identity, or takes mail for an address, whoever owns it.
CREATE FUNCTION find_mailbox(by_uid bytea, by_address bytea, OUT id bigint, OUT uid bytea, OUT reached boolean)
STABLE SECURITY DEFINER SET search_path = mapix, pg_temp LANGUAGE plpgsql AS $$
BEGIN
    SELECT m.id, m.uid, may_reach(m.id) INTO id, uid, reached FROM mailbox m
     WHERE m.uid = by_uid OR m.owner_key = by_address;
END $$;

-- Let mail for an address go to the connection's mailbox; whether it does: an address stays with the first that has it.
CREATE FUNCTION take_address(its_address text, its_key bytea) RETURNS boolean
SECURITY DEFINER SET search_path = mapix, pg_temp LANGUAGE plpgsql AS $$
DECLARE
    mine bigint := current_mailbox();
BEGIN
    IF NOT may_reach(mine) THEN
        RAISE insufficient_privilege USING MESSAGE = 'this mailbox is another''s';
    END IF;
    UPDATE mailbox SET owner_address = its_address, owner_key = its_key WHERE mailbox.id = mine;
    RETURN true;
EXCEPTION WHEN unique_violation THEN
    RETURN false;
END $$;

-- The address whose mail goes to the connection's mailbox.
CREATE FUNCTION own_address() RETURNS text STABLE SECURITY DEFINER SET search_path = mapix, pg_temp LANGUAGE sql
AS $$ SELECT owner_address FROM mailbox WHERE id = current_mailbox() AND may_reach(id) $$;

-- Open the connection's mailbox to another role, or close it again; for its owners.
CREATE FUNCTION share_mailbox(with_role regrole, open boolean) RETURNS void
SECURITY DEFINER SET search_path = mapix, pg_temp LANGUAGE plpgsql AS $$
DECLARE
    mine bigint := current_mailbox();
BEGIN
    IF NOT EXISTS (SELECT FROM access a WHERE a.mailbox = mine AND a.owns AND pg_has_role(session_user, a.role, 'USAGE'))
    THEN
        RAISE insufficient_privilege USING MESSAGE = 'only who owns a mailbox opens it to others';
    END IF;
    DELETE FROM access a WHERE a.mailbox = mine AND a.role = with_role AND NOT a.owns;
    IF open THEN
        INSERT INTO access (mailbox, role) VALUES (mine, with_role) ON CONFLICT DO NOTHING;
    END IF;
END $$;

-- Isolation: rows are seen and written in the mailbox that is reached only. For every table with a column `mailbox`.
-- Functions of this schema that act for others run as its owner, and say that they are inside.
CREATE FUNCTION protect(VARIADIC names text[]) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY names LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
        EXECUTE format('CREATE POLICY reach ON %I USING (mailbox = (SELECT mapix.reached()))', name);
        EXECUTE format('CREATE POLICY inside ON %I TO CURRENT_USER USING (mapix.is_inside())', name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO PUBLIC', name);
    END LOOP;
END $$;
REVOKE EXECUTE ON FUNCTION protect(text[]) FROM PUBLIC;

SELECT protect('store', 'folder', 'message', 'attachment', 'blob', 'chunk', 'property', 'recipient', 'used_tag',
               'named_property', 'receive_folder', 'queue', 'delivered', 'change');
GRANT USAGE ON SCHEMA mapix TO PUBLIC;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA mapix TO PUBLIC;

-- The faster compression, where the server has it.
DO $$
BEGIN
    ALTER TABLE property ALTER data SET COMPRESSION lz4, ALTER key SET COMPRESSION lz4;
    ALTER TABLE chunk ALTER data SET COMPRESSION lz4;
    ALTER TABLE recipient ALTER properties SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported OR invalid_parameter_value THEN
    NULL;
END $$;
