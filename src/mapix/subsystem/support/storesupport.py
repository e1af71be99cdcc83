"""What a store provider may have MAPI do for it: copies between any stores, the sent-mail step, submission, reports.

Stores built on `mapix.objects` do these things themselves; a store of another build needs them (session 5.7).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, cast

from mapix.interfaces.container import Completion, MapiFolder
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.progress import MapiProgress
from mapix.interfaces.prop import Access, Keep, MapiProp
from mapix.interfaces.table import query_all_rows
from mapix.objects.copying.copy import Copying, copy_props, copy_to
from mapix.objects.messages.content import recipient_rows
from mapix.objects.messages.readreport import ReadKind, is_report, reader_of_report, report_props
from mapix.properties.errors import FolderCycle, InvalidParameter, MapiError, NoSupport
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_DELETE_AFTER_SUBMIT,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_FOLDER_TYPE,
    PR_MESSAGE_CLASS,
    PR_PARENT_ENTRYID,
    PR_RESPONSIBILITY,
    PR_SENTMAIL_ENTRYID,
)
from mapix.properties.times import now
from mapix.properties.value import Problems

Expand = Callable[[Sequence[dict[PropTag, Any]]], list[dict[PropTag, Any]]]
Open = Callable[[bytes, Access], MapiProp]


def do_copy_to(
    source: MapiProp,
    target: MapiProp,
    *,
    exclude: Collection[PropTag] | None = None,
    without: Collection[type] = (),
    move: bool = False,
    replace: bool = True,
    progress: MapiProgress | None = None,
) -> Problems:
    """Copy everything but `exclude` (SPI-43). `InvalidParameter` for a list of nothing to leave out."""
    if exclude is not None and not exclude:
        raise InvalidParameter("leave the list out where nothing is to be left out (SPI-43)")
    return copy_to(Copying(source, target, move, replace, progress), exclude or (), without)


def do_copy_props(
    source: MapiProp,
    target: MapiProp,
    include: Collection[PropTag],
    *,
    move: bool = False,
    replace: bool = True,
    progress: MapiProgress | None = None,
) -> Problems:
    """Copy only `include` (SPI-43)."""
    return copy_props(Copying(source, target, move, replace, progress), include)


def copy_messages(
    source: MapiFolder, entry_ids: Sequence[bytes], target: MapiFolder, *, move: bool = False
) -> Completion:
    """Copy or move messages into a folder of any store, one after the other; false when some stayed behind."""
    left_out: list[bytes] = []
    for entry_id in entry_ids:
        try:
            _copy_message(source, entry_id, target)
        except MapiError:
            left_out.append(entry_id)
    done = [Completion(tuple(left_out))]
    if move:
        done.append(source.delete_messages([each for each in entry_ids if each not in left_out]))
    return Completion.together(done)


def copy_folder(
    source: MapiFolder,
    entry_id: bytes,
    target: MapiFolder,
    *,
    name: str | None = None,
    move: bool = False,
    subfolders: bool = True,
) -> Completion:
    """Copy or move a folder below `source` into a folder of any store (`Collision` for a name that is taken).

    `FolderCycle` for a target that is the folder itself or lies in it. What was not copied whole is not moved.
    """
    inner = cast(MapiFolder, source.open_entry(entry_id, Access.READ))
    below = query_all_rows(inner.get_hierarchy_table(deep=True), (PR_ENTRYID,))
    if target.get_prop(PR_ENTRYID) in (entry_id, *(below_id for (below_id,) in below)):
        raise FolderCycle("a folder cannot be put into itself", value=entry_id)
    shown = name or inner.get_prop(PR_DISPLAY_NAME)
    made = target.create_folder(shown, kind=inner.get_prop(PR_FOLDER_TYPE, 1))
    done = _fill(inner, made, subfolders=subfolders)
    if move and done:
        done = Completion.together([done, source.delete_folder(entry_id, messages=True, folders=True)])
    return done


def do_sent_mail(message: Message, open_entry: Open, folder: bytes | None = None) -> bytes | None:
    """The sent-mail step (session 6.5): deleted, moved to `folder` or where the message says, or left where it is.

    The identifier of the folder it is in afterwards, None when it was deleted.
    """
    props = message.get_props((PR_ENTRYID, PR_PARENT_ENTRYID, PR_SENTMAIL_ENTRYID, PR_DELETE_AFTER_SUBMIT))
    parent_id: bytes = props[PR_PARENT_ENTRYID]
    parent = cast(MapiFolder, open_entry(parent_id, Access.MODIFY))
    message.close()
    if props.get(PR_DELETE_AFTER_SUBMIT):
        parent.delete_messages([props[PR_ENTRYID]])
        return None
    wanted = folder or props.get(PR_SENTMAIL_ENTRYID)
    if not wanted or wanted == parent_id:
        return parent_id
    parent.copy_messages([props[PR_ENTRYID]], cast(MapiFolder, open_entry(wanted, Access.MODIFY)), move=True)
    return bytes(wanted)


def prepare_submit(
    message: Message, expand: Callable[[Sequence[dict[PropTag, Any]]], list[dict[PropTag, Any]]]
) -> None:
    """Recipients expanded, and nobody responsible for any of them yet (SPL 6.2.6)."""
    rows = [{**row, PR_RESPONSIBILITY: row.get(PR_RESPONSIBILITY, False)} for row in expand(recipient_rows(message))]
    message.modify_recipients(ModifyRecipients.REPLACE, rows)


def read_receipt(message: Message, report: Message, sender: Mapping[PropTag, Any], *, read: bool = True) -> None:
    """Fill `report`, a new message, with the report that `message` was read, or was thrown away unread (RP-007).

    `NoSupport` for a message nobody wants a report of.
    """
    props = message.get_props(None)
    reader = reader_of_report(props)
    if reader is None or is_report(props.get(PR_MESSAGE_CLASS, "")):
        raise NoSupport("nobody is to get a report on this message")
    kind = ReadKind.READ if read else ReadKind.NOT_READ
    report.set_props(report_props(kind, props, now(), sender))
    report.modify_recipients(ModifyRecipients.ADD, [reader])


def _copy_message(source: MapiFolder, entry_id: bytes, target: MapiFolder, *, associated: bool = False) -> None:
    message = cast(Message, source.open_entry(entry_id, Access.READ))
    made = target.create_message(associated=associated)
    try:
        do_copy_to(message, made)
        made.save_changes(Keep.CLOSE)
    finally:
        made.close()
        message.close()


def _fill(source: MapiFolder, target: MapiFolder, *, subfolders: bool) -> Completion:
    """Copy what is in a folder into a new one."""
    done = [Completion()]
    for associated in (False, True):
        for (entry_id,) in query_all_rows(source.get_contents_table(associated=associated), (PR_ENTRYID,)):
            try:
                _copy_message(source, entry_id, target, associated=associated)
            except MapiError:
                done.append(Completion((entry_id,)))
    for (entry_id,) in query_all_rows(source.get_hierarchy_table(), (PR_ENTRYID,)) if subfolders else ():
        done.append(copy_folder(source, entry_id, target))
    return Completion.together(done)
