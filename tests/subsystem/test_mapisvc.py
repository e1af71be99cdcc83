"""Message services that MAPISVC.INF describes: found, loaded by their init functions, put into profiles."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from mapix.interfaces.spi import MessageService, ProviderKind
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import CallFailed, InvalidParameter, LogonFailed, NotFound, Version
from mapix.properties.flags import MAPI_EXTENDED, MAPI_NEW_SESSION, SERVICE_NO_PRIMARY_IDENTITY, STATUS_AVAILABLE
from mapix.properties.restriction import Property, Relop
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_PROVIDER_DLL_NAME,
    PR_SERVICE_DLL_NAME,
    PR_SERVICE_ENTRY_NAME,
    PR_STATUS_CODE,
    PR_STATUS_STRING,
)
from mapix.subsystem.catalogue.inffiles import InfFiles, inf_files, module_name
from mapix.subsystem.catalogue.infwriting import inf_text
from mapix.subsystem.catalogue.providerinit import CURRENT_SPI_VERSION, start_provider
from mapix.subsystem.catalogue.services import Catalogue, Unavailable
from mapix.subsystem.initialize import Subsystem

INF = """\
; what a distribution of long ago would have installed
[Services]
Pigeon=Pigeon post

[Pigeon]
PR_DISPLAY_NAME=Pigeon post
Providers=Pigeon XP
Sections=Pigeon Extra
PR_SERVICE_DLL_NAME=pigeon_post.dll
PR_SERVICE_ENTRY_NAME=ServiceEntry
PR_RESOURCE_FLAGS=SERVICE_SINGLE_COPY | SERVICE_NO_PRIMARY_IDENTITY
66010003=05000000

[Pigeon XP]
PR_PROVIDER_DISPLAY=Pigeons
PR_PROVIDER_DLL_NAME=PIGEON_POST.DLL
PR_RESOURCE_TYPE=MAPI_TRANSPORT_PROVIDER
PR_RESOURCE_FLAGS=STATUS_NO_PRIMARY_IDENTITY
6602001E=loft 7

[Pigeon Extra]
UID=13DB0C8AA05101A9BB000AA002FC45A0
66030003=01000000
"""

MODULE = """\
from mapix.interfaces.spi import AddressTypes, Outcome, TransportLogon, TransportProvider
from mapix.properties.errors import Unconfigured
from mapix.properties.tag import PropTag

calls = []
version = 0x00010010


class Pigeon(TransportLogon):
    def __init__(self, support):
        self.loft = support.section.get_prop(PropTag(0x6602001F))

    def address_types(self):
        return AddressTypes(("PIGEON",))

    def submit_message(self, submission):
        return Outcome()

    def logoff(self):
        calls.append("logoff")


class Loft(TransportProvider):
    def logon(self, support):
        logon = Pigeon(support)
        calls.append(logon.loft)
        return logon


def XPProviderInit(instance, malloc, allocate_buffer, allocate_more, free_buffer, flags, mapi_version):
    assert len(allocate_buffer(4)) == 4 and free_buffer(None) == 0
    calls.append(mapi_version)
    return version, Loft()


def ServiceEntry(instance, malloc, support, ui, flags, context, count, props, admin):
    calls.append((context, support.open_profile_section() is not None, admin is not None))
    if context == 2:
        raise Unconfigured("later")
    return 0, None
"""


@pytest.fixture
def pigeons(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with a MAPISVC.INF, and the module it names, not imported yet."""
    home.mkdir()
    (home / "mapisvc.inf").write_text(INF, encoding="utf-8")
    place = tmp_path / "modules"
    place.mkdir()
    (place / "pigeon_post.py").write_text(MODULE, encoding="utf-8")
    monkeypatch.syspath_prepend(str(place))
    monkeypatch.setattr(sys, "modules", sys.modules.copy())
    return home


def service_of(home: Path, name: str = "pigeon") -> MessageService:
    return Catalogue(inf_files(home, {})).get(name)


