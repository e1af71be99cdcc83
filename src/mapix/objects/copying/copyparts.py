"""Copying what an object consists of beside its properties: recipients, attachments, what is in a folder (P-172).

`part_copies` gives the pieces of work, one an attachment, so that progress can be told and a caller can stop between
them. Sub-objects travel entirely; what of their properties could not be taken is told with the others.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Final

from mapix.interfaces.container import Completion, MapiFolder
from mapix.interfaces.message import Attach, Message, ModifyRecipients
from mapix.interfaces.prop import Access, Keep, MapiProp
from mapix.interfaces.table import query_all_rows
from mapix.objects.copying.copy import Copying, remapped
from mapix.objects.messages.content import attachment_numbers, inner_message, recipient_rows
from mapix.properties.errors import Computed, FolderCycle, NoAccess, NoSupport
from mapix.properties.flags import ATTACH_EMBEDDED_MSG, MAPI_W_PARTIAL_COMPLETION
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ATTACH_DATA_OBJ,
    PR_ATTACH_METHOD,
    PR_CONTAINER_CONTENTS,
    PR_CONTAINER_HIERARCHY,
    PR_ENTRYID,
    PR_FOLDER_ASSOCIATED_CONTENTS,
    PR_MESSAGE_ATTACHMENTS,
    PR_MESSAGE_RECIPIENTS,
    PR_PARENT_ENTRYID,
)
from mapix.properties.value import Problem, Problems

Copy = Callable[[], Problems]

_CONTENTS: Final = ((PR_CONTAINER_CONTENTS.id, False), (PR_FOLDER_ASSOCIATED_CONTENTS.id, True))


def part_copies(copying: Copying, parts: Collection[int]) -> list[Copy]:
    """The work to copy the `parts` (identifiers of OBJECT properties) of the source."""
    source, target = copying.source, copying.target
    if isinstance(source, Message) and isinstance(target, Message):
        return list(_message_copies(copying, source, target, parts))
    if isinstance(source, MapiFolder) and isinstance(target, MapiFolder):
        if PR_CONTAINER_HIERARCHY.id in parts:
            _check_cycle(source, target)
        return list(_folder_copies(copying, source, target, parts))
    if isinstance(source, Attach) and isinstance(target, Attach):
        return [partial(_copy_inner, copying, source, target)]
    return []


# messages


def _message_copies(copying: Copying, source: Message, target: Message, parts: Collection[int]) -> Iterator[Copy]:
    if PR_MESSAGE_RECIPIENTS.id in parts:
        yield partial(_copy_recipients, copying, source, target)
    if PR_MESSAGE_ATTACHMENTS.id not in parts:
        return
    numbers, present = attachment_numbers(source), attachment_numbers(target)
    if not numbers or (present and not copying.replace):
        return
    for number in present:
        target.delete_attach(number)
    for number in numbers:
        yield partial(_copy_attachment, copying, source, target, number)


def _copy_recipients(copying: Copying, source: Message, target: Message) -> Problems:
    rows = [remapped(source, target, row) for row in recipient_rows(source)]
    if rows and (copying.replace or not recipient_rows(target)):
        target.modify_recipients(ModifyRecipients.REPLACE, rows)
        if copying.move:
            source.modify_recipients(ModifyRecipients.REPLACE, ())
    return ()


def _copy_attachment(copying: Copying, source: Message, target: Message, number: int) -> Problems:
    original = source.open_attach(number)
    _, copy = target.create_attach()
    problems = _not_computed(original.copy_to(copy, progress=copying.progress))
    copy.save_changes(Keep.CLOSE)
    original.close()
    if copying.move and not problems:
        source.delete_attach(number)
    return problems


def _copy_inner(copying: Copying, source: Attach, target: Attach) -> Problems:
    """The message inside an attachment, with its attachments (A-012)."""
    inner = inner_message(source) if source.get_prop(PR_ATTACH_METHOD) == ATTACH_EMBEDDED_MSG else None
    if inner is None:
        return ()
    copy = inner_message(target, Access.MODIFY, create=True)
    if copy is None:
        return (Problem(0, PR_ATTACH_DATA_OBJ, NoSupport.hresult),)
    problems = _not_computed(inner.copy_to(copy, progress=copying.progress))
    copy.save_changes(Keep.CLOSE)
    return problems


def _not_computed(problems: Problems) -> list[Problem]:
    """What is lost: what a part computes itself is no loss (P-176)."""
    return [problem for problem in problems if problem.scode != Computed.hresult]


# folders


def _folder_copies(copying: Copying, source: MapiFolder, target: MapiFolder, parts: Collection[int]) -> Iterator[Copy]:
    for number, associated in _CONTENTS:
        if number in parts:
            yield partial(_copy_contents, copying, source, target, associated)
    if PR_CONTAINER_HIERARCHY.id in parts:
        for (entry_id,) in query_all_rows(source.get_hierarchy_table(), (PR_ENTRYID,)):
            yield partial(_copy_folder, copying, source, target, entry_id)


def _copy_contents(copying: Copying, source: MapiFolder, target: MapiFolder, associated: bool) -> Problems:
    rows = query_all_rows(source.get_contents_table(associated=associated), (PR_ENTRYID,))
    done = source.copy_messages([row[0] for row in rows], target, move=copying.move, progress=copying.progress)
    return _left_out(done, PR_FOLDER_ASSOCIATED_CONTENTS if associated else PR_CONTAINER_CONTENTS)


def _copy_folder(copying: Copying, source: MapiFolder, target: MapiFolder, entry_id: bytes) -> Problems:
    done = source.copy_folder(entry_id, target, move=copying.move, subfolders=True, progress=copying.progress)
    return _left_out(done, PR_CONTAINER_HIERARCHY)


def _left_out(done: Completion, part: PropTag) -> Problems:
    """That some of a part was left out is told as a problem of the part (PG-006)."""
    return () if done else (Problem(0, part, MAPI_W_PARTIAL_COMPLETION),)


def _check_cycle(source: MapiFolder, target: MapiFolder) -> None:
    """`FolderCycle` when the target lies somewhere below the source (P-174)."""
    mine = source.get_prop(PR_ENTRYID)
    at: MapiProp = target
    while (entry_id := at.get_prop(PR_ENTRYID)) != (parent := at.get_prop(PR_PARENT_ENTRYID)):
        if entry_id == mine:
            raise FolderCycle("the target lies inside the source", value=mine)
        if parent is None:
            return
        try:
            at = target.open_entry(parent)
        except NoAccess:
            return
