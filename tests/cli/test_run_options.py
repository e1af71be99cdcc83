"""`mapix run` with --explain, --dry-run, --as-windows, over the examples and over scripts of other habits."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from tests.cli.conftest import ROOT, Mapix
from tests.recording import Server

SEND = ROOT / "examples" / "send_mail.py"
START = """\
import time
from win32com.mapi import mapi, mapitags
mapi.MAPIInitialize(None)
session = mapi.MAPILogonEx(0, "", None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT)
columns = (mapitags.PR_ENTRYID, mapitags.PR_DEFAULT_STORE)
found = mapi.HrQueryAllRows(session.GetMsgStoresTable(0), columns, None, None, 0)
entry_id = next(row[0][1] for row in found if row[1][1] is True)
store = session.OpenMsgStore(0, entry_id, None, mapi.MDB_WRITE | mapi.MDB_NO_DIALOG)
outbox = store.OpenEntry(store.GetProps(mapitags.PR_IPM_OUTBOX_ENTRYID)[1][0][1], None, mapi.MAPI_BEST_ACCESS)
def new(subject, address="bob@example.org"):
    message = outbox.CreateMessage(None, 0)
    row = ((mapitags.PR_RECIPIENT_TYPE, mapi.MAPI_TO), (mapitags.PR_ADDRTYPE_W, "SMTP"),
           (mapitags.PR_DISPLAY_NAME_W, "Bob"), (mapitags.PR_EMAIL_ADDRESS_W, address))
    message.ModifyRecipients(mapi.MODRECIP_ADD, [row])
    message.SetProps([(mapitags.PR_SUBJECT_W, subject), (mapitags.PR_BODY_W, "Text")])
    return message
"""
WAITS = """\
message = new("Waiting")
message.SaveChanges(mapi.KEEP_OPEN_READWRITE)
message.SubmitMessage(0)
message = None
for attempt in range(1200):
    mapi.HrDispatchNotifications(0)
    if outbox.GetContentsTable(0).GetRowCount(0) == 0:
        break
    time.sleep(0.05)
else:
    raise SystemExit("still there")
print("gone")
"""
FLUSHES = """\
new("Flushed").SubmitMessage(0)
table = session.GetStatusTable(0)
rows = mapi.HrQueryAllRows(table, (mapitags.PR_ENTRYID, mapitags.PR_RESOURCE_TYPE), None, None, 0)
spooler = next(row[0][1] for row in rows if row[1][1] == 37)
session.OpenEntry(spooler, None, 0).FlushQueues(0, None, 0)
session.Logoff(0, 0, 0)
print("flushed")
"""


@pytest.fixture
def ann(mapix: Mapix, server: Server) -> Mapix:
    """A profile that can send for real."""
    mapix.init(*server.options)
    return mapix


def script(folder: Path, text: str) -> Path:
    """A script file."""
    path = folder / "script.py"
    path.write_text(text, encoding="utf-8")
    return path


def records(text: str) -> list[dict[str, Any]]:
    """The JSON lines of a text."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def test_an_example_is_rehearsed_and_nothing_leaves(ann: Mapix, server: Server) -> None:
    """M-140, SPL-20: what would leave is told; queue and folders stay empty."""
    ran = ann(
        "run", "--dry-run", SEND, "bob@example.org", "Minutes of Monday", "--cc", "cy@example.org", "--text", "Hi"
    )
    assert ran.stderr.splitlines() == [
        "sending from Mailbox - Ann Archer",
        "mapix: dry run: would send 'Minutes of Monday'",
        "  from      Ann Archer <ann@example.org>",
        "  to        bob@example.org",
        "  cc        cy@example.org",
        *[line for line in ran.stderr.splitlines() if line.startswith("  size ")],
        "mapix: dry run: 1 message would leave",
    ]
    assert server.seen == []
    assert ann("spooler", "flush").stdout == ""
    folders = {each["path"]: each for each in ann.json("folders")["folders"]}
    assert server.seen == []
    assert all(each["messages"] == 0 for each in folders.values())