def test_a_service_of_the_file_is_in_the_catalogue_and_nothing_is_imported(pigeons: Path) -> None:
    """PRF-30, PRF-31, PRF-32, PRF-33, SPI-2."""
    found = service_of(pigeons)
    assert (found.name, found.display_name, found.single_copy) == ("PIGEON", "Pigeon post", True)
    (spec,) = found.providers
    assert (spec.kind, spec.name, spec.display_name) == (ProviderKind.TRANSPORT, "Pigeon XP", "Pigeons")
    assert found.properties[PropTag(0x66010003)] == 5
    assert spec.properties[PropTag(0x6602001F)] == "loft 7"
    assert list(found.sections.values()) == [{PropTag(0x66030003): 1}]
    assert "pigeon_post" not in sys.modules


def test_the_table_of_services_says_what_the_file_says_of_them(pigeons: Path, system: Subsystem, profile: str) -> None:
    """SES-32, PRF-32: DLL and entry function; an installed service stands for its own DLL."""
    services = system.admin_profiles().admin_services(profile)
    services.create_msg_service("Pigeon")
    services.create_msg_service("LOCAL")
    columns = (PR_SERVICE_DLL_NAME, PR_SERVICE_ENTRY_NAME)
    rows = query_all_rows(services.get_msg_service_table(), columns)
    assert rows == [("pigeon_post.dll", b"ServiceEntry"), ("LOCAL", b"")]


def test_a_session_loads_the_provider_by_its_init_function(pigeons: Path, system: Subsystem, profile: str) -> None:
    """SPI-1, SPI-3, PRF-36; scenario 24."""
    services = system.admin_profiles().admin_services(profile)
    services.create_msg_service("Pigeon")
    import pigeon_post

    with system.logon(profile, flags=MAPI_EXTENDED | MAPI_NEW_SESSION) as session:
        wanted = Property(Relop.EQ, PR_PROVIDER_DLL_NAME, "PIGEON")
        columns = (PR_STATUS_CODE, PR_STATUS_STRING)
        ((code, _),) = query_all_rows(session.get_status_table(), columns, wanted)
        assert code & STATUS_AVAILABLE
        assert session.enum_adr_types() == ["PIGEON"]
    assert pigeon_post.calls[1:] == [CURRENT_SPI_VERSION, "loft 7", "logoff"]


def test_the_entry_function_hears_of_creation_and_removal(pigeons: Path, system: Subsystem, profile: str) -> None:
    """PRF-40, PRF-41, PRF-44: a service that cannot be configured without a person is created all the same (C8)."""
    services = system.admin_profiles().admin_services(profile)
    uid = services.create_msg_service("Pigeon")
    services.delete_msg_service(uid)
    import pigeon_post

    assert pigeon_post.calls == [(2, True, True), (4, True, True)]


def test_the_sections_of_a_service_come_with_it(pigeons: Path, system: Subsystem, profile: str) -> None:
    """PRF-34, PRF-37."""
    services = system.admin_profiles().admin_services(profile)
    uid = services.create_msg_service("Pigeon")
    assert services.open_profile_section(uid).get_prop(PropTag(0x66010003)) == 5
    extra = bytes.fromhex("13DB0C8AA05101A9BB000AA002FC45A0")
    assert services.open_profile_section(extra).get_prop(PropTag(0x66030003)) == 1


