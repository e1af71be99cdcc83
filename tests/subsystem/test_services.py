"""The catalogue of message services."""

import importlib
import sys
from pathlib import Path

import pytest
from tests.subsystem.bench import Script, book_service

from mapix.interfaces.spi import MessageService
from mapix.properties.errors import NotFound
from mapix.subsystem.catalogue.entrypoints import read_group
from mapix.subsystem.catalogue.services import Catalogue, Unavailable

GROUP = "mapix.services"


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory on the path with two distributions: one that works and one that does not."""
    (tmp_path / "acme_notes.py").write_text(
        "from mapix.interfaces.spi import MessageService\n"
        "service = MessageService('NOTES', 'Acme Notes', ())\n"
        "nothing = 42\n",
        encoding="utf-8",
    )
    (tmp_path / "acme_broken.py").write_text("raise RuntimeError('no such library')\n", encoding="utf-8")
    for name, lines in {
        "acme_notes-1.0.dist-info": "NOTES = acme_notes:service\nODD = acme_notes:nothing\n",
        "acme_broken-1.0.dist-info": "BROKEN = acme_broken:service\n",
    }.items():
        (tmp_path / name).mkdir()
        text = f"[console_scripts]\nacme = acme:main\n\n[{GROUP}]\n{lines}"
        (tmp_path / name / "entry_points.txt").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "modules", sys.modules.copy())
    return tmp_path


def test_the_services_of_this_project_are_found() -> None:
    assert {"MEMORY", "MAPIXSTORE", "SMTP", "LOCAL"} <= set(Catalogue().names())


def test_the_quick_reader_finds_what_the_standard_library_finds() -> None:
    found = {entry.name: entry.value for entry in importlib.metadata.entry_points(group=GROUP)}
    assert read_group(GROUP) == found


def test_a_service_of_a_stranger_is_found(installed: Path) -> None:
    """SPI-2."""
    service = Catalogue().get("notes")
    assert isinstance(service, MessageService)
    assert service.display_name == "Acme Notes"


def test_reading_the_names_imports_nothing(installed: Path) -> None:
    assert "NOTES" in Catalogue().names()
    assert "acme_notes" not in sys.modules


def test_a_service_that_fails_to_load_is_shown_with_the_reason_and_the_others_go_on(installed: Path) -> None:
    shown = {each.name: each for each in Catalogue()}
    broken, odd = shown["BROKEN"], shown["ODD"]
    assert isinstance(broken, Unavailable)
    assert "no such library" in broken.reason
    assert isinstance(odd, Unavailable)
    assert isinstance(shown["NOTES"], MessageService)
    with pytest.raises(NotFound, match="no such library"):
        Catalogue().get("BROKEN")


def test_a_module_that_ends_the_program_ends_nothing(installed: Path) -> None:
    """SPI-2: a script that was never meant to be imported."""
    (installed / "acme_broken.py").write_text("import sys\nsys.exit(3)\n", encoding="utf-8")
    shown = {each.name: each for each in Catalogue()}
    assert shown["BROKEN"] == Unavailable("BROKEN", "SystemExit: 3")
    assert isinstance(shown["NOTES"], MessageService)


def test_of_one_distribution_found_twice_the_first_on_the_path_counts(
    installed: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "acme_notes-2.0.dist-info").mkdir()
    text = f"[{GROUP}]\nNOTES = newer:service\n"
    (other / "acme_notes-2.0.dist-info" / "entry_points.txt").write_text(text, encoding="utf-8")
    monkeypatch.syspath_prepend(str(other))
    assert read_group(GROUP)["NOTES"] == "newer:service"
    assert "ODD" not in read_group(GROUP)


def test_a_program_may_register_a_service() -> None:
    """SPI-2."""
    catalogue = Catalogue()
    catalogue.register(book_service(Script()))
    assert catalogue.get("book").name == "BOOK"
    assert "BOOK" in catalogue.names()


def test_an_unknown_service_is_told_with_those_there_are() -> None:
    with pytest.raises(NotFound, match="SMTP"):
        Catalogue().get("NOPE")
