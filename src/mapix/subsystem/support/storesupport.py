"""What a store provider may have MAPI do for it: copies between any stores, the sent-mail step, submission, reports.

Stores built on `mapix.objects` do these things themselves; a store of another build needs them (session 5.7).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, cast

from mapix.interfaces.container import Completion, MapiFolder
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.progress import MapiProgress
from mapix.interfaces.prop import Access, Keep, MapiProp
from mapix.interfaces.table import query_all_rows
from mapix.objects.copying.copy import Copying, copy_props, copy_to
from mapix.objects.messages.content import recipient_rows
from mapix.objects.messages.readreport import ReadKind, is_report, reader_of_report, report_props
from mapix.properties.errors import FolderCycle, InvalidParameter, MapiError, NoAccess, NoSupport, Submitted
from mapix.properties.flags import (
    CLEAR_NRN_PENDING,
    CLEAR_RN_PENDING,
    FOLDER_GENERIC,
    FOLDER_SEARCH,
    GENERATE_RECEIPT_ONLY,
    MAPI_SUBMITTED,
    MAPI_TO,
    MSGFLAG_NRN_PENDING,
    MSGFLAG_RN_PENDING,
    MSGFLAG_SUBMIT,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_CONTAINER_CONTENTS,
    PR_CONTAINER_HIERARCHY,
    PR_DELETE_AFTER_SUBMIT,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_FOLDER_ASSOCIATED_CONTENTS,
    PR_FOLDER_TYPE,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_PARENT_ENTRYID,
    PR_RECIPIENT_TYPE,
    PR_RESPONSIBILITY,
    PR_SENTMAIL_ENTRYID,
    PR_STORE_RECORD_KEY,
)
from mapix.properties.times import now
from mapix.properties.value import Problems

Expand = Callable[[Sequence[dict[PropTag, Any]]], list[dict[PropTag, Any]]]
Open = Callable[[bytes, Access], MapiProp]

_CONTENTS: Final = (PR_CONTAINER_CONTENTS, PR_CONTAINER_HIERARCHY, PR_FOLDER_ASSOCIATED_CONTENTS)
_OWED: Final = MSGFLAG_RN_PENDING | MSGFLAG_NRN_PENDING
_CLEAR: Final = CLEAR_RN_PENDING | CLEAR_NRN_PENDING
_log = logging.getLogger("mapix.subsystem")


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
    """Copy or move messages into a folder of any store, one after the other; false when some stayed behind (F-062).

    What is moved is reported as read before it leaves its store; a submitted message is not moved.
    """
    left_out: list[bytes] = []
    for entry_id in entry_ids:
        try:
            _copy_message(source, entry_id, target, move=move)
        except MapiError:
            left_out.append(entry_id)
    done = [Completion(tuple(left_out))]
    if move and (gone := [each for each in entry_ids if each not in left_out]):
        _settle(source, target, gone)
        done.append(source.delete_messages(gone, hard=True))
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
    """Copy or move a folder below `source` into a folder of any store, with its properties and messages; a move takes
    all that is below, `subfolders` or not (F-065). What was not copied whole is not moved.

    `Collision` for a name that is taken, `FolderCycle` for a target that is the folder itself or lies in it, `NoAccess`
    for a search folder (F-040); those below are left out.
    """
    inner = cast(MapiFolder, source.open_entry(entry_id, Access.READ))
    if _is_search(inner):
        raise NoAccess("a search folder is neither moved nor copied (F-040)", value=entry_id)
    below = [below_id for (below_id,) in query_all_rows(inner.get_hierarchy_table(deep=True), (PR_ENTRYID,))]
    if target.get_prop(PR_ENTRYID) in (entry_id, *below):
        raise FolderCycle("a folder cannot be put into itself", value=entry_id)
    done = _copy_tree(inner, target, name or inner.get_prop(PR_DISPLAY_NAME), subfolders or move, move)
    if move and done:
        for each in (inner, *(cast(MapiFolder, inner.open_entry(below_id, Access.READ)) for below_id in below)):
            _settle(each, target, None)
        done = Completion.together([done, source.delete_folder(entry_id, messages=True, folders=True, hard=True)])
    return done


def do_sent_mail(message: Message, open_entry: Open, folder: bytes | None = None) -> bytes | None:
    """The sent-mail step (session 6.5): deleted, moved to `folder` or where the message says, or left where it is.

    The identifier of the folder it is in afterwards, None when it was deleted; it stays where the other cannot be had.
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
    try:
        place = cast(MapiFolder, open_entry(wanted, Access.MODIFY))
        moved = parent.copy_messages([props[PR_ENTRYID]], place, move=True)
    except MapiError as error:
        _log.warning("the folder for sent mail cannot be had, the message stays where it is: %s", error)
        return parent_id
    return bytes(wanted) if moved else parent_id


