"""What a command is to work on: messages and folders named on the command line, or found by a condition.

A word is a message when it looks like the ids of `mapix ls` (`42`, `inbox#1`, a whole entry identifier), otherwise a
folder's path; a slash at the end says that a number is a folder's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import click

from mapix.properties import tags as t

if TYPE_CHECKING:
    from mapix.client.folder import Folder
    from mapix.client.message import Message
    from mapix.client.session import Session

_HEX_DIGITS = 40
"""From this length on digits and letters a to f are an entry identifier rather than a folder's name."""

where_option = click.option(
    "--where", metavar="CONDITION", help="Only messages of the folders that satisfy it: 'received < 2025-01-01'."
)


@dataclass(slots=True)
class Choice:
    """Folders, and the entry identifiers of messages together with the folder they lie in."""

    folders: list[Folder] = field(default_factory=list)
    messages: list[tuple[Folder, list[bytes]]] = field(default_factory=list)

    def add(self, folder: Folder, entry_ids: Iterable[bytes]) -> None:
        """Choose messages of a folder."""
        known = next((ids for place, ids in self.messages if place.entry_id == folder.entry_id), None)
        if known is None:
            known = []
            self.messages.append((folder, known))
        known += [entry_id for entry_id in entry_ids if entry_id not in known]

    @property
    def size(self) -> int:
        """How many messages."""
        return sum(len(entry_ids) for _, entry_ids in self.messages)


def chosen(session: Session, references: Sequence[str], where: str | None = None) -> Choice:
    """What `references` name; with `where` the messages of those folders that satisfy the condition."""
    choice = Choice()
    for reference in references:
        if where is not None:
            folder = session.folder(reference)
            choice.add(folder, entry_ids_of(folder, where))
            continue
        found = find_object(session, reference)
        if is_message(reference):
            choice.add(session.store.folder_by_id(found.get(t.PR_PARENT_ENTRYID)), [found.entry_id])
        else:
            choice.folders.append(found)
    return choice


def find_object(session: Session, reference: str) -> Any:
    """The message or folder that a word names; `NotFound`."""
    from mapix.cli.refs import find_message

    found: Message | Folder
    found = find_message(session, reference) if is_message(reference) else session.folder(reference)
    return found


def is_message(reference: str) -> bool:
    """Whether a word names a message rather than a folder."""
    if "#" in reference or reference.isdecimal():
        return True
    return len(reference) >= _HEX_DIGITS and all(letter in "0123456789abcdefABCDEF" for letter in reference)


def entry_ids_of(folder: Folder, where: str) -> list[bytes]:
    """The messages of a folder that satisfy a condition."""
    from mapix.interfaces.table import query_all_rows
    from mapix.properties.where import parse_where

    table = folder.mapi.get_contents_table()
    wanted = parse_where(where, names=folder.identifier_of_name)
    return [entry_id for (entry_id,) in query_all_rows(table, (t.PR_ENTRYID,), wanted)]


def counted(messages: int, folders: int) -> str:
    """`2 messages and 1 folder`."""
    parts = [(messages, "message"), (folders, "folder")]
    return " and ".join(f"{count} {word}{'' if count == 1 else 's'}" for count, word in parts if count) or "nothing"
