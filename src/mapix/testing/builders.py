"""Stores and messages for tests, in a line each.

store = memory_store()
folder = a_folder(store, "Projects")
a_message(folder, "Budget", to=["ann@example.org"], attached={"q3.csv": b"1;2"})
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import Any, Final

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.store import MsgStore
from mapix.interfaces.stream import Stream
from mapix.properties import tags as t
from mapix.properties.flags import ATTACH_BY_VALUE, ATTACH_EMBEDDED_MSG, MAPI_BCC, MAPI_CC, MAPI_TO
from mapix.properties.tag import PropTag
from mapix.testing.support import BenchSupport

_numbers: Final = itertools.count(1)


def memory_store(name: str | None = None, **settings: str) -> MsgStore:
    """A store in memory, open for changes; a fresh one where no name is given."""
    from mapix.providers.memory.provider import MemoryStoreProvider

    support = BenchSupport({"name": name or f"built {next(_numbers)}", **settings})
    return MemoryStoreProvider().logon(support, entry_id=None, access=Access.MODIFY).store


def a_folder(store: MsgStore, path: str) -> MapiFolder:
    """The folder at a path below the root, made where it is missing."""
    folder = store.open_entry(None, Access.MODIFY)
    assert isinstance(folder, MapiFolder)
    for name in filter(None, path.split("/")):
        folder = folder.create_folder(name, open_if_exists=True)
    return folder


def a_message(
    folder: MapiFolder,
    subject: str = "Budget",
    text: str | None = None,
    *,
    to: Iterable[str] = (),
    cc: Iterable[str] = (),
    bcc: Iterable[str] = (),
    attached: Mapping[str, bytes] | None = None,
    inside: Mapping[str, str] | None = None,
    props: Mapping[PropTag, Any] | None = None,
    associated: bool = False,
) -> Message:
    """A saved message, still open for changes.

    `attached` gives files by name, `inside` attached messages by subject with their text.
    """
    message = folder.create_message(associated=associated)
    _fill(message, subject, text, props)
    rows = [recipient(each, kind) for kind, each in _people(to, cc, bcc)]
    if rows:
        message.modify_recipients(ModifyRecipients.ADD, rows)
    for name, data in (attached or {}).items():
        _attach(message, name, data)
    for name, content in (inside or {}).items():
        _embed(message, name, content)
    message.save_changes(Keep.READWRITE)
    return message


def recipient(address: str, kind: int = MAPI_TO, name: str | None = None) -> dict[PropTag, Any]:
    """A recipient row; the name is made of the address where none is given."""
    return {
        t.PR_DISPLAY_NAME: name or address.partition("@")[0].title(),
        t.PR_ADDRTYPE: "SMTP",
        t.PR_EMAIL_ADDRESS: address,
        t.PR_RECIPIENT_TYPE: kind,
    }


def _people(*lists: Iterable[str]) -> Iterable[tuple[int, str]]:
    for kind, addresses in zip((MAPI_TO, MAPI_CC, MAPI_BCC), lists, strict=True):
        yield from ((kind, address) for address in addresses)


def _fill(message: Message, subject: str, text: str | None, props: Mapping[PropTag, Any] | None) -> None:
    values: dict[PropTag, Any] = {t.PR_SUBJECT: subject, t.PR_MESSAGE_CLASS: "IPM.Note"}
    if text is not None:
        values[t.PR_BODY] = text
    message.set_props(values | dict(props or {}))


def _attach(message: Message, name: str, data: bytes) -> None:
    _, attachment = message.create_attach()
    attachment.set_props({t.PR_ATTACH_METHOD: ATTACH_BY_VALUE, t.PR_ATTACH_LONG_FILENAME: name})
    with attachment.open_property(t.PR_ATTACH_DATA_BIN, Stream, access=Access.MODIFY, create=True) as stream:
        stream.write(data)
    attachment.save_changes(Keep.READONLY)


def _embed(message: Message, subject: str, text: str) -> None:
    _, attachment = message.create_attach()
    attachment.set_props({t.PR_ATTACH_METHOD: ATTACH_EMBEDDED_MSG, t.PR_DISPLAY_NAME: subject})
    inner = attachment.open_property(t.PR_ATTACH_DATA_OBJ, Message, access=Access.MODIFY, create=True)
    _fill(inner, subject, text, None)
    inner.save_changes(Keep.READONLY)
    attachment.save_changes(Keep.READONLY)
