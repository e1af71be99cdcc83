-- Unread messages are found among many read ones, and counted without a look at them.

CREATE INDEX message_unread ON message (folder, associated, delivery_time DESC) WHERE (flags & 1) = 0;
CREATE INDEX message_unread_count ON message (folder, associated, flags) WHERE (flags & 1) = 0;
