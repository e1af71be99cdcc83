-- Messages that may have something, in one statement: those that are indexed, and those that are not as they are by now.

CREATE FUNCTION text_likely(of_name text, wanted integer[]) RETURNS SETOF bigint STABLE ROWS 100
SECURITY DEFINER SET search_path = mapix, pg_temp SET enable_seqscan = off LANGUAGE plpgsql AS $$
DECLARE
    mine bigint := text_mailbox();
    indexed bigint;
BEGIN
    RETURN QUERY SELECT e.message FROM text_entry e WHERE e.grams @> wanted AND e.mailbox = mine AND e.name = of_name;
    SELECT i.done INTO indexed FROM text_index i WHERE i.mailbox = mine AND i.name = of_name;
    RETURN QUERY
    SELECT l.message FROM (
        SELECT p.message FROM text_pending p WHERE p.mailbox = mine AND p.name = of_name
        UNION SELECT g.message FROM text_giant g WHERE g.mailbox = mine AND g.name = of_name
        UNION SELECT m.id FROM message m WHERE m.mailbox = mine AND m.id > indexed
    ) l WHERE NOT EXISTS (
        SELECT FROM text_entry e
         WHERE e.mailbox = mine AND e.name = of_name AND e.message = l.message AND e.grams @> wanted
    );
END $$;

-- Messages that others put into a mailbox, for its search folders to look at. Who delivers must not know what is looked
-- for, so that whoever reaches the mailbox next and writes, or looks into a search folder, does that first.

CREATE TABLE search_due (
    mailbox bigint NOT NULL DEFAULT current_mailbox(),
    message bigint NOT NULL,
    PRIMARY KEY (mailbox, message)
);
SELECT protect('search_due');

CREATE OR REPLACE FUNCTION hand_over(target bigint, created bigint, modified bigint, new_mail bigint, message_type bigint,
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
        INSERT INTO search_due (mailbox, message)
        SELECT target, one.id WHERE EXISTS (SELECT FROM search s WHERE s.mailbox = target);
        step := step + 3;
        done := done + 1;
    END LOOP;
    PERFORM settle_counts();
    PERFORM go_inside(false);
    RETURN done;
END $$;

-- Begin to write: as before, and whether there are messages that searches are to look at.
DROP FUNCTION begin_writing();
CREATE FUNCTION begin_writing(OUT number bigint, OUT change bigint, OUT transaction text, OUT due boolean)
LANGUAGE plpgsql AS $$
DECLARE
    mine bigint := current_mailbox();
BEGIN
    PERFORM pg_advisory_xact_lock(lock_key(mine, 0));
    number := nextval('number');
    transaction := pg_current_xact_id()::text;
    SELECT coalesce(max(c.seq), 0) INTO change FROM change c WHERE c.mailbox = mine;
    due := EXISTS (SELECT FROM search_due d WHERE d.mailbox = mine);
END $$;
