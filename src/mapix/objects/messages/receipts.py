"""Reports a store owes on its messages: that they were read, or deleted unread (RP-002..RP-005, RP-013, X-14).

A message's flags hold the debt, MSGFLAG_RN_PENDING and MSGFLAG_NRN_PENDING. A report is made, submitted and the debt
cleared in one step, so that there is at most one (RP-004). One that cannot be made now is owed further.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final, cast

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.prop import Access
from mapix.objects.messages.readreport import NEEDED, ReadKind, is_report, reader_of_report, report_props
from mapix.properties import times
from mapix.properties.errors import MapiError, NotFound
from mapix.properties.flags import MSGFLAG_NRN_PENDING, MSGFLAG_READ, MSGFLAG_RN_PENDING
from mapix.properties.restriction import Bitmask
from mapix.properties.tags import (
    PR_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_IPM_WASTEBASKET_ENTRYID,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_READ_RECEIPT_REQUESTED,
)

if TYPE_CHECKING:
    from mapix.objects.folders.folderobject import FolderObject
    from mapix.objects.stores.context import StoreContext

_log = logging.getLogger(__name__)
OWED: Final = MSGFLAG_RN_PENDING | MSGFLAG_NRN_PENDING
_FEW: Final = 20
_WORTH_IT: Final = 20
_PAGE: Final = 500


def owing(context: StoreContext, numbers: Collection[int], *, folder: int = 0) -> dict[int, int]:
    """PR_MESSAGE_FLAGS of those of `numbers` that owe reports. `folder` is where they all lie: where they are much of
    it, asking it is cheaper than asking each of them.
    """
    if folder and len(numbers) > _FEW:
        rows = context.backend.contents(folder, associated=False)
        if rows.count(None) < _WORTH_IT * len(numbers):
            wanted = set(numbers)
            return {number: flags for number, flags in _owing_in(context, folder) if number in wanted}
    found = {number: _flags(context, number) for number in numbers}
    return {number: flags for number, flags in found.items() if flags & OWED}


def _flags(context: StoreContext, number: int) -> int:
    try:
        values, _ = context.backend.message(number).load((PR_MESSAGE_FLAGS,))
    except NotFound:
        return 0
    return int(values.get(PR_MESSAGE_FLAGS, 0))


def _owing_in(context: StoreContext, folder: int) -> Iterable[tuple[int, int]]:
    rows, after = context.backend.contents(folder, associated=False), None
    owed = Bitmask(PR_MESSAGE_FLAGS, OWED)
    while True:
        page = rows.page(owed, (), after, _PAGE, (PR_ENTRYID, PR_MESSAGE_FLAGS))
        for entry_id, flags in page.rows:
            yield context.ids.read_message(entry_id), int(flags)
        if len(page.keys) < _PAGE:
            return
        after = page.keys[-1]


def report(context: StoreContext, number: int, kind: ReadKind) -> bool:
    """Make and submit the report of `kind` on a message, which owes none from then on (RP-004); False when that cannot
    be done now.
    """
    try:
        with context.backend.transaction():
            _submit(context, number, kind)
            context.backend.set_flags((number,), off=OWED)
    except MapiError as error:
        _log.warning("a report that is owed cannot be made now: %s", error)
        return False
    return True


def _submit(context: StoreContext, number: int, kind: ReadKind) -> None:
    """Into the outgoing queue with the report, unless nobody wants or gets it."""
    values, _ = context.backend.message(number).load((*NEEDED, PR_READ_RECEIPT_REQUESTED))
    withdrawn = kind is ReadKind.READ and not values.get(PR_READ_RECEIPT_REQUESTED)
    reader = reader_of_report(values)
    if reader is None or withdrawn or is_report(values.get(PR_MESSAGE_CLASS, "")):
        return
    message = _outbox(context).create_message()
    message.set_props(report_props(kind, values, times.now(), _me(context)))
    message.modify_recipients(ModifyRecipients.ADD, [reader])
    message.submit_message()


def _me(context: StoreContext) -> dict[Any, Any]:
    return dict(context.support.identity())


def _outbox(context: StoreContext) -> MapiFolder:
    """Where reports are made: the Outbox, in a store without one its root. They leave nothing there."""
    values, _ = context.backend.store().load((PR_IPM_OUTBOX_ENTRYID,))
    try:
        return cast(MapiFolder, context.open_entry(values.get(PR_IPM_OUTBOX_ENTRYID), Access.MODIFY))
    except MapiError:
        return cast(MapiFolder, context.open_entry(None, Access.MODIFY))


def report_unread(context: StoreContext, numbers: Sequence[int], *, folder: int = 0) -> None:
    """Before messages are deleted: nonread reports for those that were never read and owe one (X-14)."""
    if not context.nonread_reports:
        return
    for number, flags in owing(context, numbers, folder=folder).items():
        if flags & MSGFLAG_NRN_PENDING and not flags & MSGFLAG_READ:
            report(context, number, ReadKind.NOT_READ)


def report_unread_in(context: StoreContext, folders: Iterable[int]) -> None:
    """Before folders are deleted: the same for everything in them."""
    if not context.nonread_reports:
        return
    for folder in folders:
        for number, flags in list(_owing_in(context, folder)):
            if flags & MSGFLAG_NRN_PENDING and not flags & MSGFLAG_READ:
                report(context, number, ReadKind.NOT_READ)


def report_thrown_away(folder: FolderObject, numbers: Sequence[int], target: int) -> None:
    """Before messages of `folder` are moved to `target`: in Deleted Items they count as deleted (RP-013)."""
    if is_waste(folder.context, target):
        report_unread(folder.context, numbers, folder=folder.number)


def report_thrown_folder(context: StoreContext, tree: Iterable[int], target: int) -> None:
    """Before the folders of a tree are moved below `target`: the same for everything in them."""
    if is_waste(context, target):
        report_unread_in(context, tree)


def is_waste(context: StoreContext, number: int) -> bool:
    """Whether a folder is Deleted Items, or lies below."""
    values, _ = context.backend.store().load((PR_IPM_WASTEBASKET_ENTRYID,))
    waste, above = values.get(PR_IPM_WASTEBASKET_ENTRYID), number
    while waste is not None and context.ids.folder(number) != waste:
        above = context.backend.folder_parent(number)
        if above == number:
            return False
        number = above
    return waste is not None
