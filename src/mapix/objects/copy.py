"""Copying between any two objects of any two stores (P-170..P-181).

`copy_to` takes everything but what is excluded, `copy_props` only what is included. Recipients, attachments and what
is in a folder travel as sub-objects, named by their OBJECT properties (P-172). Named properties go by name (P-179).
The target of a transacted kind has still to be saved (P-178). A folder that others are copied into keeps its own name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Attach, Message, ModifyRecipients
from mapix.interfaces.prop import Access, Keep, MapiProp
from mapix.interfaces.table import query_all_rows
from mapix.objects.content import attachment_numbers, inner_message, recipient_rows, stored
from mapix.objects.names import remap
from mapix.properties.errors import FolderCycle, InvalidParameter, NoAccess, NoSupport
from mapix.properties.flags import ATTACH_EMBEDDED_MSG
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ATTACH_METHOD,
    PR_CONTAINER_CONTENTS,
    PR_CONTAINER_HIERARCHY,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_FOLDER_ASSOCIATED_CONTENTS,
    PR_MAPPING_SIGNATURE,
    PR_MESSAGE_ATTACHMENTS,
    PR_MESSAGE_RECIPIENTS,
    PR_PARENT_ENTRYID,
)
from mapix.properties.value import Problems

_FIRST_NAMED: Final = 0x8000
_MESSAGE_PARTS: Final = frozenset((PR_MESSAGE_RECIPIENTS.id, PR_MESSAGE_ATTACHMENTS.id))
_FOLDER_PARTS: Final = frozenset(
    (PR_CONTAINER_HIERARCHY.id, PR_CONTAINER_CONTENTS.id, PR_FOLDER_ASSOCIATED_CONTENTS.id)
)


def copy_to(source: MapiProp, target: MapiProp, *, exclude: Collection[PropTag], move: bool, replace: bool) -> Problems:
    """See `MapiProp.copy_to`."""
    _check(source, target, exclude)
    left_out = {tag >> 16 for tag in exclude}
    values = {tag: value for tag, value in stored(source).items() if tag >> 16 not in left_out}
    if isinstance(source, MapiFolder):
        values.pop(PR_DISPLAY_NAME, None)
    problems = _copy_values(source, target, values, move=move, replace=replace)
    _copy_parts(source, target, (_MESSAGE_PARTS | _FOLDER_PARTS) - left_out, move=move, replace=replace)
    return problems


def copy_props(
    source: MapiProp, target: MapiProp, include: Collection[PropTag], *, move: bool, replace: bool
) -> Problems:
    """See `MapiProp.copy_props`."""
    if not include:
        raise InvalidParameter("name at least one property to copy (P-170)")
    _check(source, target, include)
    wanted = {tag >> 16 for tag in include}
    values = {tag: value for tag, value in stored(source).items() if tag >> 16 in wanted}
    problems = _copy_values(source, target, values, move=move, replace=replace)
    _copy_parts(source, target, (_MESSAGE_PARTS | _FOLDER_PARTS) & wanted, move=move, replace=replace)
    return problems


def remapped(source: MapiProp, target: MapiProp, values: Mapping[PropTag, Any]) -> dict[PropTag, Any]:
    """`values` of `source` with the identifiers that `target` has for their names (P-179)."""
    used = {tag >> 16 for tag in values if tag >> 16 >= _FIRST_NAMED}
    if not used or _same_mapping(source, target):
        return dict(values)
    names = source.get_names_from_ids(used)
    try:
        return remap(values, names, target.get_ids_from_names(names.values(), create=True))
    except NoSupport:
        return {tag: value for tag, value in values.items() if tag >> 16 < _FIRST_NAMED}


def _check(source: MapiProp, target: MapiProp, tags: Collection[PropTag]) -> None:
    if any(tag & 0xFFFF == PropType.NULL for tag in tags):
        raise InvalidParameter("PR_NULL names no property to copy (P-031)")
    if source is target or _same_object(source, target):
        raise NoAccess("an object is not copied onto itself (P-174)")


def _same_object(source: MapiProp, target: MapiProp) -> bool:
    mine = source.get_prop(PR_ENTRYID)
    return mine is not None and mine == target.get_prop(PR_ENTRYID)


def _same_mapping(source: MapiProp, target: MapiProp) -> bool:
    mine = source.get_prop(PR_MAPPING_SIGNATURE)
    return mine is not None and mine == target.get_prop(PR_MAPPING_SIGNATURE)


def _copy_values(
    source: MapiProp, target: MapiProp, values: dict[PropTag, Any], *, move: bool, replace: bool
) -> Problems:
    copied = dict(values)
    if not replace:
        present = {tag >> 16 for tag in target.get_prop_list()}
        copied = {tag: value for tag, value in values.items() if tag >> 16 not in present}
    if not copied:
        return ()
    problems = target.set_props(remapped(source, target, copied))
    if move:
        failed = {problem.tag >> 16 for problem in problems}
        gone = [tag for tag in copied if tag >> 16 not in failed]
        if gone:
            source.delete_props(gone)
    return problems


def _copy_parts(source: MapiProp, target: MapiProp, parts: Collection[int], *, move: bool, replace: bool) -> None:
    if isinstance(source, Message) and isinstance(target, Message):
        if PR_MESSAGE_RECIPIENTS.id in parts:
            _copy_recipients(source, target, move=move, replace=replace)
        if PR_MESSAGE_ATTACHMENTS.id in parts:
            _copy_attachments(source, target, move=move, replace=replace)
    elif isinstance(source, MapiFolder) and isinstance(target, MapiFolder):
        _copy_folder_parts(source, target, parts, move=move)
    elif isinstance(source, Attach) and isinstance(target, Attach):
        _copy_inner(source, target)


def _copy_recipients(source: Message, target: Message, *, move: bool, replace: bool) -> None:
    rows = [remapped(source, target, row) for row in recipient_rows(source)]
    if rows and (replace or not recipient_rows(target)):
        target.modify_recipients(ModifyRecipients.REPLACE, rows)
        if move:
            source.modify_recipients(ModifyRecipients.REPLACE, ())


def _copy_attachments(source: Message, target: Message, *, move: bool, replace: bool) -> None:
    numbers, present = attachment_numbers(source), attachment_numbers(target)
    if not numbers or (present and not replace):
        return
    for number in present:
        target.delete_attach(number)
    for number in numbers:
        original = source.open_attach(number)
        _, copy = target.create_attach()
        original.copy_to(copy)
        copy.save_changes(Keep.CLOSE)
        original.close()
        if move:
            source.delete_attach(number)


def _copy_inner(source: Attach, target: Attach) -> None:
    """The message inside an attachment, with its attachments (A-012)."""
    inner = inner_message(source) if source.get_prop(PR_ATTACH_METHOD) == ATTACH_EMBEDDED_MSG else None
    if inner is None:
        return
    copy = inner_message(target, Access.MODIFY, create=True)
    if copy is not None:
        inner.copy_to(copy)
        copy.save_changes(Keep.CLOSE)


def _copy_folder_parts(source: MapiFolder, target: MapiFolder, parts: Collection[int], *, move: bool) -> None:
    if PR_CONTAINER_HIERARCHY.id in parts:
        _check_cycle(source, target)
    for tag, associated in ((PR_CONTAINER_CONTENTS, False), (PR_FOLDER_ASSOCIATED_CONTENTS, True)):
        if tag.id in parts:
            rows = query_all_rows(source.get_contents_table(associated=associated), (PR_ENTRYID,))
            source.copy_messages([row[0] for row in rows], target, move=move)
    if PR_CONTAINER_HIERARCHY.id in parts:
        for (entry_id,) in query_all_rows(source.get_hierarchy_table(), (PR_ENTRYID,)):
            source.copy_folder(entry_id, target, move=move, subfolders=True)


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
