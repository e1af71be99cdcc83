-- Mail for mailboxes that may not be reached. Whoever delivers writes whole messages into a mailbox of his own role, the
-- tray, and hands them over: they go into the receive folders of their classes, and nothing else of the other mailbox is
-- touched or told. `REVOKE EXECUTE ON FUNCTION mapix.hand_over FROM PUBLIC` keeps that right for some.

-- The tray of the role that logged on; made when there is none.
CREATE FUNCTION own_tray(its_uid bytea) RETURNS bigint LANGUAGE sql
AS $$ SELECT id FROM open_mailbox(convert_to(chr(1) || 'tray of ' || session_user, 'UTF8'), its_uid) $$;

-- Whether a delivery to a mailbox is new; from now on it is not.
CREATE FUNCTION note_delivery(target bigint, its_key bytea, moment bigint) RETURNS boolean
SECURITY DEFINER SET search_path = mapix, pg_temp LANGUAGE plpgsql AS $$
DECLARE
    is_new boolean;
BEGIN
    PERFORM go_inside(true);
    INSERT INTO delivered (mailbox, delivery_key, time) VALUES (target, its_key, moment) ON CONFLICT DO NOTHING;
    is_new := FOUND;
    PERFORM go_inside(false);
    RETURN is_new;
END $$;

-- The identifier of a named property in another mailbox, which gets one; beyond the last there is none.
CREATE FUNCTION name_elsewhere(target bigint, its_guid bytea, its_number bigint, its_name bytea, its_key bytea,
                               first bigint, last bigint) RETURNS bigint
SECURITY DEFINER SET search_path = mapix, pg_temp LANGUAGE plpgsql AS $$
DECLARE
    found_id bigint;
BEGIN
    PERFORM go_inside(true);
    PERFORM pg_advisory_xact_lock(lock_key(target, 0));
    SELECT n.id INTO found_id FROM named_property n
     WHERE n.mailbox = target AND n.guid = its_guid
       AND ((its_number IS NOT NULL AND n.number = its_number)
            OR (its_number IS NULL AND n.number IS NULL AND n.name_key = its_key));
    IF found_id IS NULL THEN
        SELECT greatest(first, max(n.id) + 1) INTO found_id FROM named_property n WHERE n.mailbox = target;
        IF found_id > last THEN
            PERFORM go_inside(false);
            RETURN NULL;
        END IF;
        INSERT INTO named_property (mailbox, id, guid, number, name, name_key)
        VALUES (target, found_id, its_guid, its_number, its_name, its_key);
    END IF;
    PERFORM go_inside(false);
    RETURN found_id;
END $$;

-- What is in a message: itself, its attachments, the messages in them, and so on.
CREATE FUNCTION everything_in(message bigint) RETURNS bigint[] STABLE LANGUAGE sql AS $$
    WITH RECURSIVE part (id, is_message) AS (
        SELECT $1, true
        UNION ALL
        SELECT coalesce(a.id, m.id), a.id IS NULL
          FROM part p
          LEFT JOIN attachment a ON p.is_message AND a.message = p.id
          LEFT JOIN message m ON NOT p.is_message AND m.holder = p.id
         WHERE coalesce(a.id, m.id) IS NOT NULL
    )
    SELECT array_agg(id) FROM part
$$;

-- The folder of a mailbox that receives messages of a class: that of the longest beginning that counts in dots.
CREATE FUNCTION receives(target bigint, class_key bytea) RETURNS bigint STABLE LANGUAGE sql AS $$
    SELECT coalesce(
        (SELECT r.folder FROM receive_folder r
          WHERE r.mailbox = target
            AND (r.class_key = '' OR r.class_key = $2
                 OR substr($2, 1, octet_length(r.class_key) + 1) = r.class_key || '.'::bytea)
          ORDER BY octet_length(r.class_key) DESC LIMIT 1),
        (SELECT s.root FROM store s WHERE s.mailbox = target))
$$;

-- Give a message with everything in it to a folder of another mailbox. Large values that it has already are not given
-- again; rows that refer to given ones follow by themselves, the others are those of objects.
CREATE FUNCTION give_away(message_id bigint, place bigint, target bigint, forbidden_flags bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    parts bigint[] := everything_in(message_id);
    other record;
BEGIN
    UPDATE property p SET blob = t.id, mailbox = target
      FROM blob b JOIN blob t ON t.mailbox = target AND t.hash = b.hash
     WHERE p.object = ANY (parts) AND b.id = p.blob AND b.mailbox <> target;
    UPDATE blob b SET mailbox = target FROM property p
     WHERE p.object = ANY (parts) AND b.id = p.blob AND b.mailbox <> target;
    UPDATE message m SET mailbox = target, folder = place, flags = flags & ~forbidden_flags WHERE m.id = message_id;
    FOR other IN
        SELECT c.relname, a.attname FROM pg_class c
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname IN ('object', 'message') AND NOT a.attisdropped
         WHERE c.relnamespace = 'mapix'::regnamespace AND c.relkind = 'r'
           AND EXISTS (SELECT FROM pg_attribute m WHERE m.attrelid = c.oid AND m.attname = 'mailbox')
    LOOP
        EXECUTE format('UPDATE %I SET mailbox = $1 WHERE %I = ANY ($2) AND mailbox <> $1', other.relname, other.attname)
          USING target, parts;
    END LOOP;
END $$;

-- Hand over all messages in the folders of the connection's mailbox, which is a tray, to another mailbox; how many.
CREATE FUNCTION hand_over(target bigint, created bigint, modified bigint, new_mail bigint, message_type bigint,
                          folder_type bigint, forbidden_flags bigint) RETURNS bigint
SECURITY DEFINER SET search_path = mapix, pg_temp LANGUAGE plpgsql AS $$
DECLARE
    tray bigint := current_mailbox();
    one record;
    place bigint;
    step bigint;
    done bigint := 0;
BEGIN
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
        PERFORM give_away(one.id, place, target, forbidden_flags);
        INSERT INTO used_tag (mailbox, tag)
        SELECT DISTINCT target, (p.id << 16) | p.type FROM property p WHERE p.object = one.id ON CONFLICT DO NOTHING;
        INSERT INTO change (mailbox, seq, origin, event, object_type, number, parent, old_number, old_parent) VALUES
            (target, step + 1, 0, created, message_type, one.id, place, 0, 0),
            (target, step + 2, 0, modified, folder_type, place,
             coalesce((SELECT f.parent FROM folder f WHERE f.id = place), 0), 0, 0),
            (target, step + 3, 0, new_mail, message_type, one.id, place, 0, 0);
        step := step + 3;
        done := done + 1;
    END LOOP;
    PERFORM settle_counts();
    PERFORM go_inside(false);
    RETURN done;
END $$;

REVOKE EXECUTE ON FUNCTION everything_in(bigint), receives(bigint, bytea),
                           give_away(bigint, bigint, bigint, bigint) FROM PUBLIC;
