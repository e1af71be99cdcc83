"""The vault: secrets in an encrypted file, for machines without a keyring."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.drawn import examples

from mapix.client.dialogs import CallbackUI
from mapix.interfaces.prop import Access
from mapix.properties.errors import (
    Collision,
    CorruptData,
    InvalidParameter,
    LogonFailed,
    MapiError,
    NoAccess,
    NotFound,
    UserCancel,
)
from mapix.properties.tag import PropTag
from mapix.subsystem import dialogs
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.profiles import unlocking, vault
from mapix.subsystem.profiles.vault import NAME, Vault

pytest.importorskip("argon2")
SECURE = PropTag(0x67F0001F)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cheap key, and nobody who knows a passphrase."""
    monkeypatch.setattr(vault, "_MEMORY", 64)
    monkeypatch.setattr(vault, "_PASSES", 1)
    monkeypatch.setattr(vault, "_keys", {})
    monkeypatch.setattr(unlocking, "_handed", {})
    for name in (unlocking.KEY_FILE, unlocking.DESCRIPTOR, unlocking.COMMAND):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def made(tmp_path: Path) -> Vault:
    """A vault whose passphrase is open sesame."""
    found = Vault(tmp_path / NAME, lambda: "open sesame")
    found.create("open sesame")
    return found


def again(made: Vault, passphrase: str = "open sesame") -> Vault:
    """The same vault in another process."""
    made.forget_key()
    return Vault(made.path, lambda: passphrase)


def test_secrets_come_back_and_are_not_in_the_file(made: Vault) -> None:
    """PRF-23."""
    made.set_password("mapix", "key/password", "geheim-ü")
    assert again(made).get_password("mapix", "key/password") == "geheim-ü"
    assert made.get_password("mapix", "other") is None
    assert made.places() == ["mapix/key/password"]
    data = made.path.read_bytes()
    assert b"geheim" not in data
    assert b"password" not in data


def test_a_secret_is_forgotten(made: Vault) -> None:
    made.set_password("mapix", "one", "1")
    made.delete_password("mapix", "one")
    assert made.get_password("mapix", "one") is None
    with pytest.raises(NotFound):
        made.delete_password("mapix", "one")


def test_the_same_secrets_are_never_the_same_bytes(made: Vault) -> None:
    made.set_password("mapix", "one", "1")
    first = made.path.read_bytes()
    made.set_password("mapix", "one", "1")
    assert made.path.read_bytes() != first


def test_a_wrong_passphrase_opens_nothing_and_is_not_remembered(made: Vault) -> None:
    made.set_password("mapix", "one", "1")
    wrong = again(made, "open barley")
    with pytest.raises(LogonFailed, match="wrong"):
        wrong.get_password("mapix", "one")
    assert Vault(made.path, lambda: "open sesame").get_password("mapix", "one") == "1"


def test_another_passphrase_takes_the_place_of_the_first(made: Vault) -> None:
    made.set_password("mapix", "one", "1")
    made.change("much longer")
    assert again(made, "much longer").get_password("mapix", "one") == "1"
    with pytest.raises(LogonFailed):
        again(made).check()
    copy = Vault(made.path.with_name("vault.bak"), lambda: "much longer")
    copy.forget_key()
    assert copy.get_password("mapix", "one") == "1", "the former passphrase opens the copy neither"


def test_there_is_one_vault(made: Vault) -> None:
    with pytest.raises(Collision):
        made.create("another")


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_vault_others_may_read_is_an_error(made: Vault) -> None:
    assert made.path.stat().st_mode & 0o777 == 0o600
    made.path.chmod(0o640)
    with pytest.raises(NoAccess, match="chmod 600"):
        made.check()


def test_a_link_is_no_vault(made: Vault, tmp_path: Path) -> None:
    elsewhere = tmp_path / "link"
    elsewhere.symlink_to(made.path)
    with pytest.raises(NoAccess):
        Vault(elsewhere, lambda: "open sesame").check()


def test_no_vault_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="mapix vault create"):
        Vault(tmp_path / NAME, lambda: "x").check()


