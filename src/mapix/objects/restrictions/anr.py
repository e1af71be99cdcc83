"""Ambiguous name resolution: finding people by the beginnings of their names (ABK-25).

`AnrTable` is a table of people in memory that understands a restriction on PR_ANR.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from mapix.interfaces.table import Page, RowKey
from mapix.objects.restrictions.collate import fold
from mapix.objects.restrictions.conditionmatch import Get, Tested
from mapix.objects.tables.tabledata import TableData
from mapix.properties.restriction import And, Comment, Count, Not, Or, Property, Relop, Restriction
from mapix.properties.sort import SortKey
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_ANR, PR_DISPLAY_NAME, PR_EMAIL_ADDRESS

_WORDS = re.compile(r"[\s,;.@_<>()\"'-]+")


def anr_matches(wanted: str, *texts: str) -> bool:
    """Whether every word of `wanted` begins some word of `texts`, case aside."""
    return _begin(name_words(wanted), texts)


def _begin(parts: Sequence[str], texts: Sequence[str]) -> bool:
    words = [word for text in texts for word in name_words(text)]
    return bool(parts) and all(any(word.startswith(part) for word in words) for part in parts)


class AnrTable(TableData):
    """People in memory. PROPERTY on PR_ANR finds them by name and address."""

    def count(self, where: Restriction | None) -> int:
        """See `RowSource.count`."""
        return super().count(_rewritten(where))

    def page(
        self,
        where: Restriction | None,
        order: Sequence[SortKey],
        after: RowKey | None,
        count: int,
        columns: Sequence[PropTag],
    ) -> Page:
        """See `RowSource.page`."""
        return super().page(_rewritten(where), order, after, count, columns)

    def position(self, where: Restriction | None, order: Sequence[SortKey], key: RowKey) -> int:
        """See `RowSource.position`."""
        return super().position(_rewritten(where), order, key)

    def key_at(self, where: Restriction | None, order: Sequence[SortKey], index: int) -> RowKey | None:
        """See `DirectRowSource.key_at`."""
        return super().key_at(_rewritten(where), order, index)


def _rewritten(where: Restriction | None) -> Restriction | None:
    return rewrite(where, _like) if where is not None else None


def _like(wanted: str) -> Restriction:
    """The rows whose name or address a name may mean, as something that is asked of each row."""
    parts = name_words(wanted)

    def test(get: Get) -> bool:
        return _begin(parts, (get(PR_DISPLAY_NAME) or "", get(PR_EMAIL_ADDRESS) or ""))

    return Tested((PR_ANR, tuple(parts)), test)


def rewrite(where: Restriction, like: Callable[[str], Restriction]) -> Restriction:
    """`where` with each PROPERTY on PR_ANR replaced by what `like` makes of its value."""
    match where:
        case Property(relop=Relop.EQ, tag=tag) if tag >> 16 == PR_ANR.id:
            return like(_text(where.value))
        case And() | Or():
            return replace(where, children=tuple(rewrite(child, like) for child in where.children))
        case Not() | Count():
            return replace(where, child=rewrite(where.child, like))
        case Comment(child=child) if child is not None:
            return replace(where, child=rewrite(child, like))
        case _:
            return where


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def name_words(text: str) -> list[str]:
    """The words of a name or an address, case aside."""
    return [word for word in _WORDS.split(fold(text)) if word]
