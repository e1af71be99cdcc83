"""What tests of the SQL store share: messages made quickly, and other processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mapix.interfaces.backend import (
    AttachmentChanges,
    MessageChanges,
)
from mapix.properties import tags
from mapix.properties.tag import PropTag
from mapix.providers.sqlstore.backend import SqlBackend
from mapix.providers.sqlstore.message import StoredMessage

ROOT = Path(__file__).parents[3]
BODY = tags.PR_BODY
HOT = (
    tags.PR_NORMALIZED_SUBJECT,
    tags.PR_SENDER_NAME,
    tags.PR_DISPLAY_TO,
    tags.PR_DISPLAY_CC,
    tags.PR_MESSAGE_CLASS,
    tags.PR_HASATTACH,
    tags.PR_MESSAGE_SIZE,
)
"""Properties that have columns of their own in the database."""


def save(
    store: SqlBackend, values: dict[PropTag, Any] | None = None, *, folder: int = 0, **parts: Any
) -> StoredMessage:
    """A new saved message in a folder, the root by default; `parts` as in `MessageChanges`."""
    message = store.new_message(folder or store.root, associated=False)
    message.apply(MessageChanges({tags.PR_SUBJECT: "Budget", tags.PR_MESSAGE_FLAGS: 8} | (values or {}), **parts))
    return message


def people(count: int) -> list[dict[PropTag, Any]]:
    """Recipient rows."""
    return [
        {tags.PR_ROWID: row, tags.PR_DISPLAY_NAME: f"Person {row}", tags.PR_EMAIL_ADDRESS: f"person{row}@home.example"}
        for row in range(count)
    ]


def file(data: bytes) -> AttachmentChanges:
    """An attachment."""
    return AttachmentChanges({tags.PR_ATTACH_DATA_BIN: data, tags.PR_ATTACH_METHOD: 1})


class _UndoneError(Exception):
    """Ends a transaction."""


@contextmanager
def undone(store: SqlBackend) -> Iterator[None]:
    """A transaction that fails at its end."""
    try:
        with store.transaction():
            yield
            raise _UndoneError
    except _UndoneError:
        pass


def start(code: str, *arguments: object, feed: bool = False, **options: Any) -> subprocess.Popen[str]:
    """Another Python process that runs `code`, with `arguments` in `sys.argv` from 1 on; `feed` it something."""
    command = [sys.executable, "-c", code, *map(str, arguments)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    given = subprocess.PIPE if feed else subprocess.DEVNULL
    return subprocess.Popen(
        command, env=env, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options
    )


def finish(process: subprocess.Popen[str], timeout: float = 60) -> str:
    """What a process says; it must end well."""
    out, err = process.communicate(timeout=timeout)
    assert process.returncode == 0, f"{process.returncode}: {out}{err}"
    return out


def release(processes: Sequence[subprocess.Popen[str]]) -> None:
    """Let processes that say `ready` go on at once, and wait until each has ended well."""
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    for process in processes:
        finish(process)


def counts(store: SqlBackend, folder: int) -> tuple[int, int, int]:
    """Messages, unread ones, associated ones."""
    found, _ = store.folder(folder).load(None)
    return found[tags.PR_CONTENT_COUNT], found[tags.PR_CONTENT_UNREAD], found[tags.PR_ASSOC_CONTENT_COUNT]
