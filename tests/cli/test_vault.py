"""`mapix vault`: a machine without a keyring keeps its passwords all the same."""

from pathlib import Path

import pytest
from tests.cli.conftest import Mapix

from mapix.cli.errors import Exit

pytest.importorskip("argon2")


@pytest.fixture
def locked(mapix: Mapix, tmp_path: Path) -> Mapix:
    """Commands that find the passphrase in a key file."""
    key = tmp_path / "key"
    key.write_text("open sesame\n")
    key.chmod(0o600)
    mapix.env["MAPIX_VAULT_KEY_FILE"] = str(key)
    return mapix


def test_a_password_is_kept_in_the_vault_and_listed_without_being_shown(locked: Mapix) -> None:
    locked("vault", "create")
    locked.init()
    locked("service", "add", "SMTP", "--host", "mail.example.org", "--user", "ann", "--password", "geheim")
    listed = locked.json("vault", "list")["secrets"]
    assert [(one["profile"], one["name"]) for one in listed] == [("Default", "password")]
    assert "geheim" not in locked("vault", "list").stdout
    assert (locked.home / "vault").stat().st_mode & 0o777 == 0o600


def test_the_passphrase_is_changed(locked: Mapix, tmp_path: Path) -> None:
    locked("vault", "create")
    other = tmp_path / "other"
    other.write_text("longer\n")
    other.chmod(0o600)
    locked("vault", "change", MAPIX_VAULT_NEW_KEY_FILE=str(other))
    assert "wrong" in locked("vault", "list", code=Exit.LOGON).stderr
    locked("vault", "list", MAPIX_VAULT_KEY_FILE=str(other))


def test_nobody_is_asked_where_there_is_no_terminal(mapix: Mapix) -> None:
    assert "MAPIX_VAULT_KEY_FILE" in mapix("vault", "create", code=Exit.LOGON).stderr
    assert "mapix vault create" in mapix("vault", "list").stderr
    assert "mapix vault create" in mapix("vault", "change", code=Exit.NOT_FOUND).stderr


def test_where_nobody_can_be_asked_for_a_new_passphrase_its_variable_is_named(locked: Mapix) -> None:
    locked("vault", "create")
    assert locked("vault", "change", code=Exit.LOGON).stderr.endswith("Try: set MAPIX_VAULT_NEW_KEY_FILE\n")


def test_what_to_type_about_permissions_is_quoted(locked: Mapix, tmp_path: Path) -> None:
    key = tmp_path / "two words"
    key.write_text("open sesame\n")
    key.chmod(0o644)
    said = locked("vault", "create", code=Exit.LOGON, MAPIX_VAULT_KEY_FILE=str(key)).stderr
    assert said.endswith(f"Try: chmod 600 '{key}'\n")


def test_a_key_file_others_may_read_is_refused(locked: Mapix) -> None:
    Path(locked.env["MAPIX_VAULT_KEY_FILE"]).chmod(0o644)
    assert "chmod 600" in locked("vault", "create", code=Exit.LOGON).stderr
    assert not (locked.home / "vault").exists()


def test_a_copied_profile_has_its_passwords_in_the_vault_and_they_go_with_it(locked: Mapix) -> None:
    """PRF-23; CopyProfile and DeleteProfile of session 4.2."""
    locked("vault", "create")
    locked.init()
    locked("service", "add", "SMTP", "--host", "mail.example.org", "--user", "ann", "--password", "geheim")
    locked("profile", "copy", "Default", "Second")
    assert "without passwords" in locked("profile", "copy", "Default", "Third", "--no-secrets").stderr
    assert [one["profile"] for one in locked.json("vault", "list")["secrets"]] == ["Default", "Second"]
    locked("profile", "delete", "Default", "--yes")
    assert [one["profile"] for one in locked.json("vault", "list")["secrets"]] == ["Second"]
    del locked.env["MAPIX_VAULT_KEY_FILE"]
    told = locked("profile", "copy", "Second", "Fourth", code=Exit.LOGON).stderr
    assert "MAPIX_VAULT_KEY_FILE" in told
    assert "--no-secrets" in told
    assert [one["name"] for one in locked.json("profile", "list")["profiles"]] == ["Second", "Third"]


def test_secrets_that_cannot_be_taken_along_are_told_of_and_can_be_forgotten_later(locked: Mapix) -> None:
    """PRF-23: a vault that is locked keeps nobody from deleting a profile or a service."""
    locked("vault", "create")
    locked.init()
    for name in ("Second", "Third"):
        locked("profile", "create", name)
    for name in ("Default", "Second", "Third"):
        locked("service", "add", "SMTP", "host=mail.example.org", "user=ann", "password=geheim", "--profile", name)
    key = locked.env.pop("MAPIX_VAULT_KEY_FILE")
    for words in (("profile", "delete", "Second", "--yes"), ("service", "remove", "SMTP", "--profile", "Third")):
        assert "secrets of SMTP stay where they are kept: MAPI_E_LOGON_FAILED" in locked(*words).stderr
    locked.env["MAPIX_VAULT_KEY_FILE"] = key
    assert len(locked.json("vault", "list")["secrets"]) == 3
    assert "--yes is needed" in locked("vault", "forget", code=Exit.USAGE).stderr
    assert locked.json("vault", "forget", "--yes")["forgotten"] == 2
    assert [one["profile"] for one in locked.json("vault", "list")["secrets"]] == ["Default"]
    assert "nothing to forget" in locked("vault", "forget").stderr
    file = locked.home / "profiles" / "Default.toml"
    file.write_text("[[", encoding="utf-8")
    assert "Default.toml" in locked("vault", "forget", "--yes", code=Exit.CORRUPT).stderr
    assert len(locked.json("vault", "list")["secrets"]) == 1


def test_without_a_passphrase_a_copy_says_what_to_try_and_names_nothing(locked: Mapix) -> None:
    locked("vault", "create")
    locked.init()
    locked("service", "add", "SMTP", "host=mail.example.org", "user=ann", "password=geheim")
    del locked.env["MAPIX_VAULT_KEY_FILE"]
    assert "None" not in locked("profile", "copy", "Default", "Second", code=Exit.LOGON).stderr
