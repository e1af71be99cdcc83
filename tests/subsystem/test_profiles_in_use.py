"""Profiles that another process runs a session on: deleted and renamed when the last session anywhere ends."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mapix.properties.flags import MAPI_NEW_SESSION
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.profiles.profilestore import ProfileStore

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="this system has no such locks")
SESSION = """
import sys
from pathlib import Path
from mapix.subsystem.initialize import Subsystem
with Subsystem(Path(sys.argv[1]), sharing=False) as system:
    session = system.logon("Work", flags=2)
    print("on", flush=True)
    sys.stdin.readline()
    session.logoff()
    print("off", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def session_elsewhere(home: Path) -> Iterator["subprocess.Popen[str]"]:
    """Another process with a session on the profile Work; a line on its input makes it log off."""
    words = [sys.executable, "-c", SESSION, str(home)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "on\n"
        try:
            yield process
        finally:
            process.kill()


def log_off(process: "subprocess.Popen[str]") -> None:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    assert process.stdout.readline() == "off\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    with Subsystem(tmp_path, sharing=False) as system:
        system.admin_profiles().create_profile("Work")
    return tmp_path


def test_a_profile_another_process_uses_is_deleted_when_that_logs_off(home: Path) -> None:
    """PRF-6, LOG-36; scenario 11."""
    profiles, file = ProfileStore(home), home / "profiles" / "Work.toml"
    with session_elsewhere(home) as process:
        assert profiles.in_use("Work")
        profiles.delete("Work")
        assert profiles.names() == []
        assert file.exists()
        log_off(process)
        assert not file.exists()
        assert list((home / "profiles").glob(".Work*")) == []


def test_a_profile_another_process_uses_is_renamed_when_that_logs_off(home: Path) -> None:
    """PRF-6; scenario 11."""
    profiles = ProfileStore(home)
    with session_elsewhere(home) as process:
        profiles.rename("Work", "Job")
        assert profiles.names() == ["Work"]
        log_off(process)
        assert profiles.names() == ["Job"]
        assert not profiles.in_use("Job")


def test_the_last_of_several_sessions_does_what_was_put_off(home: Path) -> None:
    """PRF-6."""
    profiles, file = ProfileStore(home), home / "profiles" / "Work.toml"
    with session_elsewhere(home) as first, Subsystem(home, sharing=False) as system:
        session = system.logon("Work", flags=MAPI_NEW_SESSION)
        profiles.delete("Work")
        log_off(first)
        assert file.exists()
        session.logoff()
        assert not file.exists()


def test_a_process_that_dies_gives_its_profile_free(home: Path) -> None:
    """PRF-6."""
    profiles, file = ProfileStore(home), home / "profiles" / "Work.toml"
    with session_elsewhere(home) as process:
        profiles.delete("Work")
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        assert not profiles.in_use("Work")
        assert profiles.names() == []
        assert not file.exists()
        profiles.create("Work")


def test_a_forked_child_has_no_part_in_it(home: Path) -> None:
    """PRF-6: what was forked off while a session ran keeps no profile in use."""
    profiles = ProfileStore(home)
    profiles.use("Work")
    wait, go = os.pipe()
    child = os.fork()
    if not child:
        os.close(go)
        os.read(wait, 1)
        os._exit(0)
    try:
        assert ProfileStore(home).in_use("Work")
        profiles.release("Work")
        until(lambda: not ProfileStore(home).in_use("Work"))
    finally:
        os.close(go)
        os.close(wait)
        os.waitpid(child, 0)


def test_a_logon_that_fails_leaves_the_profile_free(home: Path) -> None:
    (home / "profiles" / "Work.toml").write_text("format = 1\nname = ", encoding="utf-8")
    profiles = ProfileStore(home)
    with pytest.raises(Exception, match="Work"):
        profiles.use("Work")
    assert not profiles.in_use("Work")


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)