def test_a_provider_that_is_too_old_is_let_go(pigeons: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SPI-4."""
    import pigeon_post

    monkeypatch.setattr(pigeon_post, "version", 0x0000FFFF)
    with pytest.raises(Version, match=r"0\.0"):
        start_provider(ProviderKind.TRANSPORT, "pigeon_post", "Pigeon XP")
    monkeypatch.setattr(pigeon_post, "XPProviderInit", lambda *_: 42)
    with pytest.raises(CallFailed):
        start_provider(ProviderKind.TRANSPORT, "pigeon_post", "Pigeon XP")


@pytest.mark.parametrize("answer", [LogonFailed.hresult, (LogonFailed.hresult, None), LogonFailed.hresult - (1 << 32)])
def test_a_number_that_an_init_function_answers_is_its_error(
    pigeons: Path, monkeypatch: pytest.MonkeyPatch, answer: object
) -> None:
    """SPI-3."""
    import pigeon_post

    monkeypatch.setattr(pigeon_post, "XPProviderInit", lambda *_: answer)
    with pytest.raises(LogonFailed, match="Pigeon XP refused to start"):
        start_provider(ProviderKind.TRANSPORT, "pigeon_post", "Pigeon XP")


def test_a_secure_property_of_a_file_goes_into_no_profile(pigeons: Path, system: Subsystem, profile: str) -> None:
    """PRF-23, PRF-30: it would stand there for everybody to read."""
    text = "\n".join(
        each + ("\n67F0001E=open sesame" if each.startswith("[Pigeon") else "") for each in INF.splitlines()
    )
    (pigeons / "mapisvc.inf").write_text(text, encoding="utf-8")
    system.admin_profiles().admin_services(profile).create_msg_service("Pigeon")
    assert "sesame" not in (pigeons / "profiles" / "Work.toml").read_text(encoding="utf-8")
    told = [str(defect) for _, defect in system.catalogue.defects()]
    assert told
    assert all("a secure property is not read" in each for each in told)


def test_each_call_of_an_init_function_makes_a_new_provider(pigeons: Path) -> None:
    """SPI-3, SPI-5."""
    made = [start_provider(ProviderKind.TRANSPORT, "pigeon_post", "Pigeon XP") for _ in range(2)]
    assert made[0] is not made[1]


def test_a_kind_of_provider_the_module_does_not_have_is_not_found(pigeons: Path) -> None:
    """SPI-1."""
    with pytest.raises(NotFound, match="MSProviderInit"):
        start_provider(ProviderKind.STORE, "pigeon_post", "Pigeon XP")
    with pytest.raises(NotFound, match="no_such_module_here"):
        start_provider(ProviderKind.STORE, "no_such_module_here", "X")


@pytest.mark.parametrize(
    ("dll", "module"), [("pigeon.dll", "pigeon"), ("PIGEON.DLL", "PIGEON"), ("a.b", "a.b"), (" p ", "p")]
)
def test_a_dll_is_a_module(dll: str, module: str) -> None:
    """PRF-36."""
    assert module_name(dll) == module


@pytest.mark.parametrize("dll", ["", ".dll", "c:\\x\\y.dll", "../up", "a..b", "a b"])
def test_a_dll_that_no_module_is_called_is_refused(dll: str) -> None:
    """PRF-36."""
    with pytest.raises(InvalidParameter):
        module_name(dll)


def test_a_service_that_cannot_be_used_is_shown_and_the_others_go_on(pigeons: Path) -> None:
    """PRF-33."""
    more = "[Services]\nBad=Bad one\nWorse=No section\nNobody=No providers\n[Nobody]\nPR_DISPLAY_NAME=x\n[Services]\n"
    text = INF.replace("[Services]\n", more)
    text += "[Bad]\nProviders=Bad XP\n[Bad XP]\nPR_RESOURCE_TYPE=MAPI_SPOOLER\nPR_PROVIDER_DLL_NAME=x\n"
    (pigeons / "mapisvc.inf").write_text(text, encoding="utf-8")
    catalogue = Catalogue(inf_files(pigeons, {}))
    shown = {each.name: each for each in catalogue}
    assert isinstance(shown["BAD"], Unavailable)
    assert isinstance(shown["NOBODY"], Unavailable)
    assert isinstance(shown["PIGEON"], MessageService)
    assert "WORSE" not in shown
    assert any("without a section" in str(defect) for _, defect in catalogue.defects())


def test_more_files_are_named_by_a_variable_and_the_first_of_a_name_counts(tmp_path: Path, pigeons: Path) -> None:
    """SPI-2."""
    other = tmp_path / "other.inf"
    other.write_text(INF.replace("Pigeon post", "Another post") + "\n", encoding="utf-8")
    found = inf_files(pigeons, {"MAPIX_MAPISVC": str(other)})
    assert found == [pigeons / "mapisvc.inf", other]
    assert InfFiles(found).service("pigeon").display_name == "Pigeon post"
    assert InfFiles(found[::-1]).service("pigeon").display_name == "Another post"


def test_the_file_is_found_however_its_name_is_written(pigeons: Path) -> None:
    """PRF-30: as it came from a system that makes no difference; the one in small letters counts first."""
    capitals = (pigeons / "mapisvc.inf").rename(pigeons / "MAPISVC.INF")
    assert [path.name for path in inf_files(pigeons, {})] == [capitals.name]
    assert service_of(pigeons).display_name == "Pigeon post"
    (pigeons / "mapisvc.inf").write_text(INF.replace("Pigeon post", "Another post"), encoding="utf-8")
    assert service_of(pigeons).display_name == "Another post"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_is_read_in_whatever_letters_it_was_written(pigeons: Path, encoding: str) -> None:
    """PRF-30, PRF-35: as Windows and its editors write it; what is not Unicode is told."""
    (pigeons / "mapisvc.inf").write_bytes(INF.replace("Pigeon post", "Brieftäubchen").encode(encoding))
    catalogue = Catalogue(inf_files(pigeons, {}))
    assert catalogue.get("pigeon").display_name == "Brieftäubchen"
    assert [str(defect) for _, defect in catalogue.defects()] == (
        ["file: neither UTF-8 nor UTF-16, it is read as cp1252"] if encoding == "cp1252" else []
    )


def test_flags_of_the_file_are_those_of_the_profile(pigeons: Path, system: Subsystem, profile: str) -> None:
    """PRF-35."""
    services = system.admin_profiles().admin_services(profile)
    services.create_msg_service("Pigeon")
    (entry,) = system.profiles.load(profile).services
    assert entry.resource_flags & SERVICE_NO_PRIMARY_IDENTITY


def test_without_files_nothing_is_read(tmp_path: Path) -> None:
    """PRF-30."""
    assert Catalogue(inf_files(tmp_path, {})).defects() == []


def test_installed_services_are_written_as_a_file_that_says_the_same(pigeons: Path, tmp_path: Path) -> None:
    """PRF-31, PRF-32, PRF-33, PRF-34."""
    services = [each for each in Catalogue(inf_files(pigeons, {})) if isinstance(each, MessageService)]
    path = tmp_path / "written.inf"
    path.write_text(inf_text(services), encoding="utf-8")
    again = Catalogue([path])
    assert again.defects() == []
    for service in services:
        found = again.get(service.name)
        assert (found.display_name, found.settings, found.single_copy, found.default) == (
            service.display_name,
            service.settings,
            service.single_copy,
            service.default,
        )
        assert [(spec.kind, spec.resource_flags) for spec in found.providers] == [
            (spec.kind, spec.resource_flags) for spec in service.providers
        ]
    pigeon = again.get("PIGEON")
    assert pigeon.sections == service_of(pigeons).sections
    assert pigeon.providers[0].properties == service_of(pigeons).providers[0].properties


def test_a_file_may_give_an_installed_service_another_name_for_people(home: Path) -> None:
    """PRF-31: the DLL of the service is called like the installed one."""
    home.mkdir()
    text = "[Services]\nSMTP=Mail\n[SMTP]\nPR_DISPLAY_NAME=Our mail\nProviders=X\nPR_SERVICE_DLL_NAME=smtp\n"
    text += "[X]\nPR_RESOURCE_TYPE=MAPI_TRANSPORT_PROVIDER\nPR_PROVIDER_DLL_NAME=smtp\n"
    (home / "mapisvc.inf").write_text(text, encoding="utf-8")
    found = service_of(home, "smtp")
    assert found.display_name == "Our mail"
    assert {setting.name for setting in found.settings} >= {"host", "port"}


def test_a_file_says_what_profiles_are_made_with_and_in_which_order(
    pigeons: Path, system: Subsystem, caplog: pytest.LogCaptureFixture
) -> None:
    """PRF-31, PRF-3; MAPI_DEFAULT_SERVICES of session 4.2. What cannot be used is told and left out."""
    text = INF + "[Default Services]\nPigeon=Pigeon post\nLame=Lame one\n[Lame]\nPR_DISPLAY_NAME=Lame\n"
    (pigeons / "mapisvc.inf").write_text(text.replace("[Services]\n", "[Services]\nLame=Lame one\n"), encoding="utf-8")
    system.admin_profiles().create_profile("Full", default_services=True)
    assert [service.name for service in system.profiles.load("Full").services] == ["PIGEON", "LOCAL", "MAPIXSTORE"]
    assert "a profile gets no message service LAME" in caplog.text


def test_a_later_file_makes_no_default_of_a_service_of_the_first(pigeons: Path, tmp_path: Path) -> None:
    """PRF-31, SPI-2: the first of a name counts."""
    other = tmp_path / "other.inf"
    other.write_text(INF + "[Default Services]\nPigeon=Pigeon post\n", encoding="utf-8")
    assert not InfFiles([pigeons / "mapisvc.inf", other]).service("Pigeon").default
    assert InfFiles([other]).service("Pigeon").default
