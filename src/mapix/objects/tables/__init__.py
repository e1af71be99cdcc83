"""Tables: one view over any source of rows, its cursor, bookmarks, categories, instances and notifications."""
