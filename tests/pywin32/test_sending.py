"""Sending as scripts do it: our example, and pywin32's own demo when it can be had, against a real SMTP server."""

import re
import subprocess
import sys
from email import message_from_string, policy
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from tests.pywin32.conftest import ADDRESS, ROOT, default_store, make_profile
from tests.recording import Server

from mapix.pywin32 import mapi, mapitags
from mapix.pywin32.runner import run_script

EXAMPLE = ROOT / "examples" / "send_mail.py"
OTHERS = ["ann@elsewhere.example", "bob@elsewhere.example", "eve@elsewhere.example"]
DEMO = "win32comext/mapi/demos/mapisend.py"


@pytest.fixture
def smtp(home: Path, server: Server) -> Server:
    """The default profile sends through this server."""
    make_profile(home, host="127.0.0.1", port=server.port)
    return server


def received(server: Server) -> tuple[list[str], Any]:
    """The recipients of everything the server took, and the message, which is always the same."""
    taken = [each for each in server.seen if "message" in each]
    assert taken
    assert len({each["message"] for each in taken}) == 1
    assert {each["from"] for each in taken} == {ADDRESS}
    people = sorted(person for each in taken for person in each["to"])
    return people, message_from_string(taken[0]["message"], policy=policy.default)


def folder_rows(entry_tag: int) -> list[Any]:
    """Subject and flags of the messages in a special folder of the default store."""
    mapi.MAPIInitialize(None)
    session = mapi.MAPILogonEx(0, "", None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT | mapi.MAPI_NO_MAIL)
    store = default_store(session)
    _, ((_, entry_id),) = store.GetProps(entry_tag)
    table = store.OpenEntry(entry_id, None, 0).GetContentsTable(0)
    rows = mapi.HrQueryAllRows(table, (mapitags.PR_SUBJECT_A, mapitags.PR_MESSAGE_FLAGS), None, None, 0)
    session.Logoff(0, 0, 0)
    mapi.MAPIUninitialize()
    return [tuple(value for _, value in row) for row in rows]


