"""What happens at a terminal: questions, passwords, tables."""

import json
import os
import re
import select
import sys
import time
from codecs import getincrementaldecoder
from pathlib import Path

import pytest

from .conftest import Mapix

if sys.platform == "win32":
    pytest.skip("needs pseudo terminals", allow_module_level=True)

import pty

RING = """
import json
from pathlib import Path
from keyring.backend import KeyringBackend

class Ring(KeyringBackend):
    priority = 1
    file = Path(__file__).with_name("ring.json")
    def _all(self):
        return json.loads(self.file.read_text()) if self.file.exists() else {}
    def get_password(self, service, username):
        return self._all().get(username)
    def set_password(self, service, username, password):
        self.file.write_text(json.dumps({**self._all(), username: password}))
    def delete_password(self, service, username):
        self.file.write_text(json.dumps({k: v for k, v in self._all().items() if k != username}))
"""


def at_terminal(mapix: Mapix, *args: str, answers: tuple[tuple[str, str], ...] = (), **env: str) -> tuple[int, str]:
    """Run a command at a terminal, answer its questions as they come; exit code and all that was shown."""
    pid, screen = pty.fork()
    if pid == 0:
        os.execve(sys.executable, mapix.command(*args), {**mapix.env, "COLUMNS": "100", "TERM": "xterm", **env})
    shown, waiting, decoder = "", list(answers), getincrementaldecoder("utf-8")()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if select.select([screen], [], [], 0.1)[0]:
            try:
                shown += decoder.decode(os.read(screen, 4096))
            except OSError:
                break
        if waiting and waiting[0][0] in shown:
            os.write(screen, f"{waiting.pop(0)[1]}\n".encode())
    os.close(screen)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), shown


def test_init_asks_for_what_the_options_leave_open(mapix: Mapix) -> None:
    answers = (("e-mail address", "ann@example.org"), ("Your name", "Ann"), ("Mail server", ""))
    code, shown = at_terminal(mapix, "init", answers=answers)
    assert code == 0, shown
    assert "local delivery only" in shown
    services = {service["service"]: service["settings"] for service in mapix.json("profile", "show")["services"]}
    assert services["LOCAL"]["address"] == "ann@example.org"


def test_a_password_is_asked_unseen_and_kept_in_the_keyring(mapix: Mapix, tmp_path: Path) -> None:
    (tmp_path / "testring.py").write_text(RING)
    env = {"PYTHON_KEYRING_BACKEND": "testring.Ring", "PYTHONPATH": str(tmp_path)}
    answers = (("Password", "s3cret-word"),)
    options = ("--address", "a@b.example", "--name", "A", "--smtp-host", "localhost", "--smtp-security", "none")
    code, shown = at_terminal(mapix, "init", *options, "--smtp-user", "ann", answers=answers, **env)
    assert code == 0, shown
    assert "s3cret-word" not in shown
    assert list(json.loads((tmp_path / "ring.json").read_text()).values()) == ["s3cret-word"]
    assert not any(b"s3cret-word" in path.read_bytes() for path in mapix.home.rglob("*") if path.is_file())


def test_an_interrupt_ends_with_130_and_leaves_nothing(mapix: Mapix) -> None:
    code, shown = at_terminal(mapix, "init", answers=(("e-mail address", "\x03"),))
    assert code == 130, shown
    assert mapix.json("profile", "list")["profiles"] == []


def test_lists_are_tables_cut_to_the_terminal(mapix: Mapix) -> None:
    mapix.init()
    mapix("send", "--to", "ann@example.org", "--subject", "long " * 40, "--text", "x", "--wait")
    code, shown = at_terminal(mapix, "ls", NO_COLOR="1")
    assert code == 0
    title, row = shown.replace("\r", "").rstrip("\n").split("\n")
    assert re.split(" {2,}", title.strip()) == ["id", "date", "who", "subject"]
    assert re.match(r"\d+ +\d{4}-\d\d-\d\d \d\d:\d\d +\* +Ann Archer +long long ", row)
    assert len(row.rstrip()) <= 100
    assert row.rstrip().endswith("…")
    assert "\x1b" not in shown
    assert "\x1b[" in at_terminal(mapix, "ls")[1]


