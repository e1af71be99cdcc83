"""MAPIResolveName, MAPIAddress and MAPIDetails; recipients from descriptions to rows of MAPI and back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Final

from mapix.client.session import Session
from mapix.interfaces.addrbook import AddrBook
from mapix.properties import tags as t
from mapix.properties.address import is_address
from mapix.properties.entryid import search_key
from mapix.properties.errors import AmbiguousRecip, NotFound
from mapix.properties.tag import PropTag
from mapix.simple.codes import SimpleError, check_call, told_simply
from mapix.simple.constants import (
    MAPI_AB_NOMODIFY,
    MAPI_BCC,
    MAPI_DIALOG,
    MAPI_E_BAD_RECIPTYPE,
    MAPI_E_INVALID_EDITFIELDS,
    MAPI_E_INVALID_RECIPS,
    MAPI_E_UNKNOWN_RECIPIENT,
    MAPI_ORIG,
    MAPI_TO,
    SUCCESS_SUCCESS,
)
from mapix.simple.dialogs import needed_ui
from mapix.simple.sessions import LOGON_FLAGS, session_for
from mapix.simple.structures import MapiRecipDesc

_TYPED: Final = re.compile(r"([A-Za-z][A-Za-z0-9_]*):(.+)", re.S)
_WELLS: Final = ("To", "Cc", "Bcc")
_MOST_WELLS: Final = 4


def MAPIResolveName(session: int, ui_param: int, name: str, flags: int = 0, reserved: int = 0) -> MapiRecipDesc:
    """Who is meant by a name, an address or the beginnings of a name: with `entry_id`, name and address.

    `flags`: MAPI_DIALOG asks about what is not clear, MAPI_AB_NOMODIFY, MAPI_LOGON_UI, MAPI_NEW_SESSION.
    Raises `SimpleError`: MAPI_E_UNKNOWN_RECIPIENT, MAPI_E_AMBIGUOUS_RECIPIENT, MAPI_E_USER_ABORT.
    """
    check_call(flags, LOGON_FLAGS | MAPI_DIALOG | MAPI_AB_NOMODIFY, reserved)
    ui = needed_ui("asking about names") if flags & MAPI_DIALOG else None
    with session_for(session, flags) as found, told_simply(MAPI_E_UNKNOWN_RECIPIENT):
        if not name.strip():
            raise NotFound("no name was told")
        book = found.session.address_book.mapi
        result = book.resolve_name([{t.PR_DISPLAY_NAME: name, t.PR_RECIPIENT_TYPE: MAPI_TO}], ui=ui, title=name)
        if result.ambiguous:
            raise AmbiguousRecip("more than one recipient fits", value=name)
        if result.unresolved:
            raise NotFound("nobody is known by this name", value=name)
        return described(result.rows[0])


def MAPIAddress(
    session: int,
    ui_param: int,
    caption: str = "",
    edit_fields: int = 3,
    labels: str = "",
    recips: Sequence[MapiRecipDesc] = (),
    flags: int = 0,
    reserved: int = 0,
) -> list[MapiRecipDesc]:
    """Ask whom a message goes to, in a dialog (`set_ui`); everybody, resolved.

    `edit_fields` is how many kinds of recipients are asked for: 1 for To only (called `labels` where told) up to 3; 4
    is as 3, and with 0 people are only looked at. `recips` are those there are already.
    Raises `SimpleError`: MAPI_E_NOT_SUPPORTED without a dialog, MAPI_E_INVALID_EDITFIELDS, MAPI_E_USER_ABORT.
    """
    check_call(flags, LOGON_FLAGS, reserved)
    if not 0 <= edit_fields <= _MOST_WELLS:
        raise SimpleError(MAPI_E_INVALID_EDITFIELDS, "from 0 to 4 kinds of recipients are asked for", value=edit_fields)
    ui = needed_ui("the address book")
    wells = (labels,) if edit_fields == 1 and labels else _WELLS[:edit_fields]
    with session_for(session, flags) as found, told_simply(MAPI_E_INVALID_RECIPS):
        book = found.session.address_book.mapi
        rows = [recipient_row(found.session, each) for each in recips]
        return [described(row) for row in book.address(ui, rows, title=caption, wells=wells)]


def MAPIDetails(session: int, ui_param: int, recip: MapiRecipDesc, flags: int = 0, reserved: int = 0) -> int:
    """Show somebody of the address book, and let the entry be changed (`set_ui`).

    `recip` needs the `entry_id` that MAPIResolveName gives. With MAPI_AB_NOMODIFY what is answered is not taken.
    Raises `SimpleError`: MAPI_E_NOT_SUPPORTED without a dialog, MAPI_E_INVALID_RECIPS, MAPI_E_USER_ABORT.
    """
    check_call(flags, LOGON_FLAGS | MAPI_AB_NOMODIFY, reserved)
    ui = needed_ui("details")
    if not recip.entry_id:
        raise SimpleError(MAPI_E_INVALID_RECIPS, "the recipient has no identifier", hint="MAPIResolveName")
    with session_for(session, flags) as found, told_simply(MAPI_E_UNKNOWN_RECIPIENT):
        book = found.session.address_book.mapi
        if flags & MAPI_AB_NOMODIFY:
            _show_only(book, recip.entry_id, ui)
        else:
            book.details(recip.entry_id, ui, title=recip.name)
    return SUCCESS_SUCCESS


def recipient_row(session: Session, recip: MapiRecipDesc) -> dict[PropTag, Any]:
    """A recipient as a row, resolved: by its identifier, its address, or its name in the address book."""
    if not MAPI_TO <= recip.recip_class <= MAPI_BCC:
        raise SimpleError(MAPI_E_BAD_RECIPTYPE, "a recipient is MAPI_TO, MAPI_CC or MAPI_BCC", value=recip.recip_class)
    with told_simply(MAPI_E_UNKNOWN_RECIPIENT):
        if recip.entry_id:
            return session.address_book.entry(recip.entry_id).recipient_row(recip.recip_class)
        if recip.address or is_address(recip.name):
            return _one_off_row(session, recip)
        if not recip.name.strip():
            raise SimpleError(MAPI_E_INVALID_RECIPS, "a recipient has neither name nor address")
        return session.address_book.resolve(recip.name).recipient_row(recip.recip_class)


def described(row: dict[PropTag, Any]) -> MapiRecipDesc:
    """A row of MAPI as a description."""
    kind, address = row.get(t.PR_ADDRTYPE) or "SMTP", row.get(t.PR_EMAIL_ADDRESS) or ""
    return MapiRecipDesc(
        recip_class=int(row.get(t.PR_RECIPIENT_TYPE, MAPI_ORIG)) & 0xF,
        name=row.get(t.PR_DISPLAY_NAME) or address,
        address=f"{kind}:{address}" if address else "",
        entry_id=row.get(t.PR_ENTRYID) or b"",
    )


def type_and_address(text: str) -> tuple[str, str]:
    """`SMTP:ann@example.org` in its parts; an address without a type is one of Internet mail."""
    found = _TYPED.fullmatch(text.strip())
    return (found[1].upper(), found[2].strip()) if found is not None else ("SMTP", text.strip())


def _one_off_row(session: Session, recip: MapiRecipDesc) -> dict[PropTag, Any]:
    kind, address = type_and_address(recip.address or recip.name)
    if kind == "SMTP" and not is_address(address):
        raise SimpleError(MAPI_E_INVALID_RECIPS, "this is not an address", value=address)
    name = recip.name or address
    row = {
        t.PR_RECIPIENT_TYPE: recip.recip_class,
        t.PR_DISPLAY_NAME: name,
        t.PR_ADDRTYPE: kind,
        t.PR_EMAIL_ADDRESS: address,
        t.PR_ENTRYID: session.address_book.mapi.create_one_off(name, kind, address),
        t.PR_SEARCH_KEY: search_key(kind, address),
        t.PR_OBJECT_TYPE: 6,
        t.PR_DISPLAY_TYPE: 0,
    }
    return row | ({t.PR_SMTP_ADDRESS: address} if kind == "SMTP" else {})


def _show_only(book: AddrBook, entry_id: bytes, ui: Any) -> None:
    """The same dialog over a copy of what the entry says."""
    shown = book.open_entry(entry_id).get_props()
    fields = [("Name", t.PR_DISPLAY_NAME), ("Type", t.PR_ADDRTYPE), ("Address", t.PR_EMAIL_ADDRESS)]
    ui.edit(shown.get(t.PR_DISPLAY_NAME, ""), fields, dict(shown))
