"""Systems without what only POSIX has: sessions, stores and sending work there, and what does not is said."""

from __future__ import annotations

import os
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from tests.fixtures_smtp import Sink, running

from mapix.subsystem.broker.place import uid_of

ROOT = Path(__file__).parents[2]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the stand-in for Windows' locks needs Linux")
def test_a_session_works_where_there_is_nothing_of_posix(tmp_path: Path) -> None:
    """LOG-33, PRF-6, SPL-1, SPL-76: no fcntl, no users by number, no sockets in the file system; private sessions."""
    sink = Sink()
    program = str(ROOT / "tests" / "subsystem" / "elsewhere.py")
    with running(sink) as server:
        command = [sys.executable, "-m", "tests.regional_locks", program, str(tmp_path / "home"), str(server.port)]
        env = {**os.environ, "MAPIX_HOME": str(tmp_path / "home")}
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout.splitlines() == [
        "in use until Work ends",
        "left 0",
        "sent ['hello']",
        "sessions are not shared between processes here",
        "False True",
    ], done.stderr
    assert len(sink.accepted) == 1


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="users have no numbers here")
@pytest.mark.parametrize(
    ("credentials", "uid"),
    [
        (struct.pack("=IIh16I", 0, 501, 1, 20, *[0] * 15), 501),
        (struct.pack("=II", 7, 501), -1),
        (b"\0\0", -1),
    ],
)
def test_the_user_at_the_other_end_is_read_from_the_credentials_of_the_bsds(credentials: bytes, uid: int) -> None:
    """LOG-33: `struct xucred` of macOS and FreeBSD."""
    assert uid_of(credentials) == uid
