"""Search folders of a store that is copied into another: what they look for, said anew in the terms of the other store.

    lost = copy_search(source, folder, target, counterpart, {entry_id: entry_id_there})

Folders to look in, entry identifiers that a restriction names and named properties become those of the other store.
Results are not copied: the other store finds them. A search that was stopped is stopped there, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from mapix.interfaces.container import MapiFolder, SearchCriteria
from mapix.interfaces.message import Message
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties import flags
from mapix.properties.errors import MapiError, NotFound, NotInitialized
from mapix.properties.restriction import (
    And,
    Bitmask,
    Comment,
    CompareProps,
    Content,
    Count,
    Exist,
    Not,
    Or,
    Property,
    Relop,
    Restriction,
    Size,
    Sub,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_CONTENT_COUNT,
    PR_ENTRYID,
    PR_INSTANCE_KEY,
    PR_MAPPING_SIGNATURE,
    PR_PARENT_ENTRYID,
    PR_PARENT_SOURCE_KEY,
    PR_RECORD_KEY,
    PR_SEARCH_KEY,
    PR_SOURCE_KEY,
    PR_STORE_ENTRYID,
    PR_STORE_RECORD_KEY,
)

_FIRST_NAMED: Final = 0x8000
_KEYS: Final = frozenset(tag.id for tag in (PR_RECORD_KEY, PR_INSTANCE_KEY, PR_SOURCE_KEY, PR_PARENT_SOURCE_KEY))
"""What identifies objects within one store only, and cannot be looked up from outside."""
_OF_STORES: Final = (PR_STORE_ENTRYID, PR_STORE_RECORD_KEY, PR_MAPPING_SIGNATURE)


def criteria_of(folder: MapiFolder) -> SearchCriteria | None:
    """What a search folder looks for; None before it was said."""
    try:
        return folder.get_search_criteria()
    except NotInitialized:
        return None


def copy_search(
    source: MsgStore, folder: MapiFolder, target: MsgStore, counterpart: MapiFolder, folders: Mapping[bytes, bytes]
) -> list[str]:
    """Let `counterpart`, in the store `target`, look for what `folder` looks for; what was lost on the way, in words.

    `folders` are the entry identifiers of the source's folders, with those of their counterparts. `NotFound` when none
    of the folders to look in has one, or when a condition is about a named property without a name; `TooComplex` when
    the target cannot evaluate the restriction.
    """
    criteria = criteria_of(folder)
    if criteria is None:
        return []
    terms = _Terms(source, target, folders)
    scope = [folders[entry_id] for entry_id in criteria.folders if entry_id in folders]
    if not scope:
        raise NotFound("none of the folders it looks in is in the copy", hint="set_search_criteria in the copy")
    if missing := len(criteria.folders) - len(scope):
        terms.lost.append(f"{missing} of the {len(criteria.folders)} folders it looks in")
    restriction = terms.translated(criteria.restriction)
    stopped = not criteria.state & (flags.SEARCH_RUNNING | flags.SEARCH_STATIC)
    has_looked = criteria.state & flags.SEARCH_COMPLETE or folder.get_prop(PR_CONTENT_COUNT, 0)
    if not stopped:
        stop = _ended_early(criteria.state)
        counterpart.set_search_criteria(restriction, scope, _how(criteria.state) | stop)
    elif has_looked:
        counterpart.set_search_criteria(restriction, scope, _depth(criteria.state) | flags.FOREGROUND_SEARCH)
        counterpart.set_search_criteria(None, None, _how(criteria.state) | flags.STOP_SEARCH)
    else:
        counterpart.set_search_criteria(restriction, scope, _how(criteria.state) | flags.STOP_SEARCH)
    return terms.lost


def _depth(state: int) -> int:
    return flags.RECURSIVE_SEARCH if state & flags.SEARCH_RECURSIVE else flags.SHALLOW_SEARCH


def _how(state: int) -> int:
    """The flags that make a search of this state."""
    priority = flags.FOREGROUND_SEARCH if state & flags.SEARCH_FOREGROUND else flags.BACKGROUND_SEARCH
    return _depth(state) | priority | (flags.STATIC_SEARCH if state & flags.SEARCH_STATIC else 0)


def _ended_early(state: int) -> int:
    """Whether a static search was stopped before its first pass had come to its end."""
    return 0 if state & (flags.SEARCH_RUNNING | flags.SEARCH_COMPLETE) else flags.STOP_SEARCH


@dataclass(slots=True)
class _Terms:
    """The terms of one store said in those of another. `lost` are what has no counterpart."""

    source: MsgStore
    target: MsgStore
    folders: Mapping[bytes, bytes]
    lost: list[str] = field(default_factory=list)

    def translated(self, restriction: Restriction) -> Restriction:
        """A restriction for the other store."""
        retag = self._retagging({tag for condition in _conditions(restriction) for tag in _tags(condition)})
        return _changed(restriction, lambda condition: self._condition(condition, retag))

    def _retagging(self, tags: set[PropTag]) -> Callable[[PropTag], PropTag]:
        used = {tag.id for tag in tags if tag.id >= _FIRST_NAMED}
        if not used:
            return lambda tag: tag
        names = self.source.get_names_from_ids(used)
        if nameless := used - set(names):
            raise NotFound("a condition is about a named property that has no name", value=hex(min(nameless)))
        numbers = self.target.get_ids_from_names(names.values(), create=True)
        new = {old: numbers[name] for old, name in names.items()}
        return lambda tag: PropTag.of(new.get(tag.id, tag.id), tag & 0xFFFF)

    def _condition(self, condition: Restriction, retag: Callable[[PropTag], PropTag]) -> Restriction:
        match condition:
            case CompareProps(_, left, right):
                return replace(condition, left=retag(left), right=retag(right))
            case Content(tag, value) | Property(_, tag, value):
                return replace(condition, tag=retag(tag), value=self._value(tag, value))
            case Comment(_, notes):
                return replace(condition, notes=tuple((retag(tag), self._value(tag, value)) for tag, value in notes))
            case Bitmask(tag) | Size(_, tag) | Exist(tag):
                return replace(condition, tag=retag(tag))
            case _:
                return condition

    def _value(self, tag: PropTag, value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(self._value(tag, one) for one in value)
        if not isinstance(value, bytes):
            return value
        if tag.id in _KEYS:
            self.lost.append(f"a condition names a key that only its store knows: {tag!r}")
            return value
        found = self.folders.get(value) or self._of_store(value)
        return found or self._message(value) or value

    def _of_store(self, value: bytes) -> bytes | None:
        mine = self.source.get_props(_OF_STORES)
        tag = next((tag for tag in mine if mine[tag] == value), None)
        return None if tag is None else self.target.get_prop(tag)

    def _message(self, entry_id: bytes) -> bytes | None:
        """The counterpart of the message that an entry identifier names; None for whatever else it may be."""
        try:
            message = self.source.open_entry(entry_id)
            if not isinstance(message, Message):
                return None
            found = message.get_props((PR_PARENT_ENTRYID, PR_SEARCH_KEY))
            message.close()
            folder = self.target.open_entry(self.folders[found[PR_PARENT_ENTRYID]])
        except (MapiError, KeyError):
            return None
        if not isinstance(folder, MapiFolder):
            return None
        same = Property(Relop.EQ, PR_SEARCH_KEY, found[PR_SEARCH_KEY])
        for associated in (False, True):
            rows = query_all_rows(folder.get_contents_table(associated=associated), (PR_ENTRYID,), same)
            if rows:
                return bytes(rows[0][0])
        self.lost.append("a message it names")
        return None


def _changed(restriction: Restriction, change: Callable[[Restriction], Restriction]) -> Restriction:
    """`restriction` with `change` applied to everything that is about a property, below messages too."""
    match restriction:
        case And(children) | Or(children):
            return replace(restriction, children=tuple(_changed(child, change) for child in children))
        case Comment(Restriction() as child):
            return change(replace(restriction, child=_changed(child, change)))
        case Not(Restriction() as child) | Count(_, child) | Sub(_, child):
            return replace(restriction, child=_changed(child, change))
        case _:
            return change(restriction)


def _conditions(restriction: Restriction) -> Iterator[Restriction]:
    """Everything in `restriction` that is about properties."""
    found: list[Restriction] = []

    def note(condition: Restriction) -> Restriction:
        found.append(condition)
        return condition

    _changed(restriction, note)
    yield from found


def _tags(condition: Restriction) -> tuple[PropTag, ...]:
    match condition:
        case CompareProps(_, left, right):
            return left, right
        case Content(tag) | Property(_, tag) | Bitmask(tag) | Size(_, tag) | Exist(tag):
            return (tag,)
        case Comment(_, notes):
            return tuple(tag for tag, _ in notes)
        case _:
            return ()
