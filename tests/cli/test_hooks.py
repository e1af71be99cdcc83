"""A hook that a file describes works in whatever process is the spooler."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.cli.conftest import Mapix

INF = """
[Services]
Notes=Notes of mail

[Notes]
Providers=Notes HP

[Notes HP]
PR_PROVIDER_DLL_NAME=mailnotes
PR_RESOURCE_TYPE=MAPI_HOOK_PROVIDER
PR_PROVIDER_DISPLAY=Notes
"""

MODULE = """
from pathlib import Path

from mapix.interfaces.spi import Placement
from mapix.properties.tags import PR_SUBJECT

NOTES = Path(__file__).with_name("notes.txt")


class Notes:
    def outbound(self, message):
        self.note("out", message)

    def inbound(self, message, folder):
        self.note("in", message)
        return Placement(folder)

    def note(self, way, message):
        with NOTES.open("a") as file:
            file.write(f"{way} {message.get_prop(PR_SUBJECT)}\\n")


def HPProviderInit(session, instance, allocate, more, free, section, flags):
    return Notes()
"""


@pytest.fixture
def noting(tmp_path: Path) -> Mapix:
    """Ann's home, with a hook that writes down what passes."""
    mapix = Mapix(tmp_path / "home")
    (tmp_path / "mailnotes.py").write_text(MODULE, encoding="utf-8")
    (tmp_path / "notes.inf").write_text(INF, encoding="utf-8")
    mapix.env |= {"MAPIX_MAPISVC": str(tmp_path / "notes.inf"), "PYTHONPATH": str(tmp_path)}
    mapix.init()
    mapix("service", "add", "Notes")
    return mapix


def notes(tmp_path: Path) -> list[str]:
    found = tmp_path / "notes.txt"
    return sorted(found.read_text(encoding="utf-8").splitlines()) if found.exists() else []


def test_a_command_that_sends_has_the_hooks_of_the_profile(noting: Mapix, tmp_path: Path) -> None:
    """SPL-22, SPI-6."""
    noting("send", "--to", "ann@example.org", "--subject", "Hello", "--text", "t", "--wait")
    assert notes(tmp_path) == ["in Hello", "out Hello"]


def test_a_spooler_of_its_own_has_the_hooks_of_the_profile(noting: Mapix, tmp_path: Path) -> None:
    """SPL-22, SPI-6: each message passes once, whoever else has a session."""
    with subprocess.Popen(noting.command("spooler", "run"), env=noting.env, stderr=subprocess.PIPE, text=True) as one:
        assert one.stderr is not None
        assert one.stderr.readline().startswith("Sending for profile")
        noting("send", "--to", "ann@example.org", "--subject", "First", "--text", "t")
        noting("send", "--to", "ann@example.org", "--subject", "Second", "--text", "t")
        one.terminate()
        one.communicate(timeout=60)
    noting("spooler", "flush")
    assert notes(tmp_path) == ["in First", "in Second", "out First", "out Second"]
