"""Several who make one address book at the same moment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mapix.providers.contacts.database import Database

OPENS_AND_CLOSES = """
import sqlite3, sys
book = sqlite3.connect(sys.argv[1])
book.execute("PRAGMA user_version").fetchall()
book.execute("SELECT * FROM sqlite_schema").fetchall()
book.close()
"""


@pytest.mark.skipif(os.name == "nt", reason="locks belong to processes on POSIX systems")
def test_a_book_that_another_thread_just_made_keeps_its_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that is the last to close a database takes its log away: only if nobody else has it open."""
    path = tmp_path / "book.mapixab"
    first, exists = Database(path, create=True), Path.exists

    def not_there(*args: object, **kwargs: object) -> None:
        raise FileNotFoundError

    with monkeypatch.context() as moment:
        moment.setattr(Path, "exists", lambda self: self != path and exists(self))
        moment.setattr(os, "utime", not_there)
        second = Database(path, create=True)
    first.write("CREATE TABLE kept (number)")
    second.close()
    log = path.with_name(f"{path.name}-wal")
    before = log.stat()
    subprocess.run([sys.executable, "-c", OPENS_AND_CLOSES, str(path)], check=True, timeout=60)
    assert log.stat().st_ino == before.st_ino
    first.close()
