"""A real PostgreSQL in a directory of its own, on a unix socket nobody else knows.

    with postgresql() as server:
        ... server.dsn(), server.dsn(user="ann"), server.role("ann"), server.crash() ...

PostgreSQL refuses to run as root: there it runs as another user. Without it, `reason()` says what is missing.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

_USERS = ("postgres", "nobody")
_PLACES = "/usr/lib/postgresql/*/bin"
_SETTINGS = """
listen_addresses = ''
unix_socket_directories = '{home}'
unix_socket_permissions = 0777
fsync = {fsync}
full_page_writes = {fsync}
shared_buffers = 64MB
max_connections = 100
max_wal_size = 256MB
autovacuum_naptime = 10s
restart_after_crash = on
log_min_messages = fatal
"""


class PostgreSql:
    """One server that runs, with its superuser `keeper` and a database `mail`."""

    database = "mail"
    keeper = "keeper"

    def __init__(self, home: Path, programs: Path, user: str | None) -> None:
        self.home = home
        self._programs = programs
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None

    def dsn(self, user: str | None = None, database: str | None = None) -> str:
        """How to connect, as a superuser when nobody is named."""
        return f"postgresql:///{database or self.database}?host={self.home}&user={user or self.keeper}"

    def role(self, name: str) -> str:
        """Make a role that may do nothing special, unless there is one; how it connects."""
        if not self.execute(f"SELECT 1 FROM pg_roles WHERE rolname = '{name}'"):
            self.execute(f'CREATE ROLE "{name}" LOGIN')
        return self.dsn(name)

    def execute(self, *statements: str, user: str | None = None, database: str | None = None) -> list[Any]:
        """Run statements, as the superuser when nobody is named; the rows of the last."""
        import psycopg

        rows: list[Any] = []
        with psycopg.connect(self.dsn(user, database), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
                rows = cursor.fetchall() if cursor.description else []
        return rows

    def prepare(self, *, durable: bool) -> None:
        """Make the files of a server."""
        data = self.home / "data"
        self.tool("initdb", "-D", data, "-U", self.keeper, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N")
        with (data / "postgresql.conf").open("a") as settings:
            settings.write(_SETTINGS.format(home=self.home, fsync="on" if durable else "off"))

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        log = (self.home / "server.log").open("ab")
        with log:
            self._process = subprocess.Popen(
                [self._programs / "postgres", "-D", self.home / "data"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.home,
                start_new_session=True,
                **self._as_user(),
            )
        self.wait()

    def wait(self, seconds: float = 60) -> None:
        """Wait until the server answers."""
        import psycopg

        deadline = time.monotonic() + seconds
        while True:
            try:
                psycopg.connect(self.dsn(database="postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError as error:
                assert self._process is not None
                if self._process.poll() is not None or time.monotonic() > deadline:
                    said = (self.home / "server.log").read_text(errors="replace")[-2000:]
                    raise AssertionError(f"PostgreSQL does not answer: {error}\n{said}") from error
            time.sleep(0.05)

    def stop(self) -> None:
        """End the server; whoever is connected is sent away."""
        self._end(signal.SIGINT)

    def crash(self) -> None:
        """Kill the server with all its processes, as a loss of power would."""
        assert self._process is not None
        while found := self._processes():
            for process in found:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            self._process.poll()
            time.sleep(0.01)
        self._process.wait(timeout=60)

    def _processes(self) -> list[int]:
        """All processes of the server."""
        found = []
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if (entry / "cwd").readlink() == self.home / "data":
                    found.append(int(entry.name))
        return found

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            try:
                self._process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                self.crash()

    def tool(self, program: str, *arguments: object) -> None:
        """Run a program of PostgreSQL's."""
        command = [str(self._programs / program), *map(str, arguments)]
        done = subprocess.run(command, cwd=self.home, capture_output=True, text=True, **self._as_user(), check=False)
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"

    def _as_user(self) -> dict[str, Any]:
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        if self._user is None:
            return {"env": environment}
        known = pwd.getpwnam(self._user)
        return {"env": environment, "user": known.pw_uid, "group": known.pw_gid, "extra_groups": []}


def programs() -> Path | None:
    """The directory of `postgres` and `initdb`, of the newest version there is; None without."""
    found = sorted(Path("/").glob(_PLACES.lstrip("/")), key=lambda path: _number(path.parent.name))
    path = shutil.which("postgres")
    places = ([Path(path).resolve().parent] if path else []) + found[::-1]
    return next((place for place in places if (place / "initdb").exists()), None)


def reason() -> str | None:
    """Why there can be no server here; None where there can."""
    if os.name == "nt":
        return "no unix sockets here"
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "needs psycopg: the extra mapix[postgresql]"
    if programs() is None:
        return "needs PostgreSQL: Debian's package postgresql"
    if os.getuid() == 0 and _other_user() is None:
        return "PostgreSQL does not run as root, and there is no other user here"
    return None


@contextmanager
def postgresql(*, durable: bool = False) -> Iterator[PostgreSql]:
    """A server for as long as the block lasts; `durable` ones wait for the disk."""
    place = programs()
    assert place is not None, reason()
    user = _other_user() if os.getuid() == 0 else None
    home = Path(tempfile.mkdtemp(prefix="mapix-pg-"))
    try:
        if user is not None:
            os.chown(home, pwd.getpwnam(user).pw_uid, -1)
        home.chmod(0o755)
        server = PostgreSql(home, place, user)
        server.prepare(durable=durable)
        server.start()
        try:
            server.execute(f"CREATE DATABASE {server.database} TEMPLATE template0", database="postgres")
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _other_user() -> str | None:
    for name in _USERS:
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name).pw_name
    return None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0
