"""Appointments, meetings and contacts as the parts that mail carries them in: calendars and cards."""

from __future__ import annotations

from mapix.formats.mime.parts import Part
from mapix.formats.mime.writing import Writing


def item_part(writing: Writing) -> Part | None:
    """The calendar or card that a message is; None for one that is only mail."""
    return None


def item_bytes(writing: Writing) -> bytes:
    """The bytes of the calendar or card that a message is; none for one that is only mail."""
    part = item_part(writing)
    return b"" if part is None else b"".join(part.body_pieces())
