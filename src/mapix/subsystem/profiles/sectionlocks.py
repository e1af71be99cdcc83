"""Many readers or one writer for each profile section (SES-27)."""

from __future__ import annotations

import threading
from collections import Counter

from mapix.properties.errors import NoAccess

SectionKey = tuple[bytes, bytes]
"""The search key of a profile, which has one name or another, and the uid of a section."""


class SectionLocks:
    """Who has which section of which profile open."""

    def __init__(self) -> None:
        self._guard = threading.RLock()
        self._readers: Counter[SectionKey] = Counter()
        self._writers: set[SectionKey] = set()

    def acquire(self, key: SectionKey, *, write: bool) -> None:
        """Open a section; `NoAccess` while somebody writes it, or with `write` while anybody has it open."""
        with self._guard:
            if key in self._writers or (write and self._readers[key]):
                text = "the profile section is open for writing" if key in self._writers else "others read the section"
                raise NoAccess(text, value=key[1], hint="close it first")
            if write:
                self._writers.add(key)
            else:
                self._readers[key] += 1

    def release(self, key: SectionKey, *, write: bool) -> None:
        """Give a section back."""
        with self._guard:
            if write:
                self._writers.discard(key)
            else:
                self._readers[key] -= 1
                if self._readers[key] <= 0:
                    del self._readers[key]
