-- What is handed over is what the tray itself holds. Objects are told apart by their numbers, and a role may write rows of
-- any number into its own mailboxes: a number that another mailbox uses moves nothing of that mailbox, and is refused.
-- Counts that the session left in its settings are settled as its own, before anything is done for others.

CREATE OR REPLACE FUNCTION everything_in(message bigint) RETURNS bigint[] STABLE LANGUAGE sql AS $$
    WITH RECURSIVE part (id, is_message) AS (
        SELECT $1, true
        UNION
        SELECT coalesce(a.id, m.id), a.id IS NULL
          FROM part p
          LEFT JOIN attachment a ON p.is_message AND a.message = p.id AND a.mailbox = current_mailbox()
          LEFT JOIN message m ON NOT p.is_message AND m.holder = p.id AND m.mailbox = current_mailbox()
         WHERE coalesce(a.id, m.id) IS NOT NULL
    )
    SELECT array_agg(id) FROM part
$$;

-- Whether objects of the connection's mailbox have numbers of their own.
CREATE FUNCTION numbered_apart(parts bigint[]) RETURNS boolean STABLE LANGUAGE sql AS $$
    SELECT cardinality(parts) = (SELECT count(DISTINCT part) FROM unnest(parts) part)
       AND NOT EXISTS (SELECT FROM message m WHERE m.id = ANY (parts) AND m.mailbox <> current_mailbox())
       AND NOT EXISTS (SELECT FROM attachment a WHERE a.id = ANY (parts) AND a.mailbox <> current_mailbox())
       AND NOT EXISTS (SELECT FROM folder f WHERE f.id = ANY (parts))
       AND NOT EXISTS (SELECT FROM mailbox b WHERE b.id = ANY (parts))
       AND NOT EXISTS (SELECT FROM property p WHERE p.object = ANY (parts) AND p.mailbox <> current_mailbox())
$$;
REVOKE EXECUTE ON FUNCTION numbered_apart(bigint[]) FROM PUBLIC;

CREATE OR REPLACE FUNCTION give_away(message_id bigint, place bigint, target bigint, forbidden_flags bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    tray bigint := current_mailbox();
    parts bigint[] := everything_in(message_id);
    other record;
BEGIN
    IF NOT numbered_apart(parts) THEN
        RAISE insufficient_privilege USING MESSAGE = 'these numbers are another mailbox''s';
    END IF;
    UPDATE property p SET blob = t.id, mailbox = target
      FROM blob b JOIN blob t ON t.mailbox = target AND t.hash = b.hash
     WHERE p.object = ANY (parts) AND p.mailbox = tray AND b.id = p.blob AND b.mailbox = tray;
    UPDATE blob b SET mailbox = target FROM property p
     WHERE p.object = ANY (parts) AND p.mailbox = tray AND b.id = p.blob AND b.mailbox = tray;
    UPDATE message m SET mailbox = target, folder = place, flags = flags & ~forbidden_flags
     WHERE m.id = message_id AND m.mailbox = tray;
    FOR other IN
        SELECT c.relname, a.attname FROM pg_class c
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('object', 'message') AND NOT a.attisdropped
         WHERE c.relnamespace = 'mapix'::regnamespace AND c.relkind = 'r'
           AND EXISTS (SELECT FROM pg_attribute m WHERE m.attrelid = c.oid AND m.attname = 'mailbox')
    LOOP
        EXECUTE format('UPDATE %I SET mailbox = $1 WHERE %I = ANY ($2) AND mailbox = $3', other.relname, other.attname)
          USING target, parts, tray;
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION hand_over(target bigint, created bigint, modified bigint, new_mail bigint, message_type bigint,
                          folder_type bigint, forbidden_flags bigint) RETURNS bigint
SECURITY DEFINER SET search_path = mapix, pg_temp LANGUAGE plpgsql AS $$
DECLARE
    tray bigint := current_mailbox();
    one record;
    place bigint;
    places bigint[] := '{}';
    step bigint;
    done bigint := 0;
BEGIN
    PERFORM go_inside(false);
    PERFORM settle_counts();
    PERFORM go_inside(true);
    IF NOT may_reach(tray) THEN
        RAISE insufficient_privilege USING MESSAGE = 'this mailbox is another''s';
    END IF;
    PERFORM pg_advisory_xact_lock(lock_key(target, 0));
    SELECT coalesce(max(seq), 0) INTO step FROM change WHERE mailbox = target;
    FOR one IN
        SELECT m.id, m.message_class_key FROM message m
         WHERE m.mailbox = tray AND m.folder IS NOT NULL AND m.associated = 0 ORDER BY m.id
    LOOP
        place := receives(target, coalesce(one.message_class_key, ''));
        IF place <> ALL (places) THEN
            PERFORM set_config('mapix.counts_' || place, '', true);
            places := places || place;
        END IF;
        PERFORM give_away(one.id, place, target, forbidden_flags);
        INSERT INTO used_tag (mailbox, tag)
        SELECT DISTINCT target, (p.id << 16) | p.type FROM property p WHERE p.object = one.id ON CONFLICT DO NOTHING;
        INSERT INTO change (mailbox, seq, origin, event, object_type, number, parent, old_number, old_parent) VALUES
            (target, step + 1, 0, created, message_type, one.id, place, 0, 0),
            (target, step + 2, 0, modified, folder_type, place,
             coalesce((SELECT f.parent FROM folder f WHERE f.id = place), 0), 0, 0),
            (target, step + 3, 0, new_mail, message_type, one.id, place, 0, 0);
        INSERT INTO search_due (mailbox, message)
        SELECT target, one.id WHERE EXISTS (SELECT FROM search s WHERE s.mailbox = target);
        step := step + 3;
        done := done + 1;
    END LOOP;
    PERFORM settle_counts();
    PERFORM go_inside(false);
    RETURN done;
END $$;

-- At the end of a transaction nobody acts for others any more, whatever the session says.
CREATE OR REPLACE FUNCTION settle_at_the_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF is_inside() THEN
        PERFORM go_inside(false);
    END IF;
    PERFORM settle_counts();
    RETURN NULL;
END $$;
