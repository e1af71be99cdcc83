"""Appointments, meetings and contacts as the parts that mail carries them in: calendars and cards."""

from __future__ import annotations

from typing import Any

from mapix.formats.mime.options import SaveFormat
from mapix.formats.mime.parts import Part, encoded_text
from mapix.formats.mime.read_contact import ADDRESSES, CONTACT
from mapix.formats.mime.values import text_of
from mapix.formats.mime.write_calendar import calendar_bytes, method_of
from mapix.formats.mime.writing import Writing
from mapix.properties import tags as t
from mapix.properties.tag import PropType


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
    name = (text_of(writing.content.properties, t.PR_MESSAGE_CLASS) or "").upper()
    if name == CONTACT.upper() or name.startswith(CONTACT.upper() + "."):
        return encoded_text("Content-Type: text/vcard; charset=utf-8", card_bytes(writing))
    return None


def card_bytes(writing: Writing) -> bytes:
    """The card of a contact, as version 3.0, which everybody reads."""
    from mapix.formats.vcard import Card, to_vcards

    props = writing.content.properties
    values: dict[Any, Any] = {tag: value for tag, value in props.items() if tag >> 16 < 0x8000}
    addresses = [writing.value(props, names[0], PropType.UNICODE) for names in ADDRESSES]
    found = [each for each in addresses if each]
    if found:
        kind = writing.value(props, ADDRESSES[0][1], PropType.UNICODE) or "SMTP"
        values |= {t.PR_EMAIL_ADDRESS: found[0], t.PR_ADDRTYPE: kind, t.PR_CONTACT_EMAIL_ADDRESSES: tuple(found[1:])}
    values.setdefault(t.PR_DISPLAY_NAME, text_of(props, t.PR_SUBJECT) or (found or [""])[0])
    return to_vcards([Card(values)], "3.0")
