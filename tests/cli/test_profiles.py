"""Profiles, services and providers from the command line."""

import sys
from pathlib import Path

import pytest

from mapix.cli.init import refusing_taken
from mapix.cli.sessions import mapi
from mapix.properties.errors import Collision, NoAccess

from .conftest import Mapix

GUARDED = pytest.mark.skipif(sys.platform == "win32", reason="key files have permissions")


def names(mapix: Mapix) -> list[tuple[str, bool]]:
    return [(each["name"], each["default"]) for each in mapix.json("profile", "list")["profiles"]]


def test_profiles_are_copied_and_renamed(mapix: Mapix) -> None:
    """CopyProfile and RenameProfile of session 4.2, PRF-7."""
    mapix.init()
    mapix("profile", "copy", "default", "Second")
    mapix("profile", "rename", "Default", "First")
    assert names(mapix) == [("First", True), ("Second", False)]
    for command in ("copy", "rename"):
        assert "MAPI_E_COLLISION" in mapix("profile", command, "First", "second", code=1).stderr
    mapix("profile", "rename", "Second", "second")
    for command in (("show", "nope"), ("delete", "nope", "--yes"), ("default", "nope"), ("copy", "nope", "x")):
        assert "there is no profile of this name: 'nope'" in mapix("profile", *command, code=4).stderr
    assert "letters" in mapix("profile", "copy", "First", "a/b", code=1).stderr


def test_a_name_that_another_process_takes_first_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """CreateProfile of session 4.2."""
    monkeypatch.setenv("MAPIX_HOME", str(tmp_path))
    with mapi() as subsystem:
        profiles = subsystem.admin_profiles()

        def create(*names: str) -> None:
            with refusing_taken(profiles, names[-1]):
                for name in names:
                    profiles.create_profile(name)

        with pytest.raises(Collision, match="mapix profile delete New"):
            create("New", "New")
        with pytest.raises(NoAccess):
            create("New", "Newer")


def test_a_profile_goes_to_another_machine_as_a_file(mapix: Mapix, tmp_path: Path) -> None:
    """PRF-5, PRF-23."""
    mapix.init()
    file = tmp_path / "work.toml"
    mapix("profile", "export", "Default", "-o", file)
    assert file.stat().st_mode & 0o077 == 0 or sys.platform == "win32"
    assert mapix("profile", "export", "Default").stdout == file.read_text(encoding="utf-8")
    assert "there already" in mapix("profile", "export", "Default", "-o", file, code=2).stderr
    other = Mapix(tmp_path / "elsewhere")
    other("profile", "import", file, "--as", "Office")
    assert names(other) == [("Office", False)]
    assert "--as NAME" in other("profile", "import", file, "--as", "Office", code=1).stderr
    ours, theirs = mapix.json("profile", "show", "Default"), other.json("profile", "show", "Office")
    assert theirs["services"] == ours["services"]
    other("profile", "import", "-", "--as", "Piped", stdin=file.read_text(encoding="utf-8").replace("\n", "\r\n"))
    assert other.json("profile", "show", "Piped")["services"] == ours["services"]
    file.write_text("[[", encoding="utf-8")
    told = other("profile", "import", file, code=6).stderr
    assert "work.toml" in told
    assert "repair" not in told


@GUARDED
def test_passwords_go_along_encrypted_when_asked_for(mapix: Mapix, tmp_path: Path) -> None:
    """PRF-23; scenario 10."""
    pytest.importorskip("argon2")
    key = tmp_path / "key"
    key.write_text("a phrase\n", encoding="utf-8")
    key.chmod(0o600)
    mapix.env["MAPIX_VAULT_KEY_FILE"] = str(key)
    mapix.init("--smtp-host", "mail.example.org", "--smtp-user", "ann")
    mapix("vault", "create")
    mapix("service", "configure", "SMTP", "password=open-sesame")
    file = tmp_path / "work.toml"
    mapix("profile", "export", "Default", "--secrets", "--key-file", key, "-o", file)
    assert "open-sesame" not in file.read_text(encoding="utf-8")
    other = Mapix(tmp_path / "elsewhere")
    other.env["MAPIX_VAULT_KEY_FILE"] = str(key)
    assert "mapix vault create" in other("profile", "import", file, "--key-file", key, code=1).stderr
    other("vault", "create")
    assert "passphrase" in other("profile", "import", file, code=5).stderr
    other("profile", "import", file, "--key-file", key)
    (kept,) = other.json("vault", "list")["secrets"]
    assert (kept["profile"], kept["name"]) == ("Default", "password")
    assert "--secrets" in mapix("profile", "export", "Default", "--key-file", key, code=2).stderr


