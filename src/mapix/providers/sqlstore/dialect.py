"""What differs between the databases that hold stores. One object of a dialect serves every store of its kind.

Statements are shared: `queries.sql` has a few marks in braces that a dialect fills (`marks`), and a dialect's own
`queries.sql` in its package replaces a statement by name where filling is not enough. Write SQL that both databases
understand, and look here before anything else:

| mark | SQLite | PostgreSQL |
|---|---|---|
| `{mine}` | `true` | the condition for rows of this mailbox; needed only where a statement names no object |
| `{store}` | `0` | the number of the store as an object that has properties |
| `{same}` | `IS` | `IS NOT DISTINCT FROM` |
| `{value}` | `p.value` | the columns of a property row `p` that hold its value; always the last of a select list |
| `{no_value}` | `NULL` | as many columns of nothing |
| `{packed}` | `r.properties` | as many columns, of which the last is what is packed of a recipient `r` |
| `{cells}` | `value` | the columns of `value_columns` |
| `{owned}` | | `mailbox, `: what tells the mailboxes apart in a unique constraint |

Numbers are 64 bits wide everywhere, truth is `true` and `false`, `max` of two is `CASE`, text that people write is
compared by folded keys only. Functions that both databases know: `large`, `wide_size`, `instr`, `tag_text`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from mapix.interfaces.backend import RowDecorator
from mapix.properties.value import LargeValue

StoredRow = tuple[int, int, int | None, int | None, Any]
"""Identifier, type, blob, size of the blob, value."""


class Dialect(ABC):
    """How one database says it."""

    name: ClassVar[str]
    """Its name, also that of its package and of its folder in `schema`."""

    value_columns: ClassVar[tuple[str, ...]]
    """The columns of a property row that hold its value, `cells` of which are written."""

    falling_indexes: ClassVar[bool] = False
    """Whether an index on falling keys serves rising ones only where those without a key are read apart."""

    fences: ClassVar[bool] = False
    """Whether `OFFSET 0` keeps a subselect from being planned together with what is around it."""

    plans_limits: ClassVar[bool] = False
    """Whether a statement is planned anew each time unless the number of rows that are wanted stands in it."""

    packs: ClassVar[bool]
    """Whether large values are compressed here, or by the database itself."""

    asks: ClassVar[bool] = False
    """Whether statements can ask Python: `judge(text, values…)` and `judge_row(text, packed)` of `judging`."""

    checksums: ClassVar[bool] = False
    """Whether what stands in property rows has checksums (`checksums`): where the database itself has none."""

    as_they_are: ClassVar[frozenset[type]] = frozenset()
    """Classes whose values are their one cell, whatever their type; with any, text in ASCII is, too."""

    recipient_keys: ClassVar[Mapping[int, str]] = {}
    """What recipient rows `r` are compared by that have such columns, by tag."""

    depth_path: ClassVar[tuple[str, str]]
    """What sorts folders of all levels, each behind the one it lies in: of the first level, and of one below `t`."""

    off_path: ClassVar[str] = "true"
    """The condition of a folder `f` below `t` not to be among those above it, where damage may make circles."""

    ordered_by_itself: ClassVar[bool] = True
    """Whether rows come in the order that was asked for even from a damaged database."""

    @abstractmethod
    def cells(self, kind: int, value: Any) -> Sequence[Any]:
        """A small value of a type as `value_columns`."""

    def large_cells(self, kind: int, value: LargeValue | Any) -> Sequence[Any]:
        """What is kept of a large value beside its pieces: the arguments of `property_large` after the blob."""
        return ()

    def recipient_cells(self, columns: Sequence[Any]) -> Sequence[Any]:
        """What is written of a recipient row beside its `parts.recipient_columns`: keys of its text columns."""
        return ()

    def readable(self, value: str) -> str:
        """An expression for text, as one that can be read whatever it is by now."""
        return value

    @abstractmethod
    def joined(self, rows: Sequence[Any]) -> Iterable[StoredRow]:
        """Property rows as they were read, each with one value."""

    @abstractmethod
    def value(self, kind: int) -> str:
        """What stands in a property row `p` of the type, read whole; NULL for none."""

    @abstractmethod
    def small(self, kind: int) -> str:
        """What stands in a property row `p` of the type that has no large value."""

    @abstractmethod
    def key(self, kind: int) -> str | None:
        """What a property row `p` of the type is compared by; None where SQL cannot say it."""

    def sorted_by(self, key: str) -> tuple[str, ...]:
        """What rows are sorted by in turn that are sorted by a column."""
        return (key,)

    def begun_by(self, key: str, size: int) -> str:
        """What an index has of a column of folded text, if that tells whether a text begins with `size` bytes."""
        return key

    @abstractmethod
    def comparable(self, value: str, kind: int) -> str | None:
        """What a value of the type is compared by that stands in a column without a key; None where SQL cannot say."""

    @abstractmethod
    def without_accents(self, value: str, *, caseless: bool) -> str | None:
        """Text without accents, as bytes; None where SQL cannot say it."""

    @abstractmethod
    def decorated(self, decorator: RowDecorator, prop_id: int, kind: int, number: str, parent: str) -> str | None:
        """What `decorator` makes of expressions for a number and a parent; None where SQL cannot say it."""

    @abstractmethod
    def marks(self, mailbox: int) -> Mapping[str, str]:
        """What stands for the marks in statements, for the mailbox of a number."""
