"""What belongs together stays together when a disk is full or a keyring fails: profiles, settings and secrets."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from tests.subsystem.bench import Script, fax_service

from mapix.interfaces.admin import MsgServiceAdmin
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import MessageService, Setting, SettingKind
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import DiskError, LogonFailed, MapiError, NoAccess, NotEnoughDisk
from mapix.properties.flags import MAPI_NEW_SESSION
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_COMMENT, PR_PROVIDER_UID
from mapix.subsystem import durable
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.profiles.profilerepair import repair
from mapix.subsystem.profiles.transfer import export_profile, import_profile

SECURE, OTHER = PropTag(0x67F0001F), PropTag(0x67F1001F)
Secrets = dict[tuple[str, str], str]
Failing = Callable[[str], None]


@pytest.fixture
def admin(system: Subsystem, profile: str) -> MsgServiceAdmin:
    spec = fax_service(Script()).providers[0]
    names = [Setting(name, SettingKind.SECRET) for name in ("password", "pin")]
    system.catalogue.register(MessageService("FAXES", "Faxes", (spec,), (Setting("line"), *names)))
    return system.admin_profiles().admin_services(profile)


@pytest.fixture
def faxes(admin: MsgServiceAdmin, kept: Secrets) -> bytes:
    """A service with two secrets, and a secure property in its provider's section."""
    uid = admin.create_msg_service("FAXES", settings={"line": "1", "password": "sesame", "pin": "1234"})
    hide(admin, provider_of(admin, uid), "hidden", force=True)
    assert len(kept) == 3
    return uid


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Failing:
    """A disk without room for the files whose names end so."""
    really = durable._write

    def fail(ending: str) -> None:
        def write(path: Path, data: bytes) -> None:
            name = path.name.split(f".{os.getpid()}.")[0]
            if name.endswith(ending):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            really(path, data)

        monkeypatch.setattr(durable, "_write", write)

    return fail


@pytest.fixture
def stuck(monkeypatch: pytest.MonkeyPatch) -> Failing:
    """Files that cannot be removed, by the end of their names."""
    really = Path.unlink

    def fail(ending: str) -> None:
        def unlink(path: Path, missing_ok: bool = False) -> None:
            if path.name.endswith(ending):
                raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))
            really(path, missing_ok)

        monkeypatch.setattr(Path, "unlink", unlink)

    return fail


def provider_of(admin: MsgServiceAdmin, service: bytes) -> bytes:
    ((uid,), *_) = query_all_rows(admin.admin_providers(service).get_provider_table(), [PR_PROVIDER_UID])
    found: bytes = uid
    return found


def hide(admin: MsgServiceAdmin, section: bytes, value: str, *, force: bool = False) -> None:
    with closing(admin.open_profile_section(section, Access.MODIFY, force=force)) as opened:
        assert not opened.set_props({SECURE: value})


