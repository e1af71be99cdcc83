-- Unread messages are found and counted among many read ones.

CREATE INDEX message_unread ON message (folder, associated, delivery_time DESC NULLS LAST, id) WHERE (flags & 1) = 0;
