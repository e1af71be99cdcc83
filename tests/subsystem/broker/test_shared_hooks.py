"""Hooks of a profile in a session that several processes share, with a real broker."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.cli.test_hooks import INF, MODULE, notes
from tests.fixtures_smtp import Sink, running
from tests.subsystem.broker.conftest import Process
from tests.subsystem.broker.test_shared_sessions import until

from mapix.properties.flags import MAPI_ALLOW_OTHERS
from mapix.subsystem.initialize import Subsystem

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no such sockets")


def test_whoever_submits_each_message_passes_the_hooks_once(
    home: Path, process: Callable[[], Process], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SPL-22, SPI-6, LOG-33: in whatever process the spooler of the session is, though all members have gone."""
    (tmp_path / "mailnotes.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "notes.inf").write_text(INF, encoding="utf-8")
    monkeypatch.setenv("MAPIX_MAPISVC", str(tmp_path / "notes.inf"))
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with running(Sink()) as server:
        with Subsystem(home, sharing=False) as system:
            settings = {"host": server.host, "port": server.port, "security": "none", "address": "ann@example.com"}
            services = system.admin_profiles().admin_services("Work")
            services.create_msg_service("SMTP", "Out", settings)
            services.create_msg_service("Notes")
        first, second = process(), process()
        first.do("logon", "Work", MAPI_ALLOW_OTHERS)
        second.do("logon", "-", 0)
        for number in range(3):
            first.do("submit", f"one-{number}")
            second.do("submit", f"two-{number}")
        first.do("logoff", 0)
        second.do("logoff", 0)
        wanted = sorted(f"out {who}-{number}" for who in ("one", "two") for number in range(3))
        until(lambda: len(notes(tmp_path)) >= len(wanted), 20)
        assert notes(tmp_path) == wanted