def test_deleting_a_profile_asks_first(mapix: Mapix) -> None:
    mapix.init()
    assert at_terminal(mapix, "profile", "delete", "Default", answers=(("Delete", "n"),))[0] == 130
    assert at_terminal(mapix, "profile", "delete", "Default", answers=(("Delete", "y"),))[0] == 0
    assert mapix.json("profile", "list")["profiles"] == []


def test_the_service_with_the_default_store_is_removed_after_asking(mapix: Mapix) -> None:
    """Session 4.8, SERVICE_DEFAULT_STORE: ask before removing."""
    mapix.init()
    mapix("service", "add", "MAPIXSTORE", "--display-name", "Archive")
    first, *_, archive = (each["uid"] for each in mapix.json("service", "list")["services"])
    assert at_terminal(mapix, "service", "remove", first, answers=(("default store", "n"),))[0] == 130
    assert at_terminal(mapix, "service", "remove", archive)[0] == 0
    assert at_terminal(mapix, "service", "remove", first, answers=(("default store", "y"),))[0] == 0
    mapix("service", "add", "MAPIXSTORE")
    mapix("service", "remove", "MAPIXSTORE")


# dialogs of a logon


def test_without_a_default_profile_one_is_chosen_by_its_number(mapix: Mapix) -> None:
    """LOG-15."""
    mapix.init()
    mapix("profile", "create", "Empty")
    mapix("profile", "default", "--none")
    code, shown = at_terminal(mapix, "ls", answers=(("Profile", "nobody"), ("none of this name", "1")))
    assert code == 0, shown
    assert "Empty" in shown


def test_who_chooses_no_profile_stops_the_command(mapix: Mapix) -> None:
    """LOG-15; MAPI_E_USER_CANCEL of table 2.4."""
    mapix.init()
    mapix("profile", "default", "--none")
    code, shown = at_terminal(mapix, "ls", answers=(("Profile", ""),))
    assert code == 1, shown
    assert "MAPI_E_USER_CANCEL" in shown


def test_what_a_service_lacks_is_asked_for_and_kept(mapix: Mapix) -> None:
    """LOG-23, SPI-12."""
    mapix.init()
    mapix("service", "add", "SMTP")
    code, shown = at_terminal(mapix, "status", answers=(("required", "mail.example.org"),))
    assert code == 0, shown
    assert "lacks host" in shown
    (smtp,) = [each for each in mapix.json("service", "list")["services"] if each["service"] == "SMTP"]
    assert smtp["settings"]["host"] == "mail.example.org"


def test_where_there_is_no_terminal_nothing_is_asked(mapix: Mapix) -> None:
    """GEN-15, LOG-16."""
    mapix.init()
    mapix("profile", "default", "--none")
    assert "no default profile" in mapix("ls", code=5).stderr


def test_a_script_that_allows_dialogs_has_them_at_the_terminal(mapix: Mapix, tmp_path: Path) -> None:
    """LOG-15, GEN-15."""
    mapix.init()
    script = tmp_path / "script.py"
    script.write_text(
        "from win32com.mapi import mapi\n"
        "mapi.MAPIInitialize(None)\n"
        "session = mapi.MAPILogonEx(0, '', None, mapi.MAPI_LOGON_UI | mapi.MAPI_EXTENDED | mapi.MAPI_NEW_SESSION)\n"
        "print('logged on', session.GetMsgStoresTable(0).GetRowCount(0))\n"
        "del session\n"
        "mapi.MAPIUninitialize()\n",
        encoding="utf-8",
    )
    code, shown = at_terminal(mapix, "run", str(script), answers=(("Profile", "Default"),))
    assert code == 0, shown
    assert "logged on 1" in shown
