"""Profiles as files: repaired, exported, imported."""

from pathlib import Path

import pytest
from tests.subsystem.bench import Script, fax_service
from tests.subsystem.session_stores import known

from mapix.interfaces.prop import Access
from mapix.interfaces.spi import MessageService, Setting, SettingKind
from mapix.properties.errors import Collision, CorruptData, LogonFailed, MapiError, NotFound
from mapix.properties.flags import MAPI_NEW_SESSION
from mapix.properties.tag import PropTag
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.profiles.profilefile import from_text, line_of, to_text
from mapix.subsystem.profiles.profilerepair import damage_of, repair
from mapix.subsystem.profiles.secrets import SecretPlace
from mapix.subsystem.profiles.transfer import export_profile, import_profile

SECURE = PropTag(0x67F0001F)


@pytest.fixture
def mail(system: Subsystem, profile: str) -> bytes:
    """A service with a password in a profile; its uid."""
    settings = (Setting("host", required=True), Setting("password", SettingKind.SECRET))
    system.catalogue.register(MessageService("MAIL", "Mail", (), settings))
    system.catalogue.register(fax_service(Script()))
    admin = system.admin_profiles().admin_services(profile)
    admin.create_msg_service("FAX", settings={"number": "1"})
    return admin.create_msg_service("MAIL", settings={"host": "mail"})


def path_of(home: Path) -> Path:
    return home / "profiles" / "Work.toml"


# repair


def test_a_damaged_profile_gets_its_copy_and_the_damaged_file_is_kept(
    system: Subsystem, mail: bytes, home: Path
) -> None:
    """PRF-8."""
    admin = system.admin_profiles().admin_services("Work")
    admin.configure_msg_service(mail, {"host": "other"})
    assert damage_of(system.profiles, "Work") is None
    assert repair(system.profiles, "Work") is None
    path_of(home).write_text("format = 1\n[[", encoding="utf-8")
    with pytest.raises(CorruptData, match=r"line 2.*Work\.toml"):
        system.profiles.load("Work")
    kept = repair(system.profiles, "work")
    assert kept == home / "profiles" / "Work.toml.damaged"
    assert kept.read_text(encoding="utf-8") == "format = 1\n[["
    assert system.profiles.load("Work").service(mail).settings == {"host": "mail"}
    assert system.profiles.names() == ["Work"]
    path_of(home).write_bytes(b"\xff")
    assert repair(system.profiles, "Work") == home / "profiles" / "Work.toml.damaged2"


def test_a_profile_whose_file_is_gone_comes_back_from_its_copy(system: Subsystem, profile: str, home: Path) -> None:
    """PRF-8: there is a copy from the first writing on."""
    path_of(home).unlink()
    assert repair(system.profiles, profile) is None
    assert path_of(home).exists()


def test_without_a_sound_copy_nothing_is_touched(system: Subsystem, profile: str, home: Path) -> None:
    """PRF-8."""
    copy = path_of(home).with_name("Work.toml.bak")
    path_of(home).write_text("[[", encoding="utf-8")
    for damage in (b"[[", b"\xff", None):
        copy.write_bytes(damage) if damage is not None else copy.unlink()
        with pytest.raises((CorruptData, NotFound)):
            repair(system.profiles, profile)
        assert path_of(home).read_text(encoding="utf-8") == "[["
    with pytest.raises(NotFound):
        repair(system.profiles, "Nobody")


def test_a_mistake_in_what_a_file_says_is_told_with_its_line(system: Subsystem, mail: bytes, home: Path) -> None:
    """PRF-8."""
    lines = path_of(home).read_text(encoding="utf-8").splitlines()
    place = next(at for at, line in enumerate(lines) if line.startswith("kind ="))
    lines[place] = 'kind = "carrier pigeon"'
    path_of(home).write_text("\n".join(lines), encoding="utf-8")
    with pytest.raises(CorruptData, match=rf"service 1, provider 1: kind is missing or wrong \(line {place + 1}\)"):
        system.profiles.load("Work")


def test_what_is_missing_is_told_with_the_line_of_its_table() -> None:
    text = 'format = 1\n[[service]]\nname = "A"\n[[service]]\nname = "B"\n\n[[service.provider]]\nuid = 1\n'
    assert line_of(text, "service 2", "uid") == 4
    assert line_of(text, "service 2", "name") == 5
    assert line_of(text, "service 2, provider 1", "uid") == 8
    assert line_of(text, "", "format") == 1
    assert line_of("", "service 9", "x") == 1
    text += "[service.provider.colour]\n[[services]] # many\n[ kinds ]\n"
    assert line_of(text, "", "services") == 10
    assert line_of(text, "", "kinds") == 11
    assert line_of(text, "service 2, provider 1", "colour") == 9
    assert line_of(text, "service 2, provider 1", "taste") == 7


# export and import


