"""Messages of a store: folders of the default store by their paths with all below them, and single messages.

Workers log on for themselves, once each, and neither send nor receive meanwhile.
"""

from __future__ import annotations

import atexit
import hashlib
from collections.abc import Iterator
from functools import lru_cache
from tempfile import SpooledTemporaryFile
from typing import TYPE_CHECKING, BinaryIO, cast

from mapix.convert.items import Item, Kind
from mapix.convert.names import joined, short, unique
from mapix.convert.plan import Plan
from mapix.convert.reading import Loaded
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access
from mapix.interfaces.table import query_all_rows
from mapix.properties import tags as t
from mapix.properties.entryid import ObjectEntryId
from mapix.properties.errors import MapiError, NotFound, UnknownEntryid

if TYPE_CHECKING:
    from mapix.client.folder import Folder
    from mapix.client.session import Session

_PIECE = 1 << 20


def items_of(word: str, plan: Plan, *, alone: bool) -> Iterator[Item]:
    """The messages of a folder and those below it, or the one message `folder#n`. Raises: NotFound, LogonFailed."""
    session = session_of(plan.profile)
    path, mark, number = word.rpartition("#")
    if mark and number.isdecimal():
        yield _nth(session.folder(path or "inbox"), word, int(number))
        return
    folder = session.folder(word)
    yield from _of_folder(folder, f"store:{word.strip('/')}", "" if alone else short(folder.name or "folder"))


def load_message(item: Item, plan: Plan) -> Loaded:
    """Everything of a message of a store; its SHA-256 is that of the .msg file it would be."""
    from mapix.formats.msg import write_msg
    from mapix.objects.messages.content import read_content

    store = session_of(plan.profile).store
    opened = store.mapi.open_entry(bytes.fromhex(item.member), Access.READ)
    if not isinstance(opened, Message):
        raise UnknownEntryid("this is no message", value=item.name)
    content = read_content(opened)
    with SpooledTemporaryFile(8 << 20) as file:
        write_msg(content, cast(BinaryIO, file))
        size = file.seek(0, 2)
        file.seek(0)
        digest = hashlib.sha256()
        while piece := file.read(_PIECE):
            digest.update(piece)
    return Loaded(content, (), digest.hexdigest(), size)


@lru_cache(maxsize=1)
def session_of(profile: str | None) -> Session:
    """The session of this process."""
    from mapix.client.session import logon

    session = logon(profile, mail=False)
    atexit.register(session.close)
    return session


def _of_folder(folder: Folder, name: str, target: str) -> Iterator[Item]:
    from mapix.convert.sources import broken

    try:
        rows = query_all_rows(folder.mapi.get_contents_table(), (t.PR_ENTRYID,))
        below = list(folder.named_folders())
    except MapiError as error:
        yield broken(name, target or "folder", error)
        return
    for (entry_id,) in rows:
        number = _number(entry_id)
        yield Item(f"{name}/{number}", joined(target, short(number)), Kind.STORE, member=entry_id.hex())
    titles = unique([(called or "folder", called, "/") for called, _ in below])
    for (called, each), title in zip(below, titles, strict=True):
        yield from _of_folder(each, f"{name}/{called}", joined(target, title))


def _nth(folder: Folder, word: str, number: int) -> Item:
    from mapix.client.message import Message

    found = list(folder.messages.order_by(-Message.delivered)[:number])
    if not 0 < number <= len(found):
        raise NotFound("the folder has no such message", value=word, hint="mapix ls")
    entry_id = found[-1].entry_id or b""
    return Item(f"store:{word}", short(_number(entry_id)), Kind.STORE, member=entry_id.hex())


def _number(entry_id: bytes) -> str:
    """What a message is called: its number in the store."""
    try:
        return str(ObjectEntryId.load(entry_id).number)
    except UnknownEntryid:
        return hashlib.sha256(entry_id).hexdigest()[:24]
