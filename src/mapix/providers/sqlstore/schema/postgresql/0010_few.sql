-- Messages that may have something, as before, in fewer steps where all are indexed as they are; and where at most so many
-- are wanted, a single NULL where there are more.

DROP FUNCTION text_likely(text, integer[]);

CREATE FUNCTION text_likely(of_name text, wanted integer[], most bigint DEFAULT NULL) RETURNS SETOF bigint
STABLE ROWS 100 SECURITY DEFINER SET search_path = mapix, pg_temp SET enable_seqscan = off LANGUAGE plpgsql AS $$
DECLARE
    mine bigint := text_mailbox();
    found bigint[];
    indexed bigint;
    loose boolean;
BEGIN
    SELECT i.done,
           EXISTS (SELECT FROM text_pending p WHERE p.mailbox = mine AND p.name = of_name)
           OR EXISTS (SELECT FROM text_giant g WHERE g.mailbox = mine AND g.name = of_name)
           OR EXISTS (SELECT FROM message m WHERE m.mailbox = mine AND m.id > i.done)
      INTO indexed, loose FROM text_index i WHERE i.mailbox = mine AND i.name = of_name;
    IF most IS NULL THEN
        RETURN QUERY
        SELECT e.message FROM text_entry e WHERE e.grams @> wanted AND e.mailbox = mine AND e.name = of_name;
    ELSE
        SELECT array_agg(f.message) INTO found FROM (
            SELECT l.message FROM (
                SELECT e.message FROM text_entry e
                 WHERE e.grams @> wanted AND e.mailbox = mine AND e.name = of_name OFFSET 0
            ) l LIMIT most + 1
        ) f;
        IF cardinality(found) > most THEN
            RETURN NEXT NULL;
            RETURN;
        END IF;
        RETURN QUERY SELECT unnest(found);
    END IF;
    IF loose THEN
        RETURN QUERY
        SELECT l.message FROM (
            SELECT p.message FROM text_pending p WHERE p.mailbox = mine AND p.name = of_name
            UNION SELECT g.message FROM text_giant g WHERE g.mailbox = mine AND g.name = of_name
            UNION SELECT m.id FROM message m WHERE m.mailbox = mine AND m.id > indexed
        ) l WHERE NOT EXISTS (
            SELECT FROM text_entry e
             WHERE e.mailbox = mine AND e.name = of_name AND e.message = l.message AND e.grams @> wanted
        );
    END IF;
END $$;
