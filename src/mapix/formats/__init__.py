"""Bytes to values and back, with no session and no socket: compound files, messages, TNEF, RTF and MIME.

Each format is a reader and a writer that meet in the same values, so that what one reads another can write."""
