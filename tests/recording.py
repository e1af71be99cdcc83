"""A real SMTP server in a process of its own, which writes down what it is given."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

_PROGRAM = Path(__file__).parents[1] / "examples" / "smtp_server.py"


class Server(NamedTuple):
    """Where it listens, and where it writes down what it got."""

    port: int
    record: Path

    @property
    def seen(self) -> list[dict[str, Any]]:
        """What it was given, in order."""
        if not self.record.exists():
            return []
        lines = self.record.read_text(encoding="utf-8").splitlines(keepends=True)
        return [json.loads(line) for line in lines if line.endswith("\n")]

    @property
    def options(self) -> list[str]:
        """What `mapix init` needs to know of it."""
        return ["--smtp-host", "127.0.0.1", "--smtp-port", str(self.port), "--smtp-security", "none"]


@contextmanager
def recording(record: Path) -> Iterator[Server]:
    """One that runs meanwhile, and writes into a file."""
    command = [sys.executable, str(_PROGRAM), str(record)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        yield Server(int(process.stdout.readline()), record)
        process.stdin.close()
        process.wait(60)
