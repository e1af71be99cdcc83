"""`mapix folders`: the folders of the default store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mapix.cli.base import command
from mapix.cli.output import emit_json, emit_rows, json_option
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.client.folder import Folder


@command(examples=("mapix folders", "mapix folders --json"))
@json_option
@profile_option
def folders(as_json: bool, profile: str | None) -> None:
    """List the folders of the default store: path, number of messages, how many of them are unread."""
    with logged_on(profile) as session:
        found = [
            (path, folder.count or 0, folder.unread or 0, _class(folder)) for path, folder in session.store.root.walk()
        ]
    if as_json:
        keys = ("path", "messages", "unread", "class")
        emit_json({"folders": [dict(zip(keys, row, strict=True)) for row in found]})
    else:
        emit_rows(("folder", "messages", "unread"), (row[:3] for row in found))


def _class(folder: Folder) -> str:
    return folder.container_class or ""
