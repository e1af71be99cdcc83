-- What was deleted and is kept: `kept_in` is the folder it was in, and its own place is empty, so that nothing else in
-- the store meets it. `deleted_on` is when; `deleted_with` the topmost folder that was deleted in one go, 0 for a message
-- alone. A folder that is kept holds nothing that is not.

ALTER TABLE folder
    ADD COLUMN kept_in bigint,
    ADD FOREIGN KEY (kept_in, mailbox) REFERENCES folder (id, mailbox),
    ADD COLUMN deleted_on bigint,
    ADD COLUMN deleted_with bigint,
    ADD CHECK (kept_in IS NULL OR folder_type = 2 OR (content_count = 0 AND associated_count = 0));
CREATE INDEX folder_kept ON folder (kept_in) WHERE kept_in IS NOT NULL;
CREATE INDEX folder_deleted ON folder (mailbox, deleted_on) WHERE deleted_on IS NOT NULL;

ALTER TABLE message
    ADD COLUMN kept_in bigint,
    ADD FOREIGN KEY (kept_in, mailbox) REFERENCES folder (id, mailbox),
    ADD COLUMN deleted_on bigint,
    ADD COLUMN deleted_with bigint;
CREATE INDEX message_kept ON message (kept_in, associated) WHERE kept_in IS NOT NULL;
CREATE INDEX message_deleted ON message (mailbox, deleted_on) WHERE deleted_on IS NOT NULL;
