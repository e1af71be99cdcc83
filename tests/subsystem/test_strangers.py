"""Another user of the machine reads nothing of this one's: no secret, no profile, no mail, no contacts."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.subsystem.stores.mailboxes import open_store, submit

from mapix.interfaces.prop import Access
from mapix.properties.flags import MAPI_NEW_SESSION, MAPI_NO_MAIL
from mapix.properties.guid import guid
from mapix.properties.tag import PropTag
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.profiles import unlocking, vault
from mapix.subsystem.profiles.vault import NAME, Vault

pytest.importorskip("argon2")
pytestmark = pytest.mark.skipif(os.name != "posix" or os.getuid() != 0, reason="only root can be somebody else")
SECURE = PropTag(0x67F0001F)
SECTION = guid("{01234567-89AB-CDEF-0123-456789ABCDEF}")
ADDRESS = "ann@example.com"

STRANGER = """
import os, sys
os.setgroups([]); os.setgid(65534); os.setuid(65534)
tried = 0
for name in sys.argv[1:]:
    for flags in (os.O_RDONLY, os.O_WRONLY):
        try:
            os.close(os.open(name, flags))
        except PermissionError:
            tried += 1
        else:
            print("open to others:", name)
print(tried)
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A directory that others may enter, as they may not enter those of tests."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def filled(home: Path) -> list[Path]:
    """Every file of a home with a profile, secrets, a mailbox with a message, and contacts, some changed once more."""
    with Subsystem(home) as system:
        admin = system.admin_profiles()
        admin.create_profile("Work")
        services = admin.admin_services("Work")
        for kind, settings in (
            ("MAPIXSTORE", {"owner_address": ADDRESS}),
            ("CONTACTS", {}),
            ("SMTP", {"host": "localhost", "user": "ann", "password": "open sesame", "address": ADDRESS}),
        ):
            services.create_msg_service(kind, ADDRESS, settings)
        with system.logon("Work", flags=MAPI_NEW_SESSION | MAPI_NO_MAIL) as session:
            submit(open_store(session), "Hello")
            session.open_address_book().get_pab()
            section = session.open_profile_section(SECTION, Access.MODIFY)
            assert section.set_props({SECURE: "sesame again"}) == []
        files = [each for each in home.rglob("*") if each.is_file()]
    return files


def test_another_user_opens_no_file_even_where_the_directories_are_open(
    place: Path, no_keyring: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRF-23: each file is closed by itself, secrets, profiles, stores, address books and copies of them."""
    home, key = place / "home", place / "key"
    key.write_text("a passphrase")
    key.chmod(0o600)
    monkeypatch.setattr(vault, "_MEMORY", 64)
    monkeypatch.setattr(vault, "_PASSES", 1)
    monkeypatch.setattr(vault, "_keys", {})
    monkeypatch.setenv(unlocking.KEY_FILE, str(key))
    home.mkdir(mode=0o755)
    Vault(home / NAME, lambda: "a passphrase").create("a passphrase")
    former = os.umask(0)
    try:
        files = filled(home)
    finally:
        os.umask(former)
    assert {NAME, "Work.toml"} <= {each.name for each in files}
    assert {".mapix", ".mapixbook"} <= {each.suffix for each in files}
    for each in home.rglob("*"):
        if each.is_dir():
            each.chmod(0o755)
    command = [sys.executable, "-c", STRANGER, str(key), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd="/")
    assert done.stdout.split() == [str(2 * (1 + len(files)))]