@settings(max_examples=examples(150), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(place=st.integers(0, 200), bits=st.integers(1, 255), length=st.none() | st.integers(0, 90))
def test_a_damaged_vault_is_an_error_and_stays_as_it_is(made: Vault, place: int, bits: int, length: int | None) -> None:
    made.set_password("mapix", "one", "1")
    data = bytearray(made.path.read_bytes())
    damaged = bytearray(data[: min(length, len(data) - 1)]) if length is not None else data.copy()
    if length is None:
        damaged[place % len(data)] ^= bits
    copy = Vault(made.path.with_name("copy"), lambda: "open sesame")
    copy.path.write_bytes(damaged)
    copy.path.chmod(0o600)
    with pytest.raises((LogonFailed, CorruptData)):
        copy.set_password("mapix", "two", "2")
    assert copy.path.read_bytes() == damaged


def test_a_head_that_asks_for_the_whole_memory_is_refused(made: Vault) -> None:
    data = bytearray(made.path.read_bytes())
    data[12:16] = (0xFFFFFFFF).to_bytes(4, "little")
    made.path.write_bytes(data)
    with pytest.raises(CorruptData):
        again(made).check()


# where the passphrase comes from


def test_the_passphrase_comes_from_a_file_a_descriptor_or_a_command(
    made: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = tmp_path / "key"
    key.write_text("open sesame\n")
    key.chmod(0o600)
    made.set_password("mapix", "door", "key")
    locked = Vault(made.path)

    def opens(name: str, value: str) -> None:
        made.forget_key()
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert locked.get_password("mapix", "door") == "key"

    opens(unlocking.KEY_FILE, str(key))
    opens(unlocking.COMMAND, f"cat {key}")
    reader, writer = os.pipe()
    os.write(writer, b"open sesame")
    os.close(writer)
    opens(unlocking.DESCRIPTOR, str(reader))
    opens(unlocking.DESCRIPTOR, str(reader))


@pytest.mark.skipif(os.name != "posix", reason="permissions of POSIX")
def test_a_key_file_others_may_read_is_an_error(made: Vault, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = tmp_path / "key"
    key.write_text("open sesame")
    key.chmod(0o644)
    monkeypatch.setenv(unlocking.KEY_FILE, str(key))
    made.forget_key()
    with pytest.raises(NoAccess, match="chmod 600"):
        Vault(made.path).check()


@pytest.mark.parametrize("number", ["none", "-1", "100000"])
def test_a_wrong_descriptor_is_an_error(made: Vault, monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    monkeypatch.setenv(unlocking.DESCRIPTOR, number)
    made.forget_key()
    with pytest.raises((LogonFailed, InvalidParameter)):
        Vault(made.path).check()


def test_without_anybody_to_ask_the_vault_is_locked(made: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """GEN-15."""
    monkeypatch.setattr(dialogs, "standing", None)
    made.forget_key()
    with pytest.raises(LogonFailed, match=unlocking.KEY_FILE):
        Vault(made.path).check()
    monkeypatch.setattr(dialogs, "standing", CallbackUI())
    with pytest.raises(UserCancel):
        Vault(made.path).check()


# what is kept in it


@pytest.mark.usefixtures("no_keyring")
def test_passwords_and_secure_properties_go_to_the_vault_where_no_keyring_answers(
    system: Subsystem, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRF-23; scenario 10."""
    monkeypatch.setattr(dialogs, "standing", CallbackUI(passphrase=lambda: "open sesame"))
    profiles = system.admin_profiles()
    profiles.create_profile("Work")
    admin = profiles.admin_services("Work")
    with pytest.raises(MapiError, match="mapix vault create"):
        admin.create_msg_service("SMTP", "Out", {"host": "mail.example.org", "user": "ann", "password": "geheim"})
    Vault(home / NAME).create("open sesame")
    uid = admin.create_msg_service("SMTP", "Out", {"host": "mail.example.org", "user": "ann", "password": "geheim"})
    section = admin.open_profile_section(uid, Access.MODIFY)
    assert section.set_props({SECURE: "secure"}) in ([], ())
    assert section.secret("password") == "geheim"
    assert section.get_prop(SECURE) == "secure"
    assert SECURE not in section.get_prop_list()
    section.close()
    for path in home.rglob("*"):
        assert not path.is_file() or b"geheim" not in path.read_bytes()
    assert len(Vault(home / NAME).places()) == 2
    admin.delete_msg_service(uid)
    assert not [place for place in Vault(home / NAME).places() if place.endswith("/password")]