def test_a_damaged_profile_is_repaired_from_its_copy(mapix: Mapix) -> None:
    """PRF-8."""
    mapix.init()
    path = mapix.home / "profiles" / "Default.toml"
    assert "nothing to repair" in mapix("profile", "repair").stderr
    path.write_text(path.read_text(encoding="utf-8") + "\n[[bad\n", encoding="utf-8")
    told = mapix("profile", "show", code=6).stderr
    assert "Default.toml" in told
    assert "line" in told
    assert "mapix profile repair" in told
    assert "--yes" in mapix("profile", "repair", code=2).stderr
    mapix("profile", "repair", "--yes")
    mapix("profile", "show")
    assert path.with_name("Default.toml.damaged").read_text(encoding="utf-8").endswith("[[bad\n")
    mapix("profile", "repair", "Nobody", code=4)


def test_services_are_copied_ordered_and_one_says_who_the_user_is(mapix: Mapix) -> None:
    """PRF-4, PRF-51; scenario 12."""
    mapix.init("--smtp-host", "mail.example.org")
    assert [each["service"] for each in mapix.json("service", "order")["transports"]] == ["LOCAL", "SMTP"]
    assert [line.split("\t")[1] for line in mapix("service", "order", "SMTP", "LOCAL").stdout.splitlines()] == [
        "SMTP",
        "LOCAL",
    ]
    assert "all of them" in mapix("service", "order", "SMTP", code=1).stderr
    said = mapix("service", "order", "SMTP", "MAPIXSTORE", code=1).stderr
    assert "Try: mapix service order SMTP LOCAL, in another order" in said
    assert "Either a SERVICE or --none" in mapix("service", "primary", "SMTP", "--none", code=2).stderr
    assert "Either a NAME or --none" in mapix("profile", "default", "Default", "--none", code=2).stderr
    first = mapix("service", "primary").stdout.strip()
    assert first in ("LOCAL", "SMTP")
    mapix("service", "primary", "SMTP")
    assert mapix("service", "primary").stdout == "SMTP\n"
    mapix("service", "primary", "--none")
    assert mapix("service", "primary").stdout == "no service\n"
    mapix("profile", "create", "Empty")
    mapix("service", "copy", "SMTP", "--to", "Empty")
    (copied,) = mapix.json("service", "list", "--profile", "Empty")["services"]
    assert copied["settings"]["host"] == "mail.example.org"


def test_providers_are_listed_and_shown(mapix: Mapix) -> None:
    """PRF-15, PRF-20, PRF-50."""
    mapix.init()
    found = mapix.json("provider", "list")["providers"]
    assert [(each["kind"], each["service"]) for each in found] == [
        ("transport", "LOCAL"),
        ("store", "MAPIXSTORE"),
        ("address book", "CONTACTS"),
    ]
    (store,) = mapix.json("provider", "list", "MAPIXSTORE")["providers"]
    assert store["flags"] == ["STATUS_DEFAULT_STORE"]
    shown = mapix.json("provider", "show", store["uid"][:6])
    assert shown["properties"]["PR_PROFILE_NAME"] == "Default"
    assert "PR_SERVICE_NAME = MAPIXSTORE" in mapix("provider", "show", store["uid"]).stdout
    assert "provider list" in mapix("provider", "show", "zz", code=4).stderr
    assert "more than one" in mapix("provider", "show", "", code=1).stderr


def test_providers_are_added_and_removed(mapix: Mapix) -> None:
    """PRF-16, PRF-17."""
    mapix.init()
    before = mapix.json("provider", "list")["providers"]
    added = mapix.json("provider", "add", "local")
    mapix("provider", "add", "LOCAL", "LOCAL")
    assert [each["uid"] for each in mapix.json("provider", "list", "LOCAL")["providers"]][1] == added["uid"]
    assert "one of LOCAL" in mapix("provider", "add", "LOCAL", "nope", code=4).stderr
    for each in mapix.json("provider", "list", "LOCAL")["providers"][1:]:
        assert mapix.json("provider", "remove", each["uid"])["uid"] == each["uid"]
    assert mapix.json("provider", "list")["providers"] == before
    assert "provider list" in mapix("provider", "remove", added["uid"], code=4).stderr
    mapix("provider", "remove", "", code=1)
    assert mapix.json("store", "default")["store"] == "Mailbox - Ann Archer"


