"""The writing side of property bags: what is set and deleted waits until it is saved (P-150..P-160, P-210..P-219)."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from mapix.interfaces.prop import ChangeSet, Keep
from mapix.objects.bags import normal
from mapix.objects.bags.incoming import take
from mapix.objects.bags.propreading import Entry, ReadingBag, asked
from mapix.objects.stores.life import remembered
from mapix.properties.errors import InvalidParameter
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_HTML
from mapix.properties.value import Problem, Problems, Props

_HTML: Final = PR_HTML.id
_FIRST_NAMED: Final = 0x8000


class WritingBag(ReadingBag):
    """Changes of a property bag, and their save."""

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
                entries[number] = (asked(tag), normal.normal(tag, value))
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
