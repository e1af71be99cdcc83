"""A file that `MAPIX_MAPISVC` names and that is not there: every command tells of it, and works."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from .conftest import Mapix


@pytest.fixture
def gone(ann: Mapix, tmp_path: Path) -> Path:
    """The file that is missing."""
    path = tmp_path / "gone.inf"
    ann.env["MAPIX_MAPISVC"] = str(path)
    return path


def test_every_command_tells_of_it_once_and_works(ann: Mapix, gone: Path) -> None:
    """SPI-2."""
    for command in (("ls",), ("profile", "list"), ("service", "list", "--json")):
        told = ann(*command).stderr
        assert told.count(str(gone)) == 1
        assert "Try: correct MAPIX_MAPISVC" in told


def test_a_service_of_that_file_is_not_found_and_the_error_says_why(ann: Mapix, gone: Path) -> None:
    """SPI-2."""
    told = ann("service", "add", "Pigeon", code=4).stderr.splitlines()[-1]
    assert "MAPI_E_NOT_FOUND" in told
    assert f"correct MAPIX_MAPISVC, or put a file there that can be read: {gone}" in told


def test_the_doctor_and_the_list_of_types_tell_of_it(ann: Mapix, gone: Path) -> None:
    """SPI-2."""
    ran = ann("doctor", code=1)
    assert f"wrong services: {gone}: MAPIX_MAPISVC names it" in ran.stdout
    assert str(gone) not in ran.stderr
    found = json.loads(ann("doctor", "--json", code=1).stdout)["findings"]
    (finding,) = [each for each in found if each["what"] == "services"]
    assert finding["hint"].startswith("correct MAPIX_MAPISVC")
    assert ann("service", "types").stderr.count(str(gone)) == 1


def test_the_doctor_tells_what_is_odd_in_a_file(ann: Mapix) -> None:
    """PRF-31: a service that is listed without a section; nothing else suffers."""
    (ann.home / "mapisvc.inf").write_text("[Services]\nA=One\nB=Two\n", encoding="utf-8")
    (line,) = [line for line in ann("doctor", code=0).stdout.splitlines() if "mapisvc.inf" in line]
    assert line.startswith("ok    services: ")
    assert "and 1 more. Try: mapix service types" in line


def test_the_shell_completes_without_being_told(ann: Mapix, gone: Path) -> None:
    """What is said at that moment would stand in the line that is typed."""
    words = {"_MAPIX_COMPLETE": "bash_complete", "COMP_WORDS": "mapix service add ", "COMP_CWORD": "3"}
    ran = ann(**words)
    assert "SMTP" in ran.stdout
    assert ran.stderr == ""