def test_the_example_sends_to_everybody_once(smtp: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """Scenario 1."""
    words = [OTHERS[0], "Grüße", "--cc", OTHERS[1], "--bcc", OTHERS[2], "--text", "Guten Tag\r\n"]
    assert run_script(EXAMPLE, words) == 0
    people, message = received(smtp)
    assert people == OTHERS
    assert message["Subject"] == "Grüße"
    assert message.get_body(("plain",)).get_content().strip() == "Guten Tag"
    assert (message["To"], message["Cc"], message["Bcc"]) == (OTHERS[0], OTHERS[1], None)
    assert "queued" not in capsys.readouterr().err
    ((subject, flags),) = folder_rows(mapitags.PR_IPM_SENTMAIL_ENTRYID)
    assert subject == "Grüße".encode()
    assert not flags & 0xC  # neither SUBMIT nor UNSENT
    assert folder_rows(mapitags.PR_IPM_OUTBOX_ENTRYID) == []


def test_without_a_default_profile_the_example_says_what_to_do(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_script(EXAMPLE, [OTHERS[0], "x", "--text", "x"]) == 1
    told = capsys.readouterr().err
    assert told.endswith("MAPI_E_LOGON_FAILED (0x80040111): there is no default profile. Try: mapix init\n")


SUBMITTING = """\
import sys
sys.path.insert(0, {folder!r})
from win32com.mapi import mapi
import send_mail

mapi.MAPIInitialize(None)
for number in range({count}):
    send_mail.send("message %d" % number, "text", {to!r})
{end}
"""


def submitting(tmp_path: Path, *, count: int = 1, end: str = "", to: str = OTHERS[0]) -> Path:
    """A script that submits and ends in some way."""
    path = tmp_path / "submitting.py"
    path.write_text(SUBMITTING.format(folder=str(EXAMPLE.parent), count=count, to=to, end=end), encoding="utf-8")
    return path


@pytest.mark.parametrize("end", ["", "mapi.MAPIUninitialize()", "raise SystemExit(3)", "1 / 0"])
def test_whatever_way_a_script_ends_its_messages_leave(smtp: Server, tmp_path: Path, end: str) -> None:
    code = run_script(submitting(tmp_path, count=2, end=end))
    assert code == {"raise SystemExit(3)": 3, "1 / 0": 1}.get(end, 0)
    assert len(smtp.seen) == 2


LOGGING_OFF = """\
import sys
sys.path.insert(0, {folder!r})
from win32com.mapi import mapi, mapitags
from send_mail import default_store, outbox_of, recipient

mapi.MAPIInitialize(None)
session = mapi.MAPILogonEx(0, "", None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT)
message = outbox_of(default_store(session)).CreateMessage(None, 0)
message.ModifyRecipients(mapi.MODRECIP_ADD, [recipient({to!r}, mapi.MAPI_TO)])
message.SubmitMessage(0)
session.Logoff(0, 0, 0)
mapi.MAPIUninitialize()
"""


def test_a_session_logged_off_at_once_leaves_nothing_behind(smtp: Server, tmp_path: Path) -> None:
    path = tmp_path / "logging_off.py"
    path.write_text(LOGGING_OFF.format(folder=str(EXAMPLE.parent), to=OTHERS[0]), encoding="utf-8")
    assert run_script(path) == 0
    assert len(smtp.seen) == 1


def test_what_does_not_leave_in_time_is_told(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    make_profile(home, host="127.0.0.1", port=1)
    assert run_script(submitting(tmp_path, count=2), exit_wait=0.3) == 0
    advice = "they go out with the next session, or: mapix spooler flush --profile Work"
    said = rf"mapix: 2 messages still queued( after \d+ s)?: {advice}"
    assert any(re.fullmatch(said, line) for line in capsys.readouterr().err.splitlines())


def test_nobody_waits_when_nothing_was_submitted(smtp: Server, tmp_path: Path) -> None:
    path = tmp_path / "reading.py"
    path.write_text("from win32com.mapi import mapi\nmapi.MAPIInitialize(None)\nmapi.MAPILogonEx(0, '', None, 96)\n")
    assert run_script(path) == 0
    assert smtp.seen == []


def test_a_session_without_mail_leaves_its_messages_queued(smtp: Server, tmp_path: Path) -> None:
    """LOG-30; scenario 5."""
    path = tmp_path / "quiet.py"
    text = submitting(tmp_path).read_text(encoding="utf-8")
    path.write_text(text.replace("import send_mail", "import send_mail; mapi.MAPI_USE_DEFAULT |= mapi.MAPI_NO_MAIL"))
    try:
        assert run_script(path) == 0
    finally:
        mapi.MAPI_USE_DEFAULT = 64
    assert smtp.seen == []
    assert len(folder_rows(mapitags.PR_IPM_OUTBOX_ENTRYID)) == 1


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """pywin32's own demo, taken out of its wheel; skipped where that cannot be had."""
    place = tmp_path_factory.mktemp("pywin32")
    quick = ("--quiet", "--disable-pip-version-check", "--retries", "0", "--timeout", "5")
    which = ("--no-deps", "--platform", "win_amd64", "--python-version", "311", "--only-binary=:all:")
    command = [sys.executable, "-m", "pip", "download", *quick, *which, "--dest", str(place), "pywin32"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    wheels = list(place.glob("*.whl"))
    if not wheels:
        pytest.skip(f"pywin32's wheel cannot be downloaded: {(done.stderr.strip() or 'no wheel').splitlines()[-1]}")
    with ZipFile(wheels[0]) as wheel:
        if DEMO not in wheel.namelist():
            pytest.skip("pywin32's wheel has no mapisend.py")
        path = place / "mapisend.py"
        path.write_bytes(wheel.read(DEMO))
    return path


@pytest.mark.xdist_group("pywin32")
def test_pywin32s_own_demo_runs_unmodified(smtp: Server, demo: Path, tmp_path: Path) -> None:
    """Scenario 1."""
    caller = tmp_path / "caller.py"
    caller.write_text(
        f"import sys; sys.path.insert(0, {str(demo.parent)!r})\n"
        "from mapisend import SendEMAPIMail\n"
        f"SendEMAPIMail('From the demo', 'testing one two three', {OTHERS[0]!r}, {OTHERS[1]!r}, {OTHERS[2]!r})\n",
        encoding="utf-8",
    )
    assert run_script(caller) == 0
    people, message = received(smtp)
    assert people == OTHERS
    assert message["Subject"] == "From the demo"
    assert message.get_body(("plain",)).get_content().strip() == "testing one two three"
    ((subject, flags),) = folder_rows(mapitags.PR_IPM_SENTMAIL_ENTRYID)
    assert (subject, flags & 0xC) == (b"From the demo", 0)
    assert folder_rows(mapitags.PR_IPM_OUTBOX_ENTRYID) == []