def prepare_submit(
    message: Message, expand: Callable[[Sequence[dict[PropTag, Any]]], list[dict[PropTag, Any]]]
) -> None:
    """Recipients expanded. Those that had the message already are shown only, and their mark goes (MAPI_SUBMITTED);
    nobody is responsible yet for all others but those that are expanded, or stand there twice (SPL-31, C9).
    """
    rows = expand([_to_be_sent(row) for row in recipient_rows(message)])
    message.modify_recipients(ModifyRecipients.REPLACE, rows)


def _to_be_sent(row: Mapping[PropTag, Any]) -> dict[PropTag, Any]:
    kind = row.get(PR_RECIPIENT_TYPE, MAPI_TO)
    had = bool(kind & MAPI_SUBMITTED)
    return {**row, PR_RECIPIENT_TYPE: kind & 0x7FFFFFFF, PR_RESPONSIBILITY: had}


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


def _copy_message(
    source: MapiFolder, entry_id: bytes, target: MapiFolder, *, associated: bool = False, move: bool = False
) -> None:
    """One message. The copy is not submitted, and owes no reports where the first one does (F-062)."""
    message = cast(Message, source.open_entry(entry_id, Access.READ))
    state = message.get_prop(PR_MESSAGE_FLAGS, 0)
    if move and state & MSGFLAG_SUBMIT:
        raise Submitted("a submitted message is not moved", value=entry_id)
    made = target.create_message(associated=associated)
    try:
        do_copy_to(message, made)
        made.save_changes(Keep.READONLY)
        if made.get_prop(PR_MESSAGE_FLAGS, 0) & _OWED and not (move and _in_one_store(source, target)):
            target.set_read_flags([made.get_prop(PR_ENTRYID)], _CLEAR)
    finally:
        made.close()
        message.close()


def _copy_tree(inner: MapiFolder, target: MapiFolder, name: str, subfolders: bool, move: bool) -> Completion:
    """A folder with its properties and what is in it."""
    made = target.create_folder(name)
    do_copy_to(inner, made, exclude=_CONTENTS)
    done = [Completion()]
    for associated in (False, True):
        for (entry_id,) in query_all_rows(inner.get_contents_table(associated=associated), (PR_ENTRYID,)):
            try:
                _copy_message(inner, entry_id, made, associated=associated, move=move)
            except MapiError:
                done.append(Completion((entry_id,)))
    for (entry_id,) in query_all_rows(inner.get_hierarchy_table(), (PR_ENTRYID,)) if subfolders else ():
        done.append(_copy_below(inner, entry_id, made, move))
    return Completion.together(done)


def _copy_below(inner: MapiFolder, entry_id: bytes, made: MapiFolder, move: bool) -> Completion:
    """A folder below one that is copied; it is left out where it cannot be, as search folders are (F-070)."""
    try:
        child = cast(MapiFolder, inner.open_entry(entry_id, Access.READ))
        if not _is_search(child):
            return _copy_tree(child, made, child.get_prop(PR_DISPLAY_NAME), True, move)
    except MapiError:
        pass
    return Completion((entry_id,))


def _settle(source: MapiFolder, target: MapiFolder, entry_ids: Sequence[bytes] | None) -> None:
    """Before messages are taken away they owe no reports: within the store their copies do, and what leaves it is
    reported as read (F-062, RP-013).
    """
    with suppress(NoSupport):
        source.set_read_flags(entry_ids, _CLEAR if _in_one_store(source, target) else GENERATE_RECEIPT_ONLY)


def _in_one_store(first: MapiFolder, second: MapiFolder) -> bool:
    keys = {each.get_prop(PR_STORE_RECORD_KEY, None) for each in (first, second)}
    return len(keys) == 1 and None not in keys


def _is_search(folder: MapiFolder) -> bool:
    return bool(folder.get_prop(PR_FOLDER_TYPE, FOLDER_GENERIC) == FOLDER_SEARCH)
