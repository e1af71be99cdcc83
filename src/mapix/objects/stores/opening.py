"""What an entry identifier opens in a store: folders and messages, and what was deleted and is kept (ST-060, F-090)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapix.interfaces.prop import Access, MapiProp, ObjectType
from mapix.objects.folders.folderobject import FolderObject
from mapix.objects.messages.messageobject import MessageObject
from mapix.properties.errors import InvalidParameter, NoAccess, NotFound, Submitted
from mapix.properties.flags import MSGFLAG_SUBMIT

if TYPE_CHECKING:
    from mapix.interfaces.retention import Retention
    from mapix.objects.stores.context import StoreContext
    from mapix.objects.stores.outgoing import StoreQueue


def open_object(
    context: StoreContext, queue: StoreQueue, entry_id: bytes | None, access: Access, *, deleted: bool
) -> MapiProp:
    """The object of an identifier, the root folder for None; see `MsgStore.open_entry`."""
    if entry_id is None:
        return FolderObject(context, context.backend.root, context.granted(access))
    kind, number = context.ids.read(entry_id)
    if kind is ObjectType.STORE:
        raise InvalidParameter("a store does not open itself", value=bytes(entry_id))
    kept = context.backend.retention() if deleted else None
    try:
        if kind is ObjectType.FOLDER:
            return FolderObject(context, number, context.granted(access))
        return _open_message(context, queue, number, access)
    except NotFound:
        if kept is None:
            raise
        return _open_kept(context, kept, kind, number, access)


def _open_message(context: StoreContext, queue: StoreQueue, number: int, access: Access) -> MessageObject:
    """ST-060: a submitted message is read-only to clients, a locked one closed to all but the spooler."""
    source = context.backend.message_to_open(number)
    message = MessageObject(context, source, context.granted(access))
    if message.flags & MSGFLAG_SUBMIT and not context.spooler:
        row = next(iter(context.backend.queue(number=number)), None)
        if row is not None and row.locked and not queue.outlive():
            raise NoAccess("the spooler is working on this message", value=number)
        if access is Access.MODIFY:
            raise Submitted("the message has been submitted", value=number, hint="abort_submit, or read it only")
        message.make_read_only()
    return message


def _open_kept(
    context: StoreContext, kept: Retention, kind: ObjectType, number: int, access: Access
) -> FolderObject | MessageObject:
    """Something deleted: nobody changes it before it is restored. A folder can be opened for changes all the same,
    since what is in it is restored, and let go of, through it.
    """
    if kind is ObjectType.FOLDER:
        return FolderObject(context, number, context.granted(access), deleted=True)
    source = kept.message(number)
    if access is Access.MODIFY:
        raise NoAccess("a deleted message is only read", value=number, hint="move it into a folder first")
    return MessageObject(context, source, Access.READ)
