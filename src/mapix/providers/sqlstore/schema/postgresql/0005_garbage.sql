-- A large value that a property lets go of is noted, and collected afterwards; see `garbage.py`.

CREATE TABLE garbage (
    mailbox bigint NOT NULL DEFAULT current_mailbox(),
    blob    bigint NOT NULL,
    PRIMARY KEY (mailbox, blob)
);

CREATE OR REPLACE FUNCTION property_let_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO garbage (mailbox, blob) VALUES (OLD.mailbox, OLD.blob) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;

SELECT protect('garbage');