@pytest.mark.parametrize(("text", "said"), [(WAITS, "gone\n"), (FLUSHES, "flushed\n")])
def test_scripts_that_wait_or_flush_come_to_their_end(
    ann: Mapix, server: Server, tmp_path: Path, text: str, said: str
) -> None:
    """SPL-55: what waits for the Outbox to be empty, and what asks the spooler to send now."""
    ran = ann("run", "--dry-run", "--json", script(tmp_path, START + text))
    assert ran.stdout == said
    assert [each.get("would_send_messages") for each in records(ran.stderr)] == [None, 1]
    assert server.seen == []
    assert ann("run", script(tmp_path, START + text)).stdout == said
    assert len(server.seen) == 1, "without the option it is sent"


def test_what_waited_before_still_waits_after_a_dry_run(ann: Mapix, server: Server, tmp_path: Path) -> None:
    """SUB-17: a rehearsal does not send what somebody submitted earlier, either."""
    ann("send", "--to", "dan@example.org", "--subject", "Earlier", "--text", "x")
    ran = ann("run", "--dry-run", script(tmp_path, START + FLUSHES))
    assert "would send 'Flushed'" in ran.stderr
    assert server.seen == []
    ann("spooler", "flush")
    assert [each["to"] for each in server.seen] == [["dan@example.org"]]


def test_a_draft_that_was_there_before_survives(ann: Mapix, tmp_path: Path) -> None:
    """What the script did not make is not deleted when it is as good as sent."""
    text = START + 'new("Draft").SaveChanges(0)\n'
    assert "nothing would leave" in ann("run", "--dry-run", script(tmp_path, text)).stderr
    submit = START + (
        "((_, entry_id),), = mapi.HrQueryAllRows(outbox.GetContentsTable(0), mapitags.PR_ENTRYID, None, None, 0)\n"
        "store.OpenEntry(entry_id, None, mapi.MAPI_MODIFY).SubmitMessage(0)\n"
    )
    ran = ann("run", "--dry-run", "--json", script(tmp_path, submit))
    assert records(ran.stderr)[0]["would_send"]["subject"] == "Draft"
    assert [each["subject"] for each in ann.json("ls", "outbox")["messages"]] == ["Draft"]


def test_a_message_that_cannot_be_sent_fails_in_a_dry_run_too(ann: Mapix, tmp_path: Path) -> None:
    """M-140: without recipients."""
    ran = ann(
        "run",
        "--dry-run",
        script(tmp_path, START + "outbox.CreateMessage(None, 0).SubmitMessage(0)"),
        code=1,
        MAPIX_DEBUG="",
    )
    assert "MAPI_E_NO_RECIPIENTS" in ran.stderr
    assert "nothing would leave" in ran.stderr


def test_attachments_and_sizes_are_told(ann: Mapix, tmp_path: Path) -> None:
    text = START + (
        'message = new("With a file")\n'
        "number, attachment = message.CreateAttach(None, 0)\n"
        "attachment.SetProps([(mapitags.PR_ATTACH_METHOD, mapi.ATTACH_BY_VALUE),\n"
        '    (mapitags.PR_ATTACH_LONG_FILENAME_W, "data.bin"), (mapitags.PR_ATTACH_DATA_BIN, bytes(5000))])\n'
        "attachment.SaveChanges(0)\n"
        "message.SubmitMessage(0)\n"
    )
    (found, _) = records(ann("run", "--dry-run", "--json", script(tmp_path, text)).stderr)
    assert found["would_send"]["attachments"] == [{"name": "data.bin", "size": 5000}]
    assert found["would_send"]["to"] == ["Bob <bob@example.org>"]
    assert found["would_send"]["size"] > 5000


