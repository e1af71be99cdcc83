-- The counts of folders are summed up while a transaction is under way, and written at its end: many changes of one row
-- in one transaction cost the more the more there are. Sums are settings of the transaction, so that what is undone is
-- undone in them, too. Who reads counts inside a transaction calls `settle_counts` before.

CREATE FUNCTION count_later(place bigint, content bigint, unread bigint, associated bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    name text := 'mapix.counts_' || place;
    sums bigint[] := nullif(current_setting(name, true), '')::bigint[];
BEGIN
    IF sums IS NULL THEN
        sums := '{0,0,0}';
        PERFORM set_config('mapix.counted', concat(current_setting('mapix.counted', true), place, ' '), true);
    END IF;
    sums := ARRAY[sums[1] + content, sums[2] + unread, sums[3] + associated];
    PERFORM set_config(name, sums::text, true);
END $$;

CREATE FUNCTION settle_counts() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    counted text := nullif(current_setting('mapix.counted', true), '');
    place text;
    sums bigint[];
BEGIN
    IF counted IS NULL THEN
        RETURN;
    END IF;
    PERFORM set_config('mapix.counted', '', true);
    FOREACH place IN ARRAY string_to_array(rtrim(counted), ' ') LOOP
        sums := current_setting('mapix.counts_' || place)::bigint[];
        PERFORM set_config('mapix.counts_' || place, '', true);
        IF sums <> '{0,0,0}' THEN
            UPDATE folder SET content_count = content_count + sums[1], unread_count = unread_count + sums[2],
                   associated_count = associated_count + sums[3]
             WHERE id = place::bigint;
        END IF;
    END LOOP;
END $$;

CREATE OR REPLACE FUNCTION count_message(place bigint, is_associated bigint, its_flags bigint, step integer) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF is_associated <> 0 THEN
        PERFORM count_later(place, 0, 0, step);
    ELSE
        PERFORM count_later(place, step, CASE WHEN coalesce(its_flags, 0) & 1 = 0 THEN step ELSE 0 END, 0);
    END IF;
END $$;

CREATE OR REPLACE FUNCTION search_links_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_later(n.search, n.links, n.unread, 0)
       FROM (SELECT search, count(*) AS links, CAST(sum(unread) AS bigint) AS unread FROM added GROUP BY search) n;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION search_links_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_later(n.search, -n.links, -n.unread, 0)
       FROM (SELECT search, count(*) AS links, CAST(sum(unread) AS bigint) AS unread FROM removed GROUP BY search) n;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION search_links_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM count_later(n.search, 0, n.step, 0)
       FROM (SELECT a.search, CAST(sum(a.unread - b.unread) AS bigint) AS step
               FROM after_it a JOIN before_it b ON b.search = a.search AND b.message = a.message
              GROUP BY a.search) n
      WHERE n.step <> 0;
    RETURN NULL;
END $$;

-- Whoever changes messages, and however: at the latest when the transaction ends the counts are true.

CREATE FUNCTION settle_at_the_end() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM settle_counts();
    RETURN NULL;
END $$;

CREATE CONSTRAINT TRIGGER message_counts_settled AFTER INSERT OR DELETE OR UPDATE OF folder, flags ON message
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION settle_at_the_end();
CREATE CONSTRAINT TRIGGER search_counts_settled AFTER INSERT OR DELETE OR UPDATE ON search_link
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION settle_at_the_end();
