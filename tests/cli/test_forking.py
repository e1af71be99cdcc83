"""Commands that are forked do what commands of a Python of their own do."""

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from tests.cli.conftest import Mapix
from tests.forking import STRICT, Forks, forks

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="commands are forked on Linux only")


NOBODY = (1 << 22) + 1
"""No system gives a process this number."""


def program(folder: Path, text: str) -> Path:
    (folder / "program.py").write_text(text, encoding="utf-8")
    return folder / "program.py"


@pytest.mark.parametrize(
    "text",
    [
        "import sys; sys.stderr.write(sys.stdin.read()); print(sys.argv, __name__)",
        "import sys; sys.stdout.buffer.write(bytes([195, 164, 10])); sys.exit(7)",
        "import atexit, threading; atexit.register(print, 'last'); threading.Timer(0.1, print, ['first']).start()",
        "import os; print(sorted(os.listdir('/proc/self/fd'))[:3], os.environ['MAPIX_WORD'], os.getcwd())",
        "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
        "1 / 0",
    ],
)
def test_output_and_end_are_those_of_a_fresh_python(mapix: Mapix, tmp_path: Path, text: str) -> None:
    ran = []
    for mapix.fresh in (False, True):
        made = mapix._run(["run", str(program(tmp_path, text)), "a"], mapix.env | {"MAPIX_WORD": "x"}, "é\n", 60)
        ran.append((made.returncode, made.stdout, made.stderr))
    assert ran[0] == ran[1]


def test_a_command_that_takes_too_long_is_killed(mapix: Mapix, tmp_path: Path) -> None:
    text = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    said, timeout = b"", 1
    while not said and timeout < 60:  # a busy machine may take as long until the program says something
        timeout *= 2
        with pytest.raises(subprocess.TimeoutExpired) as caught:
            mapix("run", program(tmp_path, text), timeout=timeout)
        said = caught.value.output
    process, deadline = Path(f"/proc/{int(said)}"), time.monotonic() + 60
    while process.exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not process.exists()


def test_a_command_has_its_time_from_when_it_begins(tmp_path: Path) -> None:
    """Who forks it may load what commands load, and take longer for that than this command may."""
    forking = Forks.__new__(Forks)
    forking._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)

    def fork() -> None:
        _, streams, _, _ = socket.recv_fds(theirs, 1 << 16, 4)
        time.sleep(0.1)
        os.write(streams[1], b"x\n")
        os.write(streams[3], f"{NOBODY} 0".encode())
        for each in streams:
            os.close(each)

    thread = threading.Thread(target=fork)
    thread.start()
    with theirs, forking._control:
        ran = forking.run(["ls"], env={}, cwd=tmp_path, stdin="", timeout=0.01)
    thread.join()
    assert (ran.returncode, ran.stdout) == (0, "x\n")


def test_what_python_reads_when_it_starts_is_not_forked(mapix: Mapix) -> None:
    made = forks()
    assert made is not None
    assert made.possible(mapix.env | {"MAPIX_DEBUG": "1"})
    assert not made.possible(mapix.env | {"PYTHONPATH": "/elsewhere"})
    assert not made.possible({name: value for name, value in mapix.env.items() if name not in STRICT})