def test_an_example_is_explained_on_stderr_and_into_a_file(ann: Mapix, tmp_path: Path) -> None:
    words = (SEND, "bob@example.org", "Hello", "--text", "x")
    told = ann("run", "--explain", "--dry-run", *words).stderr
    assert "mapi.MAPILogonEx(0, '', None, MAPI_EXTENDED | MAPI_USE_DEFAULT) -> session1" in told
    assert "\nmessage1.SubmitMessage(0)\n" in told
    file = tmp_path / "calls.txt"
    ran = ann("run", "--explain-to", file, "--json", "--dry-run", *words)
    calls = [each["call"] for each in records(file.read_text(encoding="utf-8"))]
    assert calls[:2] == ["MAPIInitialize", "MAPILogonEx"]
    assert calls[-2:] == ["SubmitMessage", "MAPIUninitialize"]
    assert "MAPILogonEx" not in ran.stderr


def test_a_file_that_cannot_be_written_is_said_before_the_script_runs(ann: Mapix, tmp_path: Path) -> None:
    ran = ann("run", "--explain-to", tmp_path / "no" / "where.txt", script(tmp_path, "print('ran')"), code=1)
    assert "the file cannot be written" in ran.stderr
    assert ran.stdout == ""


def test_json_alone_is_wrong_usage(mapix: Mapix, tmp_path: Path) -> None:
    assert "--json says how" in mapix("run", "--json", script(tmp_path, ""), code=2).stderr


def test_a_script_finds_windows_and_nobody_else_does(mapix: Mapix, tmp_path: Path) -> None:
    (tmp_path / "helper.py").write_text(
        "import sys\nfrom sys import platform\nSEEN = sys.platform, platform\n", encoding="utf-8"
    )
    text = """\
import os, sys, ssl, shutil, subprocess, asyncio, platform
import sys as again
import helper
from win32com.mapi import mapi
assert sys.platform.startswith("win"), sys.platform
assert again is sys and helper.SEEN == ("win32", "win32")
sys.marker = 1
import importlib
real = importlib.import_module("sys")
print(real.marker, real.platform, os.name, sys.argv[1:], shutil.which("python3") is not None)
print(sys.version_info >= (3, 11), "mapix.pywin32.mapi" in sys.modules, sys.modules["sys"] is real)
ssl.create_default_context()
def later():
    import sys
    return sys.platform
print(later())
"""
    ran = mapix("run", "--as-windows", script(tmp_path, text), "one")
    assert ran.stdout.splitlines() == [
        f"1 {sys.platform} posix ['one'] {bool(__import__('shutil').which('python3'))}",
        "True True True",
        "win32",
    ]


def test_windows_ends_with_the_script(tmp_path: Path) -> None:
    import builtins

    from mapix.pywin32.windows import as_windows

    before = builtins.__import__
    names: dict[str, Any] = {"__file__": str(tmp_path / "x.py"), "__name__": "__main__"}
    with as_windows():
        exec("import sys\nseen = sys.platform", names)
        assert names["seen"] == "win32"
        names["sys"].platform = "os2"
        assert names["sys"].platform == "os2" != sys.platform
    assert builtins.__import__ is before
    assert sys.platform != "os2"


def test_a_script_for_windows_is_run_with_every_option_at_once(ann: Mapix, tmp_path: Path) -> None:
    text = 'import sys\nif sys.platform != "win32":\n    raise SystemExit("only on Windows")\n'
    assert ann("run", script(tmp_path, text), code=1).stderr == "only on Windows\n"
    ran = ann("run", "--as-windows", "--explain", "--dry-run", script(tmp_path, text + START + WAITS))
    assert ran.stdout == "gone\n"
    assert "message1.SubmitMessage(0)" in ran.stderr


def test_a_script_that_asks_for_nothing_loads_nothing_of_mapi(mapix: Mapix, tmp_path: Path) -> None:
    text = "import sys; print(*sorted(name for name in sys.modules if name.startswith('mapix.')))"
    mapix.fresh = True
    loaded = set(mapix("run", script(tmp_path, text)).stdout.split())
    assert {"mapix.pywin32.runner", "mapix.cli.run"} <= loaded
    rooms = {name.split(".")[1] for name in loaded}
    assert rooms <= {"_version", "__main__", "cli", "properties", "pywin32", "subsystem"}
    assert not loaded & {"mapix.subsystem.initialize", "mapix.subsystem.dialogs", "mapix.pywin32.mapi"}
