"""A text in somebody's editor. What was written there is not lost when it cannot be used.

with written("Subject: \\n\\n", ".eml") as text:
    if text is not None:
        ...
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from mapix.cli.output import clean, say
from mapix.properties.errors import InvalidParameter

_EARLIER: Final = 2
"""Seconds by which a file looks older than it is, so that it shows that it was saved, however coarse its times are."""


@contextmanager
def written(text: str, suffix: str) -> Iterator[str | None]:
    """What somebody makes of a text in the editor; None where nothing is saved. Where the block fails, or nobody can
    read what was saved, that stays in a file, which stderr names.

    Raises: click.ClickException for an editor that fails, InvalidParameter for what is no text, OSError.
    """
    path = _file_of(text, suffix)
    before = 0
    try:
        seen = path.stat()
        os.utime(path, (seen.st_atime, seen.st_mtime - _EARLIER))
        before = path.stat().st_mtime_ns
        with _left_to_the_editor():
            click.edit(filename=str(path))
        yield _text_of(path) if _saved(path, before) else None
    except BaseException:
        if before and _saved(path, before):
            say(f"What was written is kept in {clean(path)}")
        else:
            path.unlink(missing_ok=True)
        raise
    path.unlink(missing_ok=True)


def _file_of(text: str, suffix: str) -> Path:
    """A new file that only its owner may read."""
    from tempfile import mkstemp

    number, name = mkstemp(prefix="mapix-", suffix=suffix)
    try:
        with os.fdopen(number, "w", encoding="utf-8-sig" if os.name == "nt" else "utf-8") as file:
            file.write(text if text.endswith("\n") else f"{text}\n")
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return Path(name)


def _saved(path: Path, before: int) -> bool:
    return path.exists() and path.stat().st_mtime_ns != before


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidParameter("the editor saved what is not UTF-8", value=str(path)) from error


@contextmanager
def _left_to_the_editor() -> Iterator[None]:
    """Ctrl-C is meant for the editor, which is at the same terminal. (Who ignores it goes on ignoring it.)"""
    before = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not callable(before):
        yield
        return
    signal.signal(signal.SIGINT, lambda number, frame: None)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
