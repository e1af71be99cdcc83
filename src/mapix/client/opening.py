"""`mapix.open` and `mapix.message_session`: files with messages, without a session and without a profile."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mapix.client.message import Message
    from mapix.client.msgfiles import FileSession


def open(path: str | os.PathLike[str], mode: str = "r") -> Message:  # the name people look for
    """The message in a .msg, .oft, .eml or TNEF file; see `mapix.client.msgfiles.open_file`."""
    from mapix.client.msgfiles import open_file

    return open_file(path, mode)


def message_session() -> FileSession:
    """A message session: several .msg files open at once, closed together (OpenIMsgSession)."""
    from mapix.client.msgfiles import FileSession

    return FileSession()
