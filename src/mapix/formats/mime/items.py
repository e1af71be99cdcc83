"""Appointments, meetings and contacts as the parts that mail carries them in: calendars and cards."""

from __future__ import annotations

from mapix.formats.mime.options import SaveFormat
from mapix.formats.mime.parts import Part, encoded_text
from mapix.formats.mime.write_calendar import calendar_bytes, method_of
from mapix.formats.mime.write_contact import card_bytes, is_contact
from mapix.formats.mime.writing import Writing


def item_part(writing: Writing) -> Part | None:
    """The calendar or card that a message is; None for one that is only mail. NoSupport without `icalendar`."""
    method = method_of(writing)
    if writing.options.save_format is SaveFormat.PLAIN:
        return None
    if method:
        data = calendar_bytes(writing, method)
        return (
            None if data is None else encoded_text(f"Content-Type: text/calendar; method={method}; charset=utf-8", data)
        )
    if is_contact(writing.content):
        return encoded_text("Content-Type: text/vcard; charset=utf-8", card_bytes(writing))
    return None
