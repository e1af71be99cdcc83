"""Files that should describe message services and cannot be read: told of, and the others go on (SPI-2, PRF-30)."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from mapix.interfaces.spi import MessageService
from mapix.properties.errors import NotFound
from mapix.properties.flags import MAPI_EXTENDED, MAPI_NEW_SESSION
from mapix.subsystem.catalogue.inffiles import inf_files, unread_files
from mapix.subsystem.catalogue.services import Catalogue
from mapix.subsystem.initialize import Subsystem

INF = "[Services]\nPigeon=Pigeons\n[Pigeon]\nProviders=P\n[P]\nPR_RESOURCE_TYPE=MAPI_TRANSPORT_PROVIDER\n"
INF += "PR_PROVIDER_DLL_NAME=pigeon\n"


@pytest.fixture
def gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that the variable names and that is not there."""
    path = tmp_path / "gone.inf"
    monkeypatch.setenv("MAPIX_MAPISVC", str(path))
    return path


def test_a_named_file_that_is_missing_is_a_defect_that_names_file_and_variable(home: Path, gone: Path) -> None:
    """SPI-2."""
    catalogue = Catalogue(inf_files(home))
    ((path, defect),) = catalogue.defects()
    assert path == gone
    assert "MAPIX_MAPISVC names it" in str(defect)
    assert os.strerror(2) in str(defect)
    (told,) = catalogue.unread()
    assert str(told) == str(unread_files()[0])
    assert "Try: correct MAPIX_MAPISVC" in str(told)


def test_it_is_logged_once_where_services_are_looked_up(
    home: Path, gone: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """SPI-2: with what to do next."""
    catalogue = Catalogue(inf_files(home))
    with caplog.at_level(logging.WARNING, "mapix"):
        assert catalogue.find("smtp") is not None
        list(catalogue)
    (record,) = caplog.records
    assert str(gone) in record.getMessage()
    assert "Try: correct MAPIX_MAPISVC" in record.getMessage()


def test_a_service_that_is_not_found_may_be_in_that_file(home: Path, gone: Path) -> None:
    """SPI-2: the error says so, and which services there are."""
    with pytest.raises(NotFound) as caught:
        Catalogue(inf_files(home)).get("Pigeon")
    assert str(gone) in caught.value.hint
    assert "MAPIX_MAPISVC" in caught.value.hint
    assert "SMTP" in caught.value.hint


def test_files_that_can_be_read_count_beside_one_that_cannot(
    home: Path, gone: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SPI-2."""
    (tmp_path / "there.inf").write_text(INF, encoding="utf-8")
    monkeypatch.setenv("MAPIX_MAPISVC", f"{gone}{os.pathsep}{tmp_path / 'there.inf'}")
    catalogue = Catalogue(inf_files(home))
    assert isinstance(catalogue.get("pigeon"), MessageService)
    assert [each.path for each in catalogue.unread()] == [gone]


@pytest.mark.parametrize("kind", ["folder", "pipe", "loop", "nobody's"])
def test_what_is_no_file_is_told_and_not_waited_for(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """SPI-2: a pipe would never end."""
    path = tmp_path / "odd.inf"
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe" and hasattr(os, "mkfifo"):
        os.mkfifo(path)
    elif kind == "loop" and os.name == "posix":
        path.symlink_to(path)
    else:
        path = Path("~nobody-of-this-name/odd.inf")
    monkeypatch.setenv("MAPIX_MAPISVC", str(path))
    assert [each.path for each in Catalogue(inf_files(home)).unread()] == [path]


def test_the_file_of_the_home_directory_is_told_of_when_it_cannot_be_read(home: Path) -> None:
    """PRF-30: without the variable, which has nothing to do with it."""
    home.mkdir(exist_ok=True)
    (home / "mapisvc.inf").mkdir()
    (told,) = Catalogue(inf_files(home, {})).unread()
    assert "MAPIX_MAPISVC" not in str(told)


def test_a_session_goes_on_without_the_file(gone: Path, system: Subsystem, profile: str) -> None:
    """SPI-2, LOG-26: what needs nothing of the file works as before."""
    system.admin_profiles().admin_services(profile).create_msg_service("LOCAL")
    with system.logon(profile, flags=MAPI_EXTENDED | MAPI_NEW_SESSION) as session:
        assert session.get_last_error() is None


def test_the_error_of_a_session_says_where_its_service_was_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    """SPI-2, LOG-26: a profile with a service of a file that is gone."""
    path = tmp_path / "pigeon.inf"
    path.write_text(INF, encoding="utf-8")
    monkeypatch.setenv("MAPIX_MAPISVC", str(path))
    with Subsystem(home, sharing=False) as system:
        profiles = system.admin_profiles()
        profiles.create_profile("Birds")
        profiles.admin_services("Birds").create_msg_service("Pigeon")
    path.unlink()
    with (
        Subsystem(home, sharing=False) as system,
        system.logon("Birds", flags=MAPI_EXTENDED | MAPI_NEW_SESSION) as session,
    ):
        told = session.get_last_error()
        assert told is not None
        assert str(path) in told.text
