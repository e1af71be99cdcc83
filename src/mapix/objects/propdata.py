"""Property bags: saved values below, unsaved changes above (IPropData, and every object with properties).

    >>> from mapix.properties.tags import PR_SUBJECT
    >>> bag = PropertyBag(MemorySource({PR_SUBJECT: "Budget"}), access=Access.MODIFY)
    >>> bag.set_props({PR_SUBJECT: "Agenda"}), bag.get_prop(PR_SUBJECT)
    ([], 'Agenda')

A provider brings a `PropertySource`; `Rules` say what is special about the properties. Transacted bags read their
source once, when they are made, so the version a later save is checked against is that of the opening (P-215, P-221).
The others act at once (P-211).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import IO, Any, ClassVar, Final, TypeVar

from mapix.interfaces.prop import Access, ChangeSet, ErrorInfo, Keep, MapiProp, ObjectType, PropertySource
from mapix.interfaces.stream import Stream
from mapix.objects import normal
from mapix.objects.incoming import take
from mapix.objects.life import Life, remembered, told
from mapix.objects.memorysource import MemorySource
from mapix.objects.names import Names
from mapix.objects.rules import NO_RULES, Rules
from mapix.properties.codepage import ANSI
from mapix.properties.errors import (
    InterfaceNotSupported,
    InvalidObject,
    InvalidParameter,
    MapiError,
    NoAccess,
    NoSupport,
)
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import PR_HTML, PR_INTERNET_CPID
from mapix.properties.value import LargeValue, Problem, Problems, Props, whole

__all__ = ["Entry", "MemorySource", "PropertyBag"]

T = TypeVar("T")

Entry = tuple[PropTag, Any]
"""A stored property: its tag and value."""

_HTML: Final = PR_HTML.id
_WHOLE: Final = normal.PLAIN | {str, bytes, tuple}
_FIRST_NAMED: Final = 0x8000


def _asked(tag: PropTag) -> PropTag:
    return tag if tag.__class__ is PropTag else PropTag(tag)


class PropertyBag(MapiProp):
    """A whole `MapiProp` over a source.

    `rules` are the special properties, `access` what was granted at opening, `names` the mapping of named properties
    (None where the object has none), `codepage` that of 8-bit text. A bag that is not `transacted` hands every change
    to its source at once; one that is `fresh` has never been saved, and its source is not read.
    """

    object_type = ObjectType.PROFSECT
    whole_limit: ClassVar[int | None] = None
    """Bytes above which `get_props` answers a `LargeValue` instead of reading it (P-060); None for no limit."""

    def __init__(
        self,
        source: PropertySource,
        *,
        rules: Rules = NO_RULES,
        access: Access = Access.READ,
        names: Names | None = None,
        codepage: int = ANSI,
        transacted: bool = True,
        fresh: bool = False,
        life: Life | None = None,
        object_type: ObjectType | None = None,
    ) -> None:
        self._source = source
        self._rules = rules
        self._granted = self._writable = access is not Access.READ
        self._names = names
        self._codepage = codepage
        self._transacted = transacted
        self._life = Life() if life is None else life
        self._closed = False
        self._last_error: MapiError | None = None
        self._pending: dict[int, Entry] = {}
        self._removed: set[int] = set()
        self._saved: dict[int, Entry] = {}
        self._version = 0
        self._fresh = fresh
        if object_type is not None:
            self.object_type = object_type
        if transacted and not fresh:
            values, self._version = source.load(None)
            self._saved = {tag >> 16: (tag, value) for tag, value in values.items()}

    # reading

    @remembered
    def get_props(self, tags: Sequence[PropTag] | None = None) -> dict[PropTag, Any]:
        """See `MapiProp.get_props`."""
        self._check()
        if tags is None:
            return self._all_props()
        if not tags:
            raise InvalidParameter("name at least one property, or None for all (P-110)")
        saved = self._saved if self._transacted else self._load_stored(tags)
        found: dict[PropTag, Any] = {}
        for tag in tags:
            entry = self._entry(tag >> 16, saved)
            if entry is not None and (value := self._view(tag, entry)) is not None:
                found[_asked(tag) if tag & 0xFFFF else entry[0]] = value
        return found

    @remembered
    def get_prop_list(self) -> list[PropTag]:
        """See `MapiProp.get_prop_list`; hidden properties 0x67F0..0x67FF are not in it (P-006)."""
        self._check()
        tags = [entry[0] for entry in self._entries() if not entry[0].is_secure]
        return [*tags, *self._object_tags()]

    def stored_props(self) -> dict[PropTag, Any]:
        """What is stored or about to be, large values unread; neither computed nor hidden properties."""
        self._check()
        saved = self._saved if self._transacted else self._load(None)
        entries = (saved | self._pending).items() if self._pending else saved.items()
        return {tag: value for number, (tag, value) in entries if number not in self._removed and not tag.is_secure}

    def _all_props(self) -> dict[PropTag, Any]:
        return {tag: self._whole(tag, value) for tag, value in self._entries() if not tag.is_secure}

    def _entries(self) -> list[Entry]:
        """Every property there is, the computed ones first."""
        saved = self._saved if self._transacted else self._load(None)
        computed = self._rules.computed
        made = [(rule.tag, value) for rule in computed.values() if (value := rule.get(self)) is not None]
        numbers = dict.fromkeys((*saved, *self._pending))
        rest = (self._entry(number, saved) for number in numbers if number not in computed)
        return [*made, *(entry for entry in rest if entry is not None)]

    def _entry(self, number: int, saved: Mapping[int, Entry]) -> Entry | None:
        rule = self._rules.computed.get(number)
        if rule is not None:
            value = rule.get(self)
            return None if value is None else (rule.tag, value)
        entry = self._pending.get(number)
        if entry is None and number not in self._removed:
            entry = saved.get(number)
        return entry

    def _value(self, tag: PropTag) -> Any:
        """The value under an identifier and type as it stands, unsaved changes included; None when absent."""
        number = tag >> 16
        entry = self._pending.get(number)
        if entry is None:
            if number in self._removed:
                return None
            saved = self._saved if self._transacted else self._load((tag,))
            entry = saved.get(number)
        return entry[1] if entry is not None and entry[0] == tag else None

    def _load(self, tags: Sequence[PropTag] | None) -> dict[int, Entry]:
        values, self._version = self._source.load(tags)
        return {tag >> 16: (tag, value) for tag, value in values.items()}

    def _load_stored(self, tags: Sequence[PropTag]) -> dict[int, Entry]:
        """Those of `tags` that are stored; what is computed needs no look below."""
        computed = self._rules.computed
        stored = [tag for tag in tags if tag >> 16 not in computed]
        return self._load(stored) if stored else {}

    def _view(self, wanted: PropTag, entry: Entry) -> Any:
        tag, value = entry
        if wanted & 0xFFFF not in (tag & 0xFFFF, 0):
            return normal.view(wanted, tag, value, self._narrow_codepage(), self._html_codepage())
        return self._whole(tag, value)

    def _whole(self, tag: PropTag, value: Any) -> Any:
        if value.__class__ in _WHOLE or not isinstance(value, LargeValue):
            return value
        limit = self.whole_limit
        return value if limit is not None and value.size > limit else whole(tag, value)

    def _narrow_codepage(self) -> int:
        return self._codepage

    def _scratch(self) -> IO[bytes]:
        """A file for a large value that is being written."""
        from mapix.objects.spool import temporary

        return temporary()

    def _html_codepage(self) -> int:
        return self._value(PR_INTERNET_CPID) or ANSI

    def _object_tags(self) -> Iterable[PropTag]:
        return self._rules.objects

    # writing

    @remembered
    def set_props(self, values: Props) -> Problems:
        """See `MapiProp.set_props`."""
        self._check_writable()
        if not values:
            raise InvalidParameter("name at least one property to set (P-150)")
        entries: dict[int, Entry] = {}
        problems: list[Problem] = []
        guarded, checks = self._rules.guarded, normal.CHECKS
        for index, (tag, value) in enumerate(values.items()):
            number = tag >> 16
            check = checks.get(tag & 0xFFFF)
            if check is None or number in guarded or number >= _FIRST_NAMED or number == _HTML:
                scode = take(self, tag, value, entries)
                if scode:
                    problems.append(Problem(index, PropTag(tag), scode))
            else:
                entries[number] = (_asked(tag), normal.normal(tag, value))
        self._put(entries)
        return problems

    @remembered
    def delete_props(self, tags: Collection[PropTag]) -> Problems:
        """See `MapiProp.delete_props`; what is absent is no problem."""
        self._check_writable()
        if not tags:
            raise InvalidParameter("name at least one property to delete (P-160)")
        readonly = self._rules.readonly
        problems = [
            Problem(index, PropTag(tag), readonly[tag >> 16]) for index, tag in enumerate(tags) if tag >> 16 in readonly
        ]
        self._drop({tag >> 16 for tag in tags if tag >> 16 not in readonly})
        return problems

    def _put(self, entries: dict[int, Entry]) -> None:
        if self._transacted:
            self._pending.update(entries)
            if self._removed:
                self._removed.difference_update(entries)
        elif entries:
            self._version = self._source.apply(ChangeSet(values=dict(entries.values())))

    def _drop(self, numbers: set[int]) -> None:
        if self._transacted:
            self._removed |= numbers
            for number in numbers:
                self._pending.pop(number, None)
        elif numbers:
            self._version = self._source.apply(ChangeSet(deleted=numbers))

    # properties as objects

    @remembered
    def open_property(self, tag: PropTag, kind: type[T], *, access: Access = Access.READ, create: bool = False) -> T:
        """See `MapiProp.open_property`."""
        self._check()
        if tag & 0xFFFF == PropType.UNSPECIFIED:
            raise InvalidParameter("a property is opened under its type (P-130)", value=PropTag(tag))
        if create and access is not Access.MODIFY:
            raise InvalidParameter("creating a property needs leave to modify it (P-131)", value=PropTag(tag))
        if access is Access.MODIFY:
            self._check_writable()
        opened = self._open_as(PropTag(tag), kind, access, create)
        if not isinstance(opened, kind):
            raise InterfaceNotSupported("the property does not open as this", value=kind.__name__)
        return opened

    def _open_as(self, tag: PropTag, kind: type[Any], access: Access, create: bool) -> object:
        """A property as an object; subclasses know more of them."""
        from mapix.objects.openstream import STREAMED, open_stream

        if kind is not Stream or tag.type not in STREAMED:
            raise InterfaceNotSupported("the property does not open as this", value=kind.__name__)
        return open_stream(self, tag, access, create=create)

    # saving

    @remembered
    def save_changes(self, keep: Keep = Keep.CLOSE, *, force: bool = False) -> None:
        """See `MapiProp.save_changes`. An error leaves the object as it was (P-214)."""
        self._check()
        if not self._transacted:
            return
        self._check_writable()
        if self._fresh or self._has_changes():
            self._save(force)
        if keep is not Keep.READWRITE:
            self._writable = False

    def _has_changes(self) -> bool:
        return bool(self._pending or self._removed)

    def _save(self, force: bool) -> None:
        changes = ChangeSet(self._changed_values(), set(self._removed), None if force else self._version)
        self._version = self._source.apply(changes)
        self._settle()

    def _changed_values(self) -> dict[PropTag, Any]:
        return dict(self._pending.values())

    def _settle(self) -> None:
        """What was pending is saved now."""
        saved = self._saved
        for number in self._removed:
            saved.pop(number, None)
        saved.update(self._pending)
        self._pending = {}
        self._removed = set()
        self._fresh = False

    # copying, names, the rest

    @remembered
    def copy_to(
        self, target: MapiProp, *, exclude: Collection[PropTag] = (), move: bool = False, replace: bool = True
    ) -> Problems:
        """See `MapiProp.copy_to`."""
        from mapix.objects.copy import copy_to

        self._check()
        return copy_to(self, target, exclude=exclude, move=move, replace=replace)

    @remembered
    def copy_props(
        self, target: MapiProp, include: Collection[PropTag], *, move: bool = False, replace: bool = True
    ) -> Problems:
        """See `MapiProp.copy_props`."""
        from mapix.objects.copy import copy_props

        self._check()
        return copy_props(self, target, include, move=move, replace=replace)

    @remembered
    def get_names_from_ids(self, ids: Iterable[int] | None = None) -> dict[int, PropertyName]:
        """See `MapiProp.get_names_from_ids`."""
        return self._mapping().names_from_ids(ids)

    @remembered
    def get_ids_from_names(
        self, names: Iterable[PropertyName] | None, *, create: bool = False
    ) -> dict[PropertyName, int]:
        """See `MapiProp.get_ids_from_names`."""
        if create and names is None:
            raise InvalidParameter("name the properties to create (P-200)")
        return self._mapping().ids_from_names(names, create=create)

    def _mapping(self) -> Names:
        self._check()
        if self._names is None:
            raise NoSupport("this object has no named properties (P-233)")
        return self._names

    def get_last_error(self) -> ErrorInfo | None:
        """See `MapiProp.get_last_error`."""
        return told(self._last_error)

    def close(self) -> None:
        """See `MapiProp.close`; twice is harmless."""
        self._closed = True

    @property
    def writable(self) -> bool:
        """Whether changes are let in: the access granted at opening, and that it has not been closed by a save."""
        return self._writable

    def _check(self) -> None:
        if self._closed:
            raise InvalidObject("the object has been released")
        self._life.check()

    def _check_writable(self) -> None:
        self._check()
        if not self._writable:
            raise NoAccess("the object is open for reading only", hint="open it with Access.MODIFY")

    def __repr__(self) -> str:
        state = "closed" if self._closed else "writable" if self._writable else "read-only"
        return f"<{type(self).__name__} {state}, {len(self._pending)} changes>"
