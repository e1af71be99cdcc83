"""Where the broker of a home directory listens: a socket that nobody else can reach or put there.

It lies in a directory of this user with mode 0700: below `XDG_RUNTIME_DIR`, else below the directory for temporary
files. A directory that is a link, belongs to somebody else or is open to others is an error, never used.
"""

from __future__ import annotations

import os
import socket
import stat
import struct
import sys
import tempfile
import time
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from mapix.properties.errors import DiskError, NoAccess, NoSupport
from mapix.subsystem.broker import VARIABLE, is_possible

_LONGEST = 100
_SOL_LOCAL, _LOCAL_PEERCRED, _LONGEST_CREDENTIALS = 0, 1, 128
"""How macOS and the BSDs are asked for the user at the other end."""


@dataclass(frozen=True, slots=True)
class Place:
    """The files of one broker."""

    directory: Path
    name: str

    @property
    def socket(self) -> Path:
        """What members connect to."""
        return self.directory / f"{self.name}.sock"

    @property
    def lock(self) -> Path:
        """Locked while the broker lives."""
        return self.directory / f"{self.name}.lock"

    @property
    def log(self) -> Path:
        """What the broker has to say, from its start on."""
        return self.directory / f"{self.name}.log"


def place_of(home: Path, *, make: bool = False) -> Place:
    """The place of a home directory's broker; with `make` its directory is there afterwards.

    Raises NoSupport where this system has no such sockets, NoAccess for a directory that is not safe, DiskError.
    """
    if not is_possible():
        raise NoSupport("sessions are not shared between processes here", value=os.environ.get(VARIABLE))
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    base = (
        Path(runtime) / "mapix"
        if runtime and Path(runtime).is_dir()
        else Path(tempfile.gettempdir()) / f"mapix-{os.getuid()}"
    )
    name = sha256(os.fsencode(home.resolve())).hexdigest()[:16]
    if len(os.fsencode(base)) + len(name) + 6 > _LONGEST:
        base = Path("/tmp") / f"mapix-{os.getuid()}"
    if make:
        _make(base)
    if make or base.exists() or base.is_symlink():
        _check(base)
    return Place(base, name)


def _make(path: Path) -> None:
    try:
        path.mkdir(mode=0o700)
    except FileExistsError:
        return
    except OSError as error:
        text = f"cannot make the broker's directory ({error.strerror})"
        raise DiskError(text, value=str(path), hint="set XDG_RUNTIME_DIR", low_level=error.errno or 0) from error


def _check(path: Path) -> None:
    """`NoAccess` for a directory that somebody else could have planted or can write to."""
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode):
        raise NoAccess("the broker's place is no directory", value=str(path), hint="remove it")
    if found.st_uid != os.getuid():
        raise NoAccess("the broker's directory belongs to another user", value=str(path), hint="set XDG_RUNTIME_DIR")
    if stat.S_IMODE(found.st_mode) & 0o077:
        raise NoAccess("the broker's directory is open to others", value=str(path), hint=f"chmod 700 {path}")


def connect(place: Place, timeout: float) -> socket.socket | None:
    """A connection to the broker; None where none listens. `NoAccess` when another user does."""
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        _connect(made, str(place.socket), time.monotonic() + timeout)
    except OSError as error:
        made.close()
        if isinstance(error, FileNotFoundError | ConnectionError | TimeoutError):
            return None
        text = f"cannot reach the broker ({error.strerror})"
        raise NoAccess(text, value=str(place.socket), low_level=error.errno or 0) from error
    if not is_own(made):
        made.close()
        raise NoAccess("another user listens where the broker should be", value=str(place.socket))
    return made


def _connect(made: socket.socket, path: str, deadline: float) -> None:
    """Connect, and try again while the broker's queue of newcomers is full."""
    while True:
        made.settimeout(max(deadline - time.monotonic(), 0.01))
        try:
            return made.connect(path)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)


def is_own(connection: socket.socket) -> bool:
    """Whether this user is at the other end; where the system does not tell, only he can reach the directory."""
    return peer_uid(connection) in (os.getuid(), -1)


def peer_uid(connection: socket.socket) -> int:
    """The user at the other end, as the operating system knows it; -1 where it does not tell."""
    if hasattr(socket, "SO_PEERCRED"):
        size = struct.calcsize("3i")
        _, uid, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size))
        return int(uid)
    if sys.platform == "darwin" or sys.platform.startswith("freebsd"):
        return uid_of(connection.getsockopt(_SOL_LOCAL, _LOCAL_PEERCRED, _LONGEST_CREDENTIALS))
    return -1


def uid_of(credentials: bytes) -> int:
    """The user in a `struct xucred`: its version, the uid, groups; -1 where it is another structure."""
    if len(credentials) < _XUCRED.size:
        return -1
    version, uid = _XUCRED.unpack_from(credentials)
    return int(uid) if version == 0 else -1


_XUCRED = struct.Struct("=II")
