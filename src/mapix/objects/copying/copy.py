"""Copying between any two objects of any two stores (P-170..P-181).

`copy_to` takes everything but what is excluded, `copy_props` only what is included. Recipients, attachments and what
is in a folder travel as sub-objects, named by their OBJECT properties (P-172); they are `copyparts`. Named properties
go by name (P-179). The target of a transacted kind has still to be saved (P-178). A folder that others are copied into
keeps its own name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from mapix.interfaces.container import MapiContainer, MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.progress import MapiProgress
from mapix.interfaces.prop import MapiProp
from mapix.objects.bags.names import remap
from mapix.objects.copying.progress import steps
from mapix.objects.messages.content import stored
from mapix.properties.errors import InterfaceNotSupported, InvalidParameter, NoAccess, NoSupport, UnexpectedId
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_CONTAINER_CONTENTS,
    PR_CONTAINER_HIERARCHY,
    PR_DISPLAY_NAME,
    PR_ENTRYID,
    PR_FOLDER_ASSOCIATED_CONTENTS,
    PR_MAPPING_SIGNATURE,
    PR_MESSAGE_ATTACHMENTS,
    PR_MESSAGE_RECIPIENTS,
)
from mapix.properties.value import Problem, Problems

MESSAGE_PARTS: Final = frozenset((PR_MESSAGE_RECIPIENTS.id, PR_MESSAGE_ATTACHMENTS.id))
FOLDER_PARTS: Final = frozenset((PR_CONTAINER_HIERARCHY.id, PR_CONTAINER_CONTENTS.id, PR_FOLDER_ASSOCIATED_CONTENTS.id))

_FIRST_NAMED: Final = 0x8000
_ALL_PARTS: Final = MESSAGE_PARTS | FOLDER_PARTS


@dataclass(frozen=True, slots=True)
class Copying:
    """One copy: from where to where, whether it is a move, and whether it replaces what is there."""

    source: MapiProp
    target: MapiProp
    move: bool = False
    replace: bool = True
    progress: MapiProgress | None = None


def copy_to(copying: Copying, exclude: Collection[PropTag], without: Collection[type]) -> Problems:
    """See `MapiProp.copy_to`."""
    _check(copying, exclude)
    left_out = {tag >> 16 for tag in exclude} | _parts_of(copying.source, without)
    values = {tag: value for tag, value in stored(copying.source).items() if tag >> 16 not in left_out}
    if isinstance(copying.source, MapiFolder):
        values.pop(PR_DISPLAY_NAME, None)
    return _copy(copying, values, _ALL_PARTS - left_out)


def copy_props(copying: Copying, include: Collection[PropTag]) -> Problems:
    """See `MapiProp.copy_props`."""
    if not include:
        raise InvalidParameter("name at least one property to copy (P-170)")
    _check(copying, include)
    wanted = {tag >> 16 for tag in include}
    values = {tag: value for tag, value in stored(copying.source).items() if tag >> 16 in wanted}
    present = {tag >> 16 for tag in values}
    missing = [PropTag.of(number, PropType.UNSPECIFIED) for number in wanted - present - _ALL_PARTS]
    if missing:
        values |= copying.source.get_props(missing)
    return _copy(copying, values, _ALL_PARTS & wanted)


def remapped(source: MapiProp, target: MapiProp, values: Mapping[PropTag, Any]) -> dict[PropTag, Any]:
    """`values` of `source` with the identifiers that `target` has for their names (P-179). Those without a name there
    are absent.
    """
    used = {tag >> 16 for tag in values if tag >> 16 >= _FIRST_NAMED}
    if not used or _same_mapping(source, target):
        return dict(values)
    names = source.get_names_from_ids(used)
    try:
        return remap(values, names, target.get_ids_from_names(names.values(), create=True))
    except NoSupport:
        return {tag: value for tag, value in values.items() if tag >> 16 < _FIRST_NAMED}


def _copy(copying: Copying, values: dict[PropTag, Any], parts: Collection[int]) -> Problems:
    """Properties first, then the parts, each with its share of the progress."""
    from mapix.objects.copying.copyparts import part_copies

    problems: list[Problem] = []
    todo: list[Callable[[], Problems]] = [lambda: _copy_values(copying, values), *part_copies(copying, parts)]
    for copy in steps(copying.progress, todo):
        problems += copy()
    return problems


def _parts_of(source: MapiProp, without: Collection[type]) -> frozenset[int]:
    """The parts that stay behind with the interfaces left out (P-175); `InterfaceNotSupported` when all are."""
    if any(kind is MapiProp or kind is object for kind in without):
        raise InterfaceNotSupported("every interface of the object is excluded from the copy (P-174)")
    kinds = [kind for kind in without if isinstance(source, kind)]
    found: frozenset[int] = frozenset()
    if any(issubclass(Message, kind) for kind in kinds):
        found |= MESSAGE_PARTS
    if any(issubclass(kind, MapiContainer) for kind in kinds):
        found |= FOLDER_PARTS
    return found


def _check(copying: Copying, tags: Collection[PropTag]) -> None:
    if any(tag & 0xFFFF == PropType.NULL for tag in tags):
        raise InvalidParameter("PR_NULL names no property to copy (P-031)")
    if copying.source is copying.target or _same_object(copying.source, copying.target):
        raise NoAccess("an object is not copied onto itself (P-174)")


def _same_object(source: MapiProp, target: MapiProp) -> bool:
    mine = source.get_prop(PR_ENTRYID)
    return mine is not None and mine == target.get_prop(PR_ENTRYID)


def _same_mapping(source: MapiProp, target: MapiProp) -> bool:
    mine = source.get_prop(PR_MAPPING_SIGNATURE)
    return mine is not None and mine == target.get_prop(PR_MAPPING_SIGNATURE)


def _copy_values(copying: Copying, values: dict[PropTag, Any]) -> Problems:
    """The properties themselves; of a move, those that arrived are taken away from the source."""
    new = _new_identifiers(copying, values)
    present = () if copying.replace else {tag >> 16 for tag in copying.target.get_prop_list()}
    nameless = [tag for tag in values if tag >> 16 not in new]
    copied = {
        tag: PropTag.of(new[tag >> 16], tag & 0xFFFF)
        for tag in values
        if tag >> 16 in new and new[tag >> 16] not in present
    }
    problems = [Problem(index, tag, UnexpectedId.hresult) for index, tag in enumerate(nameless)]
    if copied:
        problems += copying.target.set_props({moved: values[tag] for tag, moved in copied.items()})
    failed = {problem.tag >> 16 for problem in problems}
    gone = [tag for tag, moved in copied.items() if moved >> 16 not in failed]
    if copying.move and gone:
        copying.source.delete_props(gone)
    return problems


def _new_identifiers(copying: Copying, values: Mapping[PropTag, Any]) -> dict[int, int]:
    """Identifiers of the source to those of the target; what has no name in the target is absent."""
    numbers = {tag >> 16 for tag in values}
    tags = {PropTag.of(number, PropType.NULL): number for number in numbers}
    moved = remapped(copying.source, copying.target, tags)
    return {old: tag >> 16 for tag, old in moved.items()}
