"""Who is not of this user, or says nonsense, gets nothing; the broker goes on serving its user."""

import os
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from tests.subsystem.broker.conftest import Process, state

from mapix.properties.errors import CallFailed, NoAccess, NoSupport
from mapix.properties.flags import MAPI_ALLOW_OTHERS
from mapix.subsystem.broker.frames import VERSION, Hello, Learned, pack
from mapix.subsystem.broker.place import connect, place_of

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no such sockets")
Make = Callable[[], Process]


def raw(home: Path) -> socket.socket:
    made = connect(place_of(home), 60)
    assert made is not None
    made.settimeout(60)
    return made


def ended(connection: socket.socket) -> bool:
    """Whether the broker closes a connection."""
    try:
        while connection.recv(4096):
            pass
    except ConnectionError:
        return True
    return True


@pytest.fixture
def shared(home: Path, process: Make) -> Process:
    first = process()
    first.do("logon", "Work", MAPI_ALLOW_OTHERS)
    return first


def test_the_socket_is_the_users_alone(home: Path, shared: Process) -> None:
    place = place_of(home)
    assert place.socket.lstat().st_mode & 0o777 == 0o600
    assert place.directory.lstat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.0\r\n\r\n",
        struct.pack(">I", 0xFFFFFFFF),
        struct.pack(">I", 5) + b"\xc1" * 5,
        pack(Learned("place", "secret")),
        pack(Hello(VERSION + 1, 1)),
        pack(Hello(VERSION, 1)) + struct.pack(">I", 3) + b"\x01\x02\x03",
    ],
)
def test_nonsense_ends_the_connection_and_nothing_else(home: Path, shared: Process, said: bytes) -> None:
    connection = raw(home)
    connection.sendall(said)
    assert ended(connection)
    connection.close()
    assert shared.do("shared")
    assert state(home) is not None


def test_a_flood_of_connections_leaves_it_serving(home: Path, shared: Process, process: Make) -> None:
    flood = [raw(home) for _ in range(400)]
    for each in flood[::2]:
        with suppress(ConnectionError):  # of too many the first are sent away
            each.sendall(b"\x00\x00")
    second = process()
    assert second.do("logon", "-", 0)[0] == "Work"
    assert shared.do("shared")
    for each in flood:
        each.close()


def test_who_says_nothing_is_cut_off(home: Path, shared: Process) -> None:
    connection = raw(home)
    assert ended(connection)
    connection.close()


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can be somebody else")
def test_another_user_neither_joins_nor_reaches_the_socket(home: Path, shared: Process) -> None:
    """LOG-34."""
    place = place_of(home)
    code = (
        "import os, socket, sys\n"
        "os.setgid(65534); os.setuid(65534)\n"
        "s = socket.socket(socket.AF_UNIX)\n"
        "try:\n    s.connect(sys.argv[1])\nexcept OSError as e:\n    print(type(e).__name__)\n"
        "else:\n    s.settimeout(60)\n    try:\n        s.sendall(bytes.fromhex(sys.argv[2]))\n"
        "        print(len(s.recv(100)))\n    except ConnectionError:\n        print(0)\n"
    )

    def attempt() -> str:
        said = pack(Hello(VERSION, 1)).hex()
        command = [sys.executable, "-c", code, str(place.socket), said]
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd="/").stdout.strip()

    assert attempt() == "PermissionError"
    opened = [place.directory, *place.directory.parents[:-2]]
    former = [each.stat().st_mode & 0o7777 for each in opened]
    for each in opened:
        each.chmod(0o755)
    place.socket.chmod(0o666)
    try:
        assert attempt() == "0"
    finally:
        for each, mode in zip(opened, former, strict=True):
            each.chmod(mode)
    assert shared.do("shared")


@pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can be somebody else")
def test_a_planted_directory_is_not_used(home: Path, runtime: Path) -> None:
    planted = runtime / "mapix"
    planted.mkdir(mode=0o700)
    os.chown(planted, 65534, 65534)
    with pytest.raises(NoAccess, match="another user"):
        place_of(home, make=True)


def test_a_place_that_is_open_to_others_or_a_link_is_not_used(home: Path, runtime: Path, tmp_path: Path) -> None:
    planted = runtime / "mapix"
    planted.mkdir()
    planted.chmod(0o755)
    with pytest.raises(NoAccess, match="open to others"):
        place_of(home)
    planted.rmdir()
    planted.symlink_to(tmp_path)
    with pytest.raises(NoAccess, match="no directory"):
        place_of(home)


def test_where_no_place_can_be_made_sessions_stay_private(home: Path, process: Make, runtime: Path) -> None:
    (runtime / "mapix").write_text("in the way")
    with pytest.raises(NoAccess):
        place_of(home, make=True)
    first = process()
    assert first.do("logon", "Work", MAPI_ALLOW_OTHERS)[0] == "Work"
    assert first.do("shared") is False


def test_a_broker_that_is_gone_is_an_error_that_says_so(home: Path, shared: Process) -> None:
    from mapix.subsystem.broker.frames import Done, State, Status, Stop
    from mapix.subsystem.broker.link import open_link

    one, other = open_link(place_of(home)), open_link(place_of(home))
    assert one is not None
    assert other is not None
    one.ask(Stop(), Done)
    one.wait_for_the_end()
    with pytest.raises(CallFailed, match="the broker"):
        other.ask(Status(), State)
    other.close()


def test_no_place_is_asked_where_sharing_is_off(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAPIX_BROKER", "off")
    with pytest.raises(NoSupport):
        place_of(home)