def forgetful(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """A keyring that keeps so many secrets more, and then fails."""
    import keyring

    backend = type(keyring.get_keyring())
    really, left = backend.set_password, [after]

    def set_password(self: object, *args: str) -> None:
        left[0] -= 1
        if left[0] == -1:
            raise keyring.errors.PasswordSetError("no room")
        really(self, *args)

    monkeypatch.setattr(backend, "set_password", set_password)


def test_a_service_that_cannot_be_removed_keeps_its_secrets(
    system: Subsystem, admin: MsgServiceAdmin, faxes: bytes, kept: Secrets, full: Failing
) -> None:
    """PRF-23: the profile is written first."""
    before = dict(kept)
    full("Work.toml")
    with pytest.raises(NotEnoughDisk):
        admin.delete_msg_service(faxes)
    assert kept == before
    assert system.profiles.load("Work").service(faxes).settings == {"line": "1"}


def test_a_provider_that_cannot_be_removed_keeps_its_secrets(
    admin: MsgServiceAdmin, faxes: bytes, kept: Secrets, full: Failing
) -> None:
    """PRF-16, PRF-23."""
    before, uid = dict(kept), provider_of(admin, faxes)
    full("Work.toml")
    with pytest.raises(NotEnoughDisk):
        admin.admin_providers(faxes).delete_provider(uid)
    assert kept == before
    assert provider_of(admin, faxes) == uid


def test_settings_that_cannot_be_written_leave_the_secrets_as_they_were(
    system: Subsystem, admin: MsgServiceAdmin, faxes: bytes, kept: Secrets, full: Failing
) -> None:
    """PRF-23, C8: settings and secrets, all or none."""
    before = dict(kept)
    full("Work.toml")
    with pytest.raises(NotEnoughDisk):
        admin.configure_msg_service(faxes, {"line": "2", "password": "new", "pin": None})
    assert kept == before
    assert system.profiles.load("Work").service(faxes).settings == {"line": "1"}


def test_a_keyring_that_fails_in_between_has_lost_no_secret(
    system: Subsystem, admin: MsgServiceAdmin, faxes: bytes, kept: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRF-23: the first of two was changed already."""
    before = dict(kept)
    forgetful(monkeypatch, 1)
    with pytest.raises(LogonFailed, match="no room"):
        admin.configure_msg_service(faxes, {"line": "2", "password": "new", "pin": "4321"})
    assert kept == before
    assert system.profiles.load("Work").service(faxes).settings == {"line": "1"}


def test_a_service_that_cannot_be_added_leaves_no_secret(
    system: Subsystem, admin: MsgServiceAdmin, faxes: bytes, kept: Secrets, full: Failing
) -> None:
    """PRF-23: neither a new one nor a copy."""
    before = dict(kept)
    full("Work.toml")
    with pytest.raises(NotEnoughDisk):
        admin.create_msg_service("FAXES", settings={"password": "another"})
    with pytest.raises(NotEnoughDisk):
        admin.copy_msg_service(faxes)
    assert kept == before
    assert len(system.profiles.load("Work").services) == 1


def test_secure_properties_are_as_they_were_when_the_others_cannot_be_written(
    admin: MsgServiceAdmin, faxes: bytes, kept: Secrets, full: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRF-21, PRF-23."""
    hide(admin, faxes, "first")
    before = dict(kept)
    with closing(admin.open_profile_section(faxes, Access.MODIFY)) as section:
        with monkeypatch.context() as patch:
            forgetful(patch, 1)
            with pytest.raises(LogonFailed, match="no room"):
                section.set_props({SECURE: "second", OTHER: "more"})
        assert kept == before
        full("Work.toml")
        with pytest.raises(NotEnoughDisk):
            section.set_props({SECURE: "second", PR_COMMENT: "seen"})
        assert kept == before
        assert section.get_prop(SECURE) == "first"


@pytest.mark.parametrize("ending", ["Work.toml", "Work.toml.bak"])
def test_a_profile_that_cannot_be_removed_stays_whole(
    system: Subsystem, faxes: bytes, kept: Secrets, stuck: Failing, ending: str
) -> None:
    """PRF-6, PRF-23: with its secrets, and as the default one."""
    profiles = system.admin_profiles()
    profiles.set_default_profile("Work")
    before = dict(kept)
    stuck(ending)
    with pytest.raises(DiskError):
        profiles.delete_profile("Work")
    assert kept == before
    assert system.profiles.default() == "Work"
    assert system.profiles.load("Work").services


@pytest.mark.parametrize(("unwritten", "stays"), [("Work.toml", True), ("default-profile", False)])
def test_a_profile_in_use_stays_the_default_one_where_it_cannot_be_marked_and_only_there(
    system: Subsystem, profile: str, full: Failing, unwritten: str, stays: bool
) -> None:
    """PRF-6: one that goes is the default no more, though that cannot be written."""
    profiles = system.admin_profiles()
    profiles.set_default_profile(profile)
    with system.logon(profile, flags=MAPI_NEW_SESSION):
        full(unwritten)
        with pytest.raises(NotEnoughDisk):
            profiles.delete_profile(profile)
        assert system.profiles.default() == (profile if stays else None)
    assert system.profiles.names() == ([profile] if stays else [])


@pytest.mark.parametrize("ending", ["New.toml", "New.toml.bak"])
def test_a_profile_that_cannot_be_made_is_not_there(
    system: Subsystem, faxes: bytes, kept: Secrets, full: Failing, ending: str
) -> None:
    """CreateProfile and CopyProfile of session 4.2; the name is free, and there are no secrets of it."""
    profiles, before = system.admin_profiles(), dict(kept)
    text = export_profile(system, "Work")
    full(ending)
    for make in (
        lambda: profiles.create_profile("New"),
        lambda: profiles.copy_profile("Work", "New"),
        lambda: import_profile(system, text, "work.toml", name="New"),
    ):
        with pytest.raises(NotEnoughDisk):
            make()
        assert sorted(path.name for path in (system.home / "profiles").glob("*.toml*")) == [
            "Work.toml",
            "Work.toml.bak",
        ]
        assert kept == before


@pytest.mark.parametrize("ending", ["Job.toml", "Job.toml.bak", "default-profile", "unlink"])
def test_a_profile_that_cannot_be_renamed_keeps_its_name(
    system: Subsystem, faxes: bytes, kept: Secrets, full: Failing, stuck: Failing, ending: str
) -> None:
    """RenameProfile of session 4.2: there is one profile, and it is the default one, whatever fails."""
    profiles, before = system.admin_profiles(), dict(kept)
    profiles.set_default_profile("Work")
    if ending == "unlink":
        stuck("Work.toml")
    else:
        full(ending)
    with pytest.raises(MapiError):
        profiles.rename_profile("Work", "Job")
    assert system.profiles.names() == ["Work"]
    assert system.profiles.default() == "Work"
    assert not list((system.home / "profiles").glob("Job*"))
    assert kept == before


def test_a_damaged_profile_stays_where_it_is_when_its_copy_cannot_be_put_there(
    system: Subsystem, profile: str, full: Failing
) -> None:
    """PRF-8: it is listed as before, and can be mended when there is room."""
    file = system.home / "profiles" / "Work.toml"
    file.write_text("damaged", encoding="utf-8")
    full("Work.toml")
    with pytest.raises(NotEnoughDisk):
        repair(system.profiles, profile)
    assert system.profiles.names() == ["Work"]
    assert file.read_text(encoding="utf-8") == "damaged"


@pytest.mark.parametrize("what", ["_write", "_lock_file"])
def test_what_was_put_off_and_cannot_be_done_waits_on(
    system: Subsystem, profile: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, what: str
) -> None:
    """PRF-6: the session logs off, profiles are listed and logged on to; it is done when it can be."""
    profiles = system.admin_profiles()
    profiles.create_profile("Other")
    session = system.logon(profile, flags=MAPI_NEW_SESSION)
    profiles.rename_profile(profile, "Job")

    def refused(path: Path, *_: object) -> object:
        raise NoAccess("nothing can be written here", value=str(path))

    with monkeypatch.context() as patch:
        patch.setattr(durable, what, refused)
        session.logoff()
        assert "waits on" in caplog.text
        assert system.profiles.names() == ["Other", "Work"]
        system.logon("Other", flags=MAPI_NEW_SESSION).logoff()
    assert system.profiles.names() == ["Job", "Other"]


def test_another_spelling_that_cannot_be_written_is_not_taken(system: Subsystem, profile: str, full: Failing) -> None:
    """PRF-7: it may be the same file."""
    full("WORK.toml")
    with pytest.raises(NotEnoughDisk):
        system.admin_profiles().rename_profile(profile, "WORK")
    assert system.profiles.names() == ["Work"]
    assert (system.home / "profiles" / "Work.toml.bak").exists()


def test_another_spelling_is_one_file_before_and_after(system: Subsystem, profile: str) -> None:
    """PRF-7: nothing is left of the former one, and no file that differs by case only is written over."""
    profiles, folder = system.admin_profiles(), system.home / "profiles"
    profiles.rename_profile(profile, "WORK")
    assert sorted(path.name for path in folder.glob("*.toml*")) == ["WORK.toml", "WORK.toml.bak"]
    if (folder / "work.toml").exists():
        return
    (folder / "work.toml").write_text("somebody's", encoding="utf-8")
    with pytest.raises(NoAccess, match="already"):
        profiles.rename_profile("WORK", "work")
    assert (folder / "work.toml").read_text(encoding="utf-8") == "somebody's"


def test_a_secret_that_cannot_be_kept_makes_no_imported_profile(
    system: Subsystem, faxes: bytes, kept: Secrets, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRF-23: neither the profile nor the secrets before it."""
    pytest.importorskip("argon2")
    text, before = export_profile(system, "Work", "a passphrase"), dict(kept)
    forgetful(monkeypatch, 2)
    with pytest.raises(LogonFailed, match="no room"):
        import_profile(system, text, "work.toml", name="New", passphrase=lambda: "a passphrase")
    assert kept == before
    assert system.profiles.names() == ["Work"]


def test_a_service_removed_from_a_copied_file_takes_no_secrets_along(
    system: Subsystem, admin: MsgServiceAdmin, faxes: bytes, kept: Secrets
) -> None:
    """PRF-5, PRF-23: the file that somebody copied has the secrets of the first one."""
    folder, before = system.home / "profiles", dict(kept)
    (folder / "Twin.toml").write_bytes((folder / "Work.toml").read_bytes())
    twin = system.admin_profiles().admin_services("Twin")
    twin.delete_msg_service(faxes)
    assert kept == before
    admin.delete_msg_service(faxes)
    assert kept == {}


def test_the_copy_beside_a_new_profile_is_its_own(system: Subsystem, profile: str) -> None:
    """PRF-8: not that of a former profile of the name."""
    folder = system.home / "profiles"
    (folder / "New.toml.bak").write_bytes((folder / "Work.toml").read_bytes())
    system.admin_profiles().create_profile("New")
    assert (folder / "New.toml.bak").read_bytes() == (folder / "New.toml").read_bytes()
