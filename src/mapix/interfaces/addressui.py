"""Dialogs of the address book: the one interface through which it asks a person for anything (GEN-15, ABK-10).

    book.resolve_name(rows, ui=AddressCallbacks(on_choose=lambda title, name, people: 0))

Without one nothing is asked, and the branch without dialogs is taken. Any method may raise `UserCancel`: then the call
as a whole is given up. None is the answer of one who does not want to say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from mapix.properties.tag import PropTag

Row = dict[PropTag, Any]
Fields = Sequence[tuple[str, PropTag]]


class AddressUI(Protocol):
    """Asks a person about other people."""

    def choose(self, title: str, name: str, people: Sequence[Row]) -> int | None:
        """Which of `people` is meant by `name`, by its place; all of them fit it (MAPI_DIALOG, ABK-21)."""

    def spell(self, title: str, name: str) -> str | None:
        """Another name or an address for `name`, which nobody has."""

    def edit(self, title: str, fields: Fields, values: Mapping[PropTag, Any]) -> Mapping[PropTag, Any] | None:
        """Details of an entry: labels and properties, and what they are now. The values that are others now; a value of
        None takes the property away.
        """

    def recipients(self, title: str, wells: Sequence[str], rows: Sequence[Row]) -> Sequence[Row] | None:
        """Whom a message goes to: rows with PR_DISPLAY_NAME and PR_RECIPIENT_TYPE, which is the place of a well of
        `wells` from 1 on. `rows` are those there are already.
        """


@dataclass(frozen=True, slots=True)
class AddressCallbacks:
    """An `AddressUI` of functions; what has none is not asked."""

    on_choose: Callable[[str, str, Sequence[Row]], int | None] | None = None
    on_spell: Callable[[str, str], str | None] | None = None
    on_edit: Callable[[str, Fields, Mapping[PropTag, Any]], Mapping[PropTag, Any] | None] | None = None
    on_recipients: Callable[[str, Sequence[str], Sequence[Row]], Sequence[Row] | None] | None = None

    def choose(self, title: str, name: str, people: Sequence[Row]) -> int | None:
        """See `AddressUI.choose`."""
        return None if self.on_choose is None else self.on_choose(title, name, people)

    def spell(self, title: str, name: str) -> str | None:
        """See `AddressUI.spell`."""
        return None if self.on_spell is None else self.on_spell(title, name)

    def edit(self, title: str, fields: Fields, values: Mapping[PropTag, Any]) -> Mapping[PropTag, Any] | None:
        """See `AddressUI.edit`."""
        return None if self.on_edit is None else self.on_edit(title, fields, values)

    def recipients(self, title: str, wells: Sequence[str], rows: Sequence[Row]) -> Sequence[Row] | None:
        """See `AddressUI.recipients`."""
        return None if self.on_recipients is None else self.on_recipients(title, wells, rows)
