"""`mapix folders`: the folders of the default store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from itertools import chain
from typing import TYPE_CHECKING

from mapix.cli.base import command
from mapix.cli.output import emit_json, emit_rows, json_option
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.client.folder import Folder
    from mapix.client.session import Session


@command(examples=("mapix folders", "mapix folders --json"))
@json_option
@profile_option
def folders(as_json: bool, profile: str | None) -> None:
    """List the folders of the default store: path, number of messages, how many of them are unread.

    Search folders stand last, as search/NAME.
    """
    with logged_on(profile) as session:
        every = chain(session.store.root.walk(), _searches(session))
        found = [row for path, folder in every for row in _row(path, folder)]
    if as_json:
        keys = ("path", "messages", "unread", "class")
        emit_json({"folders": [dict(zip(keys, row, strict=True)) for row in found]})
    else:
        emit_rows(("folder", "messages", "unread"), (row[:3] for row in found))


def _searches(session: Session) -> Iterator[tuple[str, Folder]]:
    """Search folders, with the paths by which commands find them."""
    return ((f"search/{name}", folder) for name, folder in session.store.search_folders.named())


def _row(path: str, folder: Folder) -> Iterator[tuple[str, int, int, str]]:
    """What is told of a folder; nothing of one that others have deleted meanwhile."""
    from mapix.client.base import GONE

    with suppress(*GONE):
        yield path, folder.count or 0, folder.unread or 0, folder.container_class or ""
