"""Processes of `mapix` without the time Python takes to start: forked from one that has loaded everything already.

    found = forks().run(["ls", "--json"], env=..., cwd=..., stdin="", timeout=60)

What runs is a process of its own, with its own standard streams, environment and exit, as `python -m mapix` would have.
Only on Linux; elsewhere, and for environments that Python reads when it starts, `possible` says no.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
import time
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
STRICT = {"PYTHONWARNINGS": "error", "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring"}

BEGIN_SECONDS = 60.0
_AT_START = ("PYTHON", "LC_", "LANG", "TZ")
_ROOMS = ("cli", "client", "objects", "providers.local", "providers.sqlstore", "providers.smtp", "subsystem")
_LIBRARIES = ("email.generator", "email.policy", "email.parser", "rich.console", "rich.table", "sqlite3", "ssl")


def _fixed(env: Mapping[str, str]) -> dict[str, str]:
    """The part of an environment that a process cannot change once it has started."""
    return {name: value for name, value in env.items() if name.startswith(_AT_START)}


class Forks:
    """A process that has loaded `mapix`, and those forked from it."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._fixed = _fixed(env)
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            command = [sys.executable, "-m", "tests.forking", str(theirs.fileno())]
            pipe = subprocess.PIPE  # what Python makes of its streams when it starts is kept after the fork
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=dict(env), pass_fds=[theirs.fileno()], stdin=pipe, stdout=pipe, stderr=pipe
            )

    def run(
        self, args: Sequence[str], *, env: Mapping[str, str], cwd: Path, stdin: str, timeout: float
    ) -> subprocess.CompletedProcess[str]:
        """Run a command until it ends; `subprocess.TimeoutExpired` when it takes longer than `timeout` seconds. They
        begin with the command: who forks it may just be loading what commands load.
        """
        ours, theirs = zip(*(os.pipe() for _ in range(4)), strict=True)
        mine, their = [theirs[0], *ours[1:]], [ours[0], *theirs[1:]]
        request = {"args": list(args), "env": dict(env), "cwd": str(cwd)}
        try:
            socket.send_fds(self._control, [json.dumps(request).encode()], their)
        finally:
            for each in their:
                os.close(each)
        feeder = threading.Thread(target=_feed, args=(mine[0], stdin.encode()))
        feeder.start()
        process = _begun(mine[3])
        out, err, code = _collect(mine[1:], time.monotonic() + timeout)
        if not code:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        feeder.join()
        if not code:
            raise subprocess.TimeoutExpired(list(args), timeout, out, err)
        return subprocess.CompletedProcess(list(args), int(code), _text(out), _text(err))

    def end(self) -> None:
        """Let it go, and wait until it has."""
        self._control.close()
        self._process.communicate(timeout=30)

    def possible(self, env: Mapping[str, str]) -> bool:
        """Whether a process with this environment can be forked."""
        return self._fixed == _fixed(env) and self._process.poll() is None


def _feed(stream: int, data: bytes) -> None:
    """Write all of it and close, unless nobody reads."""
    with contextlib.suppress(BrokenPipeError), os.fdopen(stream, "wb") as file:
        file.write(data)


def _begun(stream: int) -> int:
    """Wait until a command is forked; its process."""
    said, deadline = b"", time.monotonic() + BEGIN_SECONDS
    while not said.endswith(b" "):
        ready = select.select([stream], [], [], max(0, deadline - time.monotonic()))[0]
        piece = os.read(stream, 1) if ready else b""
        assert piece, "nobody forks commands any more"
        said += piece
    return int(said)


def _collect(streams: list[int], deadline: float) -> tuple[bytes, bytes, bytes]:
    """What is written to each, until all are closed; nothing to the last one where the time is over before that."""
    found: dict[int, bytes] = dict.fromkeys(streams, b"")
    left = set(streams)
    while left and (ready := select.select(left, [], [], max(0, deadline - time.monotonic()))[0]):
        for each in ready:
            data = os.read(each, 1 << 16)
            found[each] += data
            if not data:
                left.discard(each)
    for each in streams:
        os.close(each)
    out, err, code = found.values()
    return out, err, b"" if left else code


def _text(data: bytes) -> str:
    return data.decode().replace("\r\n", "\n").replace("\r", "\n")


def _load() -> None:
    """Import what commands import."""
    for name in _LIBRARIES:
        importlib.import_module(name)
    for room in _ROOMS:
        package = importlib.import_module(f"mapix.{room}")
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                with contextlib.suppress(ImportError):
                    importlib.import_module(module.name)


def _serve(control: socket.socket) -> dict[str, Any] | None:
    """Fork for each request; returns the request in the process that is forked, None when nobody asks any more."""
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wake)
    waiting: dict[int, int] = {}
    while True:
        ready = select.select([control, woken], [], [])[0]
        if woken in ready:
            os.read(woken, 4096)
            _tell(waiting)
        if control not in ready:
            continue
        data, streams, _, _ = socket.recv_fds(control, 1 << 18, 4)
        if not data:
            return None
        if not (process := os.fork()):
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            control.detach()
            _become(streams, [woken, wake, *waiting.values()])
            request: dict[str, Any] = json.loads(data)
            return request
        waiting[process] = streams.pop()
        with contextlib.suppress(BrokenPipeError):
            os.write(waiting[process], f"{process} ".encode())
        for each in streams:
            os.close(each)


def _tell(waiting: dict[int, int]) -> None:
    """Write the exit code of every process that has ended to those who wait for it."""
    for process, stream in list(waiting.items()):
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            with contextlib.suppress(BrokenPipeError):
                os.write(stream, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(waiting.pop(process))


def _become(streams: list[int], others: list[int]) -> None:
    """Take the standard streams, and close whatever belongs to the one that forks."""
    for number, stream in enumerate(streams[:3]):
        os.dup2(stream, number)
    for each in {*streams, *others, int(sys.argv[1])}:
        os.close(each)


def _main() -> None:
    """What the forking process does, and after the fork what the command does."""
    _load()
    gc.freeze()
    request = _serve(socket.socket(fileno=int(sys.argv[1])))
    if request is not None:
        os.environ.clear()
        os.environ.update(request["env"])
        os.chdir(request["cwd"])
        sys.path[0] = request["cwd"]
        sys.argv = ["mapix", *request["args"]]
        os._exit(_run())


def _run() -> int:
    """Run the command to the end of what it started; its exit code. What was loaded is left to the system."""
    code: object = 1
    try:
        runpy.run_module("mapix", run_name="__main__", alter_sys=True)
        code = 0
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:
        traceback.print_exc()
    threading._shutdown()
    atexit._run_exitfuncs()
    for each in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError):
            each.flush()
    return code if isinstance(code, int) else 1


@functools.cache
def forks() -> Forks | None:
    """The one of this process; None where there can be none."""
    if sys.platform != "linux":
        return None
    made = Forks({name: value for name, value in os.environ.items() if not name.startswith("MAPIX_")} | STRICT)
    atexit.register(made.end)
    return made


if __name__ == "__main__":
    _main()