def test_without_secrets_an_exported_profile_is_what_its_file_is(system: Subsystem, mail: bytes) -> None:
    """PRF-23, PRF-5."""
    text = export_profile(system, "work")
    assert from_text(text, "x") == system.profiles.load("Work")
    name = import_profile(system, text, "work.toml", name="Office")
    made, origin = system.profiles.load(name), system.profiles.load("Work")
    assert made.search_key != origin.search_key
    made.name, made.search_key = origin.name, origin.search_key
    assert to_text(made) == to_text(origin)


def test_what_waits_for_the_sessions_of_a_profile_is_nothing_to_an_imported_one(system: Subsystem, mail: bytes) -> None:
    """PRF-6: the file may be that of a profile which is in use, and is to go or to be renamed."""
    marked = system.profiles.load("Work")
    marked.deleted, marked.renamed, marked.files = True, "Home", "Former"
    import_profile(system, to_text(marked), "Work.toml", name="Office")
    assert system.profiles.names() == ["Office", "Work"]
    assert (system.profiles.load("Office").renamed, system.profiles.load("Office").files) == ("", "")


def test_secrets_go_along_sealed_and_into_the_keyring_of_the_other_machine(
    system: Subsystem, mail: bytes, kept: dict[tuple[str, str], str], tmp_path: Path
) -> None:
    """PRF-23; scenario 10."""
    admin = system.admin_profiles().admin_services("Work")
    admin.configure_msg_service(mail, {"password": "open sesame"})
    section = admin.open_profile_section(mail, Access.MODIFY)
    section.set_props({SECURE: "hidden"})
    section.close()
    text = export_profile(system, "Work", "a phrase")
    assert "open sesame" not in text
    assert "hidden" not in text
    kept.clear()
    with Subsystem(tmp_path / "elsewhere") as other:
        other.catalogue.register(system.catalogue.get("MAIL"))
        with pytest.raises(LogonFailed, match="secrets of the file do not open"):
            import_profile(other, text, "work.toml", passphrase=lambda: "a guess")
        with pytest.raises(LogonFailed, match="nobody"):
            import_profile(other, text, "work.toml")
        assert other.profiles.names() == []
        import_profile(other, text, "work.toml", passphrase=lambda: "a phrase")
        section = other.admin_profiles().admin_services("Work").open_profile_section(mail)
        assert section.secret("password") == "open sesame"
        assert section.get_prop(SECURE) == "hidden"


def test_where_nothing_keeps_secrets_no_half_profile_is_made(
    system: Subsystem, mail: bytes, kept: dict[tuple[str, str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRF-23."""
    system.admin_profiles().admin_services("Work").configure_msg_service(mail, {"password": "open sesame"})
    text = export_profile(system, "Work", "a phrase")
    monkeypatch.setattr(SecretPlace, "keeper", lambda self: None)
    with pytest.raises(MapiError, match="mapix vault create"):
        import_profile(system, text, "work.toml", name="Office", passphrase=lambda: "a phrase")
    assert system.profiles.names() == ["Work"]


def test_a_taken_name_and_a_damaged_file_are_refused(system: Subsystem, mail: bytes) -> None:
    """PRF-7; session 4.2."""
    text = export_profile(system, "Work")
    with pytest.raises(Collision):
        import_profile(system, text, "work.toml")
    for damaged in (
        text + "\n[secrets]\nsealed = 1\n",
        text + "\n[secrets]\n",
        text + "\n[secrets]\nsealed = 'AAAA'\n",
        "[",
    ):
        with pytest.raises(CorruptData, match=r"work\.toml"):
            import_profile(system, damaged, "work.toml", name="Office", passphrase=lambda: "a phrase")
    assert system.profiles.names() == ["Work"]


def test_stores_and_books_begin_anew_on_another_machine_where_they_would_have_the_same_place(
    system: Subsystem, profile: str, home: Path, tmp_path: Path
) -> None:
    """PRF-5; session 4.2: a file that was never there is not one that was lost, though it has the same place."""
    admin = system.admin_profiles().admin_services(profile)
    for name in ("MAPIXSTORE", "CONTACTS"):
        admin.create_msg_service(name)
    _open_stores(system, profile)
    assert str(home) in to_text(system.profiles.load(profile))
    exported, former = export_profile(system, profile), to_text(system.profiles.load(profile))
    assert str(home) not in exported
    for machine, text in enumerate((exported, former)):
        home.rename(tmp_path / f"machine {machine}")
        assert import_profile(system, text, "Work.toml") == profile
        _open_stores(system, profile)


def test_an_exported_file_says_what_it_has_of_passwords(system: Subsystem, mail: bytes) -> None:
    """PRF-23."""
    assert export_profile(system, "Work").startswith("# A profile of mapix. It holds no passwords.\n")
    sealed = export_profile(system, "Work", "a phrase")
    assert sealed.startswith("# A profile of mapix. Its passwords are at the end, sealed with a passphrase.\n")
    assert import_profile(system, sealed, "x", name="Office", passphrase=lambda: "a phrase") == "Office"


def _open_stores(system: Subsystem, profile: str) -> None:
    with system.logon(profile, flags=MAPI_NEW_SESSION) as session:
        for entry_id in known(session).values():
            session.open_msg_store(entry_id)
        assert session.get_last_error() is None
