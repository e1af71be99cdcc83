"""Settings of message services, and their secrets."""

import shlex
import sys
from pathlib import Path

import pytest

from mapix.interfaces.spi import MessageService, Setting, SettingKind
from mapix.properties.errors import InvalidParameter, LogonFailed, NoSupport, Unconfigured
from mapix.subsystem.profiles import secrets
from mapix.subsystem.profiles.secrets import SecretPlace, run_command
from mapix.subsystem.profiles.settings import check_settings, complete, require

SERVICE = MessageService(
    "MAIL",
    "Mail",
    (),
    (
        Setting("host", required=True),
        Setting("port", SettingKind.NUMBER, default=25),
        Setting("verify", SettingKind.FLAG, default=True),
        Setting("security", SettingKind.CHOICE, default="tls", choices=("none", "tls")),
        Setting("path", SettingKind.PATH),
        Setting("password", SettingKind.SECRET),
    ),
)


def test_text_becomes_what_a_setting_holds() -> None:
    given = {"host": "mail", "port": "587", "verify": "no", "security": "TLS"}
    assert check_settings(SERVICE, given) == {"host": "mail", "port": 587, "verify": False, "security": "tls"}


def test_a_relative_path_is_kept_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert check_settings(SERVICE, {"path": "mail.db"}) == {"path": str(tmp_path / "mail.db")}


def test_a_path_in_the_users_home_is_expanded_when_it_is_used() -> None:
    kept = check_settings(SERVICE, {"path": "~/mail.db"})
    assert kept == {"path": "~/mail.db"}
    assert complete(SERVICE, kept)["path"] == str(Path("~/mail.db").expanduser())


@pytest.mark.parametrize(
    ("name", "value"),
    [("port", "many"), ("port", 2.5), ("port", True), ("verify", "perhaps"), ("security", "rot13"), ("host", 7)],
)
def test_a_wrong_value_is_told_with_the_name_of_its_setting(name: str, value: object) -> None:
    with pytest.raises(InvalidParameter, match=name):
        check_settings(SERVICE, {name: value})


def test_an_unknown_setting_is_told_with_the_nearest_one() -> None:
    with pytest.raises(InvalidParameter, match="Try: host"):
        check_settings(SERVICE, {"hots": "mail"})


def test_a_wrong_secret_is_not_shown() -> None:
    with pytest.raises(InvalidParameter) as caught:
        check_settings(SERVICE, {"password": 12345})
    assert "12345" not in str(caught.value)


def test_defaults_fill_what_was_not_configured_and_secrets_stay_out() -> None:
    assert complete(SERVICE, {"host": "mail"}) == {
        "host": "mail",
        "port": 25,
        "verify": True,
        "security": "tls",
        "path": None,
        "password_command": None,
    }


def test_a_missing_setting_is_named() -> None:
    with pytest.raises(Unconfigured, match="host"):
        require(SERVICE, complete(SERVICE, {}))
    require(SERVICE, complete(SERVICE, {"host": "mail"}))


# secrets

PLACE = SecretPlace("MAIL", "key")


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAPIX_PASSWORD", "MAPIX_MAIL_PASSWORD"):
        monkeypatch.delenv(name, raising=False)


def python(code: str) -> str:
    return shlex.join([sys.executable, "-c", code])


def test_the_environment_comes_first_and_the_services_own_variable_before_all(
    monkeypatch: pytest.MonkeyPatch, kept: dict[tuple[str, str], str]
) -> None:
    command = {"password_command": python("print('of the command')")}
    PLACE.store("password", "of the keyring")
    assert PLACE.fetch("password", {}) == "of the keyring"
    assert PLACE.fetch("password", command) == "of the command"
    monkeypatch.setenv("MAPIX_PASSWORD", "of all")
    assert PLACE.fetch("password", command) == "of all"
    monkeypatch.setenv("MAPIX_MAIL_PASSWORD", "of the service")
    assert PLACE.fetch("password", command) == "of the service"


def test_a_secret_of_the_keyring_can_be_taken_away(kept: dict[tuple[str, str], str]) -> None:
    PLACE.store("password", "secret")
    assert list(kept.values()) == ["secret"]
    PLACE.store("password", None)
    PLACE.store("password", None)
    assert kept == {}


def test_without_a_keyring_nothing_is_kept_and_the_ways_out_are_told(no_keyring: None) -> None:
    with pytest.raises(NoSupport, match="MAPIX_MAIL_PASSWORD"):
        PLACE.store("password", "secret")
    assert PLACE.fetch("password", {}) is None


def test_only_the_first_line_of_a_command_counts() -> None:
    assert run_command(python("print('one'); print('two')")) == "one"


def test_no_shell_reads_a_command(tmp_path: Path) -> None:
    target = tmp_path / "made by a shell"
    code = "import sys; print(sys.argv[1:])"
    command = python(code) + f" ; touch {shlex.quote(str(target))} '$HOME' *"
    assert run_command(command) == str([";", "touch", str(target), "$HOME", "*"])
    assert not target.exists()


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (python("import sys; sys.exit('wrong key')"), "wrong key"),
        (python("pass"), "printed nothing"),
        ("/no/such/program", "cannot be run"),
        ("unclosed 'quote", "cannot be run"),
        ("", "cannot be run"),
    ],
)
def test_a_command_that_fails_is_a_failed_logon(command: str, told: str) -> None:
    with pytest.raises(LogonFailed, match=told):
        run_command(command)


@pytest.mark.parametrize("command", [f"{python('pass')} hunter2", "/no/such/program hunter2", "unclosed 'hunter2"])
def test_of_a_command_that_fails_only_the_program_is_named(command: str) -> None:
    with pytest.raises(LogonFailed) as caught:
        run_command(command)
    assert "hunter2" not in str(caught.value)
    assert caught.value.value in command.replace("'", "").split()


def test_a_command_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(secrets, "COMMAND_SECONDS", 0.2)
    with pytest.raises(LogonFailed, match="longer"):
        run_command(python("import time; time.sleep(30)"))
