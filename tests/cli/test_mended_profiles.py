"""Profiles that were written by hand, or whose services and secrets are not what they were: told, and put right."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from .conftest import Mapix


@pytest.fixture
def file(mapix: Mapix) -> Path:
    """The file of a profile."""
    mapix.init()
    return mapix.home / "profiles" / "Default.toml"


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")


def test_a_service_whose_module_is_gone_is_shown_and_removed(mapix: Mapix, file: Path) -> None:
    """DeleteMsgService of session 4.3; the others go on (LOG-26)."""
    change(file, 'name = "LOCAL"', 'name = "GONE"')
    assert "GONE  Local delivery\n  address = ann@example.org" in mapix("profile", "show").stdout
    listed = mapix.json("service", "list")["services"]
    assert [(each["service"], each["settings"].get("address")) for each in listed][-1] == ("GONE", "ann@example.org")
    mapix("ls")
    told = mapix("doctor", code=1).stdout
    assert "wrong service GONE: MAPI_E_NOT_FOUND" in told
    assert "ok    service MAPIXSTORE" in told
    mapix("service", "remove", "gone")
    assert "GONE" not in file.read_text(encoding="utf-8")


def test_a_setting_that_no_service_knows_is_told_and_taken_away(mapix: Mapix, file: Path) -> None:
    """A profile's file may be written by hand (PRF-8)."""
    change(file, "owner_address =", "owner_addres =")
    finding = next(each for each in _findings(mapix) if each["what"] == "service MAPIXSTORE")
    assert not finding["ok"]
    assert "owner_addres, which it does not know" in finding["detail"]
    assert finding["hint"].endswith(" owner_addres=")
    mapix("service", "configure", "MAPIXSTORE", "owner_addres=")
    assert "owner_addres" not in file.read_text(encoding="utf-8")
    told = mapix("service", "configure", "MAPIXSTORE", "owner_addres=", code=1).stderr
    assert "Try: owner_address" in told


def test_settings_written_by_hand_are_read_as_typed_ones(mapix: Mapix, file: Path) -> None:
    change(file, "owner_address =", 'keep_sent = "no"\nretention_days = "30"\nowner_address =')
    settings = mapix.json("service", "list")["services"][0]["settings"]
    assert (settings["keep_sent"], settings["retention_days"]) == (False, 30)
    change(file, '"30"', '"soon"')
    assert "retention_days wants a whole number: 'soon'" in mapix("ls", code=1).stderr


def test_what_a_service_lacks_after_a_change_is_told(mapix: Mapix) -> None:
    """C8: settings may be missing, and the service cannot be used then."""
    mapix.init("--smtp-host", "mail.example.org")
    assert "lacks" not in mapix("service", "configure", "SMTP", "port=2525").stderr
    assert "It lacks host" in mapix("service", "configure", "SMTP", "host=").stderr
    assert mapix.json("service", "configure", "SMTP", "port=")["missing"] == ["host"]


def test_without_a_default_profile_the_way_to_one_is_told(mapix: Mapix, file: Path) -> None:
    """LOG-16."""
    mapix("profile", "default", "--none")
    for command in (("profile", "show"), ("profile", "default"), ("service", "list")):
        assert "mapix profile default 'Default'" in mapix(*command, code=5).stderr
    assert "the profile 'Default'" in mapix("profile", "delete", "defalt", "--yes", code=4).stderr


def test_the_doctor_opens_every_store(mapix: Mapix, file: Path, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("no directory", encoding="utf-8")
    mapix("service", "add", "MAPIXSTORE")
    mapix("service", "add", "MAPIXSTORE", "--path", tmp_path / "taken" / "x.mapix")
    found = [each["ok"] for each in _findings(mapix) if each["what"] == "store"]
    assert found == [True, True, False]
    assert {"Default.mapix", "Default-2.mapix"} <= {path.name for path in (mapix.home / "stores").iterdir()}


@pytest.mark.skipif(sys.platform == "win32", reason="files have permissions")
def test_the_doctor_looks_at_vault_and_commands(mapix: Mapix, tmp_path: Path) -> None:
    """PRF-23: wrong permissions are an error before anybody needs the secret."""
    pytest.importorskip("argon2")
    key = tmp_path / "key"
    key.write_text("a phrase\n", encoding="utf-8")
    key.chmod(0o600)
    mapix.env["MAPIX_VAULT_KEY_FILE"] = str(key)
    mapix.init("--smtp-host", "mail.example.org", "--smtp-user", "ann", "--password-command", "false")
    mapix("service", "configure", "SMTP", "host=")
    mapix("vault", "create")
    found = {each["what"]: each for each in _findings(mapix)}
    assert found["vault"]["ok"]
    assert not found["SMTP password_command"]["ok"]
    assert "failed with 1" in found["SMTP password_command"]["detail"]
    (mapix.home / "vault").chmod(0o644)
    mapix("service", "configure", "SMTP", "password_command=echo open-sesame")
    found = {each["what"]: each for each in _findings(mapix)}
    assert "others may read" in found["vault"]["detail"]
    assert found["SMTP password_command"]["ok"]
    assert "open-sesame" not in found["SMTP password_command"]["detail"]


def test_a_key_file_that_is_not_there_is_told_at_the_import(mapix: Mapix, tmp_path: Path) -> None:
    """Where nobody says a passphrase the file is not called damaged."""
    pytest.importorskip("argon2")
    key, file = tmp_path / "key", tmp_path / "work.toml"
    key.write_text("a phrase\n", encoding="utf-8")
    key.chmod(0o600)
    mapix.init()
    mapix("profile", "export", "Default", "--secrets", "--key-file", key, "-o", file)
    told = mapix("profile", "import", file, "--as", "B", "--key-file", tmp_path / "none", code=5).stderr
    assert "cannot read the key file" in told
    assert "nobody to ask" in mapix("profile", "import", file, "--as", "B", code=5).stderr
    other = tmp_path / "other"
    other.write_text("another phrase\n", encoding="utf-8")
    other.chmod(0o600)
    assert "do not open" in mapix("profile", "import", file, "--as", "B", "--key-file", other, code=5).stderr


def _findings(mapix: Mapix) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(mapix("doctor", "--json", code=1).stdout)["findings"]
    return found
