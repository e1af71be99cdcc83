-- A large value that a property lets go of is noted, and collected afterwards; see `garbage.py`.

DROP TRIGGER property_removed;
DROP TRIGGER property_replaced;

CREATE TABLE garbage (
    blob INTEGER PRIMARY KEY
);

CREATE TRIGGER property_removed AFTER DELETE ON property WHEN OLD.blob IS NOT NULL
BEGIN
    INSERT INTO garbage (blob) VALUES (OLD.blob) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER property_replaced AFTER UPDATE OF blob ON property WHEN OLD.blob IS NOT NULL AND OLD.blob IS NOT NEW.blob
BEGIN
    INSERT INTO garbage (blob) VALUES (OLD.blob) ON CONFLICT DO NOTHING;
END;
