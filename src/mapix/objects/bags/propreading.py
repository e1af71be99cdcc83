"""The reading side of property bags: saved values below, unsaved changes above, computed ones beside (P-110..P-121).

`ReadingBag` keeps what a bag has, and shows it; `propwriting` changes it, `propdata` has the rest of IMAPIProp.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any, ClassVar, Final

from mapix.interfaces.prop import Access, MapiProp, ObjectType, PropertySource
from mapix.objects.bags import normal
from mapix.objects.bags.names import Names
from mapix.objects.bags.rules import NO_RULES, Rules
from mapix.objects.stores.life import Life, remembered
from mapix.properties.codepage import ANSI
from mapix.properties.errors import InvalidObject, InvalidParameter, MapiError, NoAccess
from mapix.properties.tag import SECURE_IDS, PropTag
from mapix.properties.tags import PR_INTERNET_CPID
from mapix.properties.value import LargeValue, whole

Entry = tuple[PropTag, Any]
"""A stored property: its tag and value."""

_WHOLE: Final = normal.PLAIN | {str, bytes, tuple}


def asked(tag: PropTag) -> PropTag:
    """`tag` as a `PropTag`, also where a plain number was given."""
    return tag if tag.__class__ is PropTag else PropTag(tag)


class ReadingBag(MapiProp):
    """What a property bag has, and how it is read; see `PropertyBag` for the parameters."""

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
            self.read_saved()

    @property
    def version(self) -> int:
        """The version of what was read at opening, or saved since."""
        return self._version

    def read_saved(self) -> None:
        """Read everything that is saved."""
        values, self._version = self._load_first()
        self._saved = {entry[0] >> 16: entry for entry in values.items()}

    def _load_first(self) -> tuple[dict[PropTag, Any], int]:
        """What an opening reads."""
        return self._source.load(None)

    @remembered
    def get_props(self, tags: Sequence[PropTag] | None = None) -> dict[PropTag, Any]:
        """See `MapiProp.get_props`."""
        self._check()
        if tags is None:
            return self._all_props()
        if not tags:
            raise InvalidParameter("name at least one property, or None for all (P-110)")
        saved = self._saved if self._transacted else self._load_stored(tags)
        rules, pending, removed = self._rules, self._pending, self._removed
        found: dict[PropTag, Any] = {}
        for tag in tags:
            number = tag >> 16
            if number in rules.computed or number in rules.defaults:
                entry = self._entry(number, saved)
            else:
                entry = pending.get(number)
                if entry is None and number not in removed:
                    entry = saved.get(number)
            if entry is None:
                continue
            kept, value = entry
            if kept != tag or value.__class__ not in _WHOLE:
                value = self._view(tag, entry)
            if value is not None:
                found[asked(tag) if tag & 0xFFFF else kept] = value
        return found

    @remembered
    def get_prop_list(self) -> list[PropTag]:
        """See `MapiProp.get_prop_list`; hidden properties 0x67F0..0x67FF are not in it (P-006)."""
        self._check()
        tags = [tag for tag in self._tags() if not tag.is_secure]
        return [*tags, *self._object_tags()]

    def stored_props(self) -> dict[PropTag, Any]:
        """What is stored or about to be, large values unread; neither computed nor hidden properties."""
        self._check()
        saved = self._saved if self._transacted else self._load(None)
        entries = saved | self._pending if self._pending else saved
        left_out = self._removed | SECURE_IDS if self._removed else SECURE_IDS
        if left_out.isdisjoint(entries):
            return dict(entries.values())
        return {tag: value for number, (tag, value) in entries.items() if number not in left_out}

    def _all_props(self) -> dict[PropTag, Any]:
        return {tag: self._whole(tag, value) for tag, value in self._entries() if not tag.is_secure}

    def _entries(self) -> list[Entry]:
        """Every property there is, the computed ones first."""
        saved = self._saved if self._transacted else self._load(None)
        computed = self._rules.computed
        made = [(rule.tag, value) for rule in computed.values() if (value := rule.get(self)) is not None]
        numbers = self._numbers(saved)
        numbers.update(
            (number, None) for number in self._rules.defaults if number in numbers or self._is_listed(number)
        )
        rest = (self._entry(number, saved) for number in numbers if number not in computed)
        return [*made, *(entry for entry in rest if entry is not None)]

    def _tags(self) -> list[PropTag]:
        """The tags of every property there is, in the order of `_entries`; what is dear to make isn't made."""
        saved = self._saved if self._transacted else self._load(None)
        computed, defaults = self._rules.computed, self._rules.defaults
        made = [rule.tag for rule in computed.values() if rule.get(self) is not None]
        kept = self._numbers(saved)
        stored = [self._pending.get(number, saved.get(number)) for number in kept if number not in computed]
        rest = [
            rule.tag
            for number, rule in defaults.items()
            if number not in kept and self._is_listed(number) and (rule.exists or rule.get(self) is not None)
        ]
        return [*made, *(entry[0] for entry in stored if entry is not None), *rest]

    def _numbers(self, saved: Mapping[int, Entry]) -> dict[int, None]:
        """The identifiers of what is stored or about to be."""
        numbers = dict.fromkeys((*saved, *self._pending))
        for number in self._removed:
            if number not in self._pending:
                numbers.pop(number, None)
        return numbers

    def _is_listed(self, number: int) -> bool:
        """Whether what stands for a property that nobody has set is told with all others."""
        exists = self._rules.defaults[number].exists
        return exists is None or exists(self)

    def _entry(self, number: int, saved: Mapping[int, Entry]) -> Entry | None:
        rules = self._rules
        rule = rules.computed.get(number)
        if rule is None:
            entry = self._pending.get(number)
            if entry is None and number not in self._removed:
                entry = saved.get(number)
            if entry is not None:
                return entry
            rule = rules.defaults.get(number)  # what stands for a property that nobody has set
            if rule is None:
                return None
        value = rule.get(self)
        return None if value is None else (rule.tag, value)

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
        from mapix.objects.bags.spool import temporary

        return temporary()

    def _html_codepage(self) -> int:
        return self._value(PR_INTERNET_CPID) or ANSI

    def _object_tags(self) -> Iterable[PropTag]:
        return self._rules.objects

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
            raise NoAccess("the object is open for reading only", hint="open it with Access.MODIFY (MAPI_MODIFY)")