def test_a_second_store_is_called_what_it_is_to_be_called(mapix: Mapix) -> None:
    """SES-30, PRF-3: the same in every list, and by its name it becomes the default."""
    mapix("init", "--yes", "--address", "ann@example.org")
    mapix("service", "add", "MAPIXSTORE", "--display-name", "Archive")
    assert [each["name"] for each in mapix.json("store", "list")["stores"]] == ["Mailbox - ann@example.org", "Archive"]
    assert mapix("store", "default").stdout == "Mailbox - ann@example.org\n"
    mapix("store", "default", "archive")
    assert mapix("store", "default").stdout == "Archive\n"
    assert mapix.json("service", "list")["services"][-1]["display_name"] == "Archive"


def test_the_shell_completes_names(mapix: Mapix) -> None:
    mapix.init()
    words = {"_MAPIX_COMPLETE": "bash_complete", "COMP_CWORD": "3"}
    assert mapix(COMP_WORDS="mapix profile delete d", **words).stdout == "plain,Default\n"
    assert mapix(COMP_WORDS="mapix service remove l", **words).stdout == "plain,LOCAL\n"


def test_a_service_is_added_with_its_settings_in_any_spelling(mapix: Mapix) -> None:
    """As the page of services and providers has it, and as `configure` takes them."""
    mapix("profile", "create", "Work")
    spellings = ("host=mail.example.org", "--host=mail.example.org", ("--host", "mail.example.org"))
    for words in (*spellings, ("--set", "host=mail.example.org")):
        given = (words,) if isinstance(words, str) else words
        added = mapix.json("service", "add", "SMTP", *given, "security=none", "--profile", "Work")
        assert added["missing"] == []
    services = mapix.json("profile", "show", "Work")["services"]
    settings = [(each["settings"]["host"], each["settings"]["security"]) for each in services]
    assert settings == [("mail.example.org", "none")] * 4
    assert "NAME=VALUE" in mapix("service", "add", "SMTP", "host", "--profile", "Work", code=2).stderr
    assert "no such setting: 'hots'" in mapix("service", "add", "SMTP", "hots=x", "--profile", "Work", code=1).stderr


def test_a_setting_that_is_left_empty_has_its_default_from_the_beginning(mapix: Mapix) -> None:
    """As the words of a script are that fills in what it knows; a name that is wrong is told all the same."""
    mapix.init()
    added = mapix.json("service", "add", "SMTP", "host=", "port=", "--set", "user=", "password=")
    assert added["missing"] == ["host"]
    settings = mapix.json("service", "list")["services"][-1]["settings"]
    assert [settings[each] for each in ("host", "port", "user", "security")] == [None, None, None, "starttls"]
    assert "no such setting: 'hots'" in mapix("service", "add", "SMTP", "hots=", code=1).stderr


def test_every_setting_that_can_be_made_is_listed(mapix: Mapix) -> None:
    mapix.init()
    types = {
        each["service"]: [one["name"] for one in each["settings"]]
        for each in mapix.json("service", "types")["services"]
    }
    for each in mapix.json("service", "list")["services"]:
        assert set(each["settings"]) <= set(types[each["service"]])
    assert "password_command" in types["SMTP"]
    assert " password_command" in mapix("service", "types").stdout


def test_names_and_settings_of_a_profile_from_elsewhere_do_not_steer_the_terminal(mapix: Mapix) -> None:
    mapix.init()
    file = mapix.home / "profiles" / "Default.toml"
    text = file.read_text(encoding="utf-8").replace('name = "Ann Archer"', r'name = "A\u009b31mnn\nB"')
    file.write_text(text.replace('"Personal address book"', r'"Book\u009b2J"'), encoding="utf-8")
    shown = mapix("profile", "show").stdout
    assert "  name = A 31mnn B\n" in shown
    assert "CONTACTS  Book 2J\n" in shown
    file.write_text(text.replace('name = "LOCAL"', r'name = "LO\u009bCAL"'), encoding="utf-8")
    assert "LO�CAL removed" in mapix("service", "remove", "LO\x9bCAL").stderr


def test_a_profile_passes_through_pipes_and_editors_of_other_systems(mapix: Mapix, tmp_path: Path) -> None:
    """PRF-8: one may begin with a byte order mark, and end its lines as Windows does."""
    mapix.init()
    text = mapix("profile", "export", "Default", "-o", "-").stdout
    assert text == mapix("profile", "export", "Default").stdout
    mapix("profile", "import", "-", "--as", "Piped", stdin=text)
    file = tmp_path / "edited.toml"
    file.write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    mapix("profile", "import", file, "--as", "Edited")
    own = mapix.home / "profiles" / "Edited.toml"
    own.write_bytes(b"\xef\xbb\xbf" + own.read_bytes().replace(b"\n", b"\r\n"))
    mapix("ls", "--profile", "Edited")
    mapix("profile", "rename", "Edited", "Later")
    assert len(mapix.json("profile", "list")["profiles"]) == 3
