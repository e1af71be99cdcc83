"""Receive folders: which folder messages of a class arrive in (C-010, ST-062, ST-063)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from mapix.objects.collate import fold
from mapix.properties.errors import InvalidParameter

V = TypeVar("V")


def longest_prefix(table: Mapping[str, V], message_class: str) -> str | None:
    """The entry of `table` whose class is the longest prefix of `message_class` on level boundaries, case aside;
    None when not even "" is there.

    >>> longest_prefix({"": 1, "IPM": 2, "IPM.Note.Sample": 3}, "ipm.note.sample.Simple")
    'IPM.Note.Sample'
    """
    wanted = fold(message_class)
    fitting = [entry for entry in table if _is_prefix(fold(entry), wanted)]
    return max(fitting, key=len, default=None)


def checked_class(message_class: str) -> str:
    """`message_class` as a receive folder may have it (C-001, C-013): ASCII, at most 255, no period at the end."""
    if len(message_class) > 255 or message_class.endswith(".") or not message_class.isascii():
        raise InvalidParameter("not a message class", value=message_class)
    return message_class


def _is_prefix(entry: str, wanted: str) -> bool:
    return not entry or wanted == entry or wanted.startswith(entry + ".")
