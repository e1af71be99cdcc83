"""Column sets: what a table shows, made out of what its source answers.

Sources answer typed columns with text in UNICODE form. A table may also be asked for STRING8 columns, for UNSPECIFIED
ones, and for PR_NULL, which reserves an empty place (T-022).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from mapix.objects.tables.instances import single_tag
from mapix.properties.codepage import encode_text
from mapix.properties.errors import InvalidParameter
from mapix.properties.tag import MV_INSTANCE, PropTag, PropType
from mapix.properties.value import Row

Cell = Callable[[Row], Any]


class ColumnSet:
    """The column set `tags`, what to ask a source for (`wanted`), and how to make rows of its answers."""

    def __init__(self, tags: Sequence[PropTag], codepage: int) -> None:
        self.tags = tuple(tags)
        self.wanted = tuple(_asked(tag) for tag in self.tags if _is_asked(tag))
        self._codepage = codepage
        self._cells = None if self.wanted == self.tags else self._makers()

    def rows(self, answers: Sequence[Row]) -> list[Row]:
        """The rows a caller sees."""
        if self._cells is None:
            return list(answers)
        return [tuple([cell(answer) for cell in self._cells]) for answer in answers]

    def _makers(self) -> list[Cell]:
        places = iter(range(len(self.wanted)))
        return [self._maker(tag, next(places)) if _is_asked(tag) else _nothing for tag in self.tags]

    def _maker(self, tag: PropTag, place: int) -> Cell:
        if tag.base_type != PropType.STRING8:
            return lambda row: row[place]
        return lambda row: _narrow(row[place], self._codepage)


@lru_cache(maxsize=128)
def column_set(tags: tuple[PropTag, ...], codepage: int) -> ColumnSet:
    """The column set `tags`, made once: many tables show the same columns."""
    return ColumnSet(tags, codepage)


def resolve(tags: Sequence[PropTag], available: Callable[[], Sequence[PropTag]], *, unicode: bool) -> list[PropTag]:
    """`tags` with each UNSPECIFIED one given the type under which its identifier is available; others as they are.

    What is not available at all stays UNSPECIFIED and is missing in every row. `InvalidParameter` for no columns or
    a column of type ERROR.
    """
    if not tags:
        raise InvalidParameter("a table shows at least one column")
    for tag in tags:
        if tag & 0xFFFF == PropType.ERROR:
            raise InvalidParameter("a column has a type", value=tag)
    if PropType.UNSPECIFIED not in [tag & 0xFFFF for tag in tags]:
        return list(tags)
    known = {tag.id: tag for tag in reversed(in_width(available(), unicode=unicode))}
    return [tag if tag.type else known.get(tag.id, tag) for tag in tags]


def in_width(tags: Sequence[PropTag], *, unicode: bool) -> list[PropTag]:
    """`tags` of a source with text as UNICODE, or as STRING8 for callers that did not ask for it (T-008)."""
    return list(tags) if unicode else [PropTag(tag & ~1) if tag.is_string else tag for tag in tags]


def _asked(tag: PropTag) -> PropTag:
    """As rows are asked for it: text wide, and one value of an instance column (P-054)."""
    return single_tag(tag) if tag & MV_INSTANCE else tag.unicode()


def _is_asked(tag: PropTag) -> bool:
    return tag.type not in (PropType.NULL, PropType.UNSPECIFIED)


def _nothing(row: Row) -> None:
    return None


def _narrow(value: Any, codepage: int) -> Any:
    if isinstance(value, tuple):
        return tuple(encode_text(one, codepage) for one in value)
    return encode_text(value, codepage) if isinstance(value, str) else value
