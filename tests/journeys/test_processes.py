"""Processes that end before their time, and several on one store: nothing is lost, nothing is sent twice."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.fixtures_smtp import unused_port

from mapix.cli.errors import Exit

from .conftest import Home, StartServer

ANN, BOB = "ann@example.org", "bob@elsewhere.example"
PATIENCE = 60.0
posix = pytest.mark.skipif(sys.platform == "win32", reason="signals as on Unix")

SUBMITTER = """
import os, sys
from win32com.mapi import mapi, mapitags

mapi.MAPIInitialize(None)
session = mapi.MAPILogonEx(0, "", None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT)
table = session.GetMsgStoresTable(0)
table.SetColumns((mapitags.PR_ENTRYID,), 0)
((_, entry_id),) = table.QueryRows(1, 0)[0]
store = session.OpenMsgStore(0, entry_id, None, mapi.MDB_NO_DIALOG | mapi.MAPI_BEST_ACCESS)
_, ((_, outbox_id),) = store.GetProps((mapitags.PR_IPM_OUTBOX_ENTRYID,), 0)
outbox = store.OpenEntry(outbox_id, None, mapi.MAPI_BEST_ACCESS)
message = outbox.CreateMessage(None, 0)
row = (
    (mapitags.PR_RECIPIENT_TYPE, mapi.MAPI_TO),
    (mapitags.PR_ADDRTYPE_A, "SMTP"),
    (mapitags.PR_EMAIL_ADDRESS_A, "bob@elsewhere.example"),
    (mapitags.PR_DISPLAY_NAME_A, "Bob"),
)
message.ModifyRecipients(mapi.MODRECIP_ADD, [row])
message.SetProps([(mapitags.PR_SUBJECT_A, "From a script"), (mapitags.PR_BODY_A, "words")])
message.SubmitMessage(0)
"""
ENDINGS = {
    "a traceback": ('raise RuntimeError("the script is broken")', 1),
    "sys.exit(3)": ("sys.exit(3)", 3),
    "os._exit(4)": ("os._exit(4)", 4),
    "a signal": ("os.kill(os.getpid(), 9)", -9),
    "MAPIUninitialize": ("mapi.MAPIUninitialize()", 0),
}


def wait_for(happened: Callable[[], bool], what: str) -> None:
    """Wait until something happened."""
    deadline = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)


@pytest.fixture
def offline(mapix: Home) -> tuple[Home, int]:
    """Ann's home, and the port her server is going to listen on."""
    port = unused_port()
    mapix.init("--smtp-host", "127.0.0.1", "--smtp-port", str(port), "--smtp-security", "none")
    return mapix, port


@posix
@pytest.mark.parametrize(("ending", "code"), ENDINGS.values(), ids=ENDINGS)
def test_what_a_script_submitted_goes_out_however_the_script_ended(
    offline: tuple[Home, int], start_server: StartServer, tmp_path: Path, ending: str, code: int
) -> None:
    home, port = offline
    script = tmp_path / "script.py"
    script.write_text(SUBMITTER + ending + "\n")
    process = home.start("run", script, MAPIX_EXIT_WAIT="0")
    said = process.communicate(timeout=60)[1]
    assert process.returncode == code, said
    assert ("the script is broken" in said) == ("RuntimeError" in ending)
    assert "mapix/pywin32" not in said
    told = "mapix: 1 message still queued" in said
    assert told == (code not in (4, -9))
    assert not told or "mapix spooler flush --profile Default" in said
    (entry,) = home.waiting
    assert entry["subject"] == "From a script"
    server = start_server(port=port)
    home("spooler", "flush")
    (taken,) = server.taken
    assert taken.recipients == [BOB]
    assert home.waiting == []
    assert home.subjects("sent") == ["From a script"]


def test_a_script_waits_for_a_server_that_is_slow(mapix: Home, start_server: StartServer, tmp_path: Path) -> None:
    server = start_server(pause=1.0)
    mapix.init(*server.options())
    script = tmp_path / "script.py"
    script.write_text(SUBMITTER)
    assert mapix("run", script).stderr == ""
    assert len(server.taken) == 1


@posix
def test_an_interrupted_send_leaves_the_message_queued(mapix: Home, start_server: StartServer, tmp_path: Path) -> None:
    (tmp_path / "grey").touch()
    server = start_server(put_off=str(tmp_path / "grey"))
    mapix.init(*server.options())
    words = ("--to", BOB, "--subject", "Hello", "--text", "x", "--wait", "600")
    process = mapix.start("send", *words, PYTHONWARNINGS="ignore")
    wait_for(lambda: bool(mapix.waiting and mapix.waiting[0]["attempts"]), "the server was not asked")
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == Exit.INTERRUPTED, (out, said)
    assert "Traceback" not in said
    assert "mapix spooler flush" in said
    assert [each["subject"] for each in mapix.waiting] == ["Hello"]
    (tmp_path / "grey").unlink()
    mapix("spooler", "flush")
    assert len(server.taken) == 1


@posix
def test_an_interrupt_while_a_slow_server_thinks_loses_nothing(
    mapix: Home, start_server: StartServer, tmp_path: Path
) -> None:
    (tmp_path / "hold").touch()
    server = start_server(hold=str(tmp_path / "hold"))
    mapix.init(*server.options())
    process = mapix.start("send", "--to", BOB, "--subject", "Hello", "--text", "x", "--wait", "60")
    wait_for(lambda: f"RCPT {BOB}" in server.commands, "the server was not asked")
    process.send_signal(signal.SIGINT)
    (tmp_path / "hold").unlink()
    process.communicate(timeout=PATIENCE)
    assert process.returncode == Exit.INTERRUPTED
    mapix("spooler", "flush")
    assert len(server.taken) == 1
    assert mapix.subjects("sent") == ["Hello"]


@posix
def test_a_killed_spooler_is_followed_by_another(mapix: Home, start_server: StartServer, tmp_path: Path) -> None:
    """SPL-75."""
    (tmp_path / "hold").touch()
    server = start_server(hold=str(tmp_path / "hold"), most=5)
    mapix.init(*server.options())
    python(mapix, MANY, BOB, "30")
    process = mapix.start("spooler", "run")
    wait_for(lambda: len(server.taken) >= 5, "the spooler does not send")
    process.kill()
    process.communicate(timeout=PATIENCE)
    (tmp_path / "hold").unlink()
    assert 0 < len(mapix.waiting) <= 26
    again = mapix.start("spooler", "run")
    wait_for(lambda: not mapix.waiting, "the next spooler does not go on")
    again.send_signal(signal.SIGTERM)
    assert "Stopped; 0 in the Outbox." in again.communicate(timeout=PATIENCE)[1]
    assert again.returncode == 0
    subjects = [str(taken.mail["Subject"]) for taken in server.taken]
    assert set(subjects) == {f"n {number}" for number in range(30)}
    ids = [str(taken.mail["Message-ID"]) for taken in server.taken]
    assert len(ids) - len(set(ids)) <= 1, "only the one in hand may have gone twice, under its own Message-ID"
    assert sorted(mapix.subjects("sent")) == sorted(set(subjects))


@posix
def test_a_reader_that_goes_away_is_no_failure_to_talk_about(mapix: Home) -> None:
    mapix.init()
    python(mapix, MANY, BOB, "100", "x" * 2000)  # more than a pipe holds
    for options in ([], ["--json"]):
        with mapix.start("ls", "outbox", "--limit", "100", *options) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            assert process.stdout.readline() != ""
            process.stdout.close()
            assert process.stderr.read() == ""
            process.wait(PATIENCE)


def test_what_is_left_is_told_when_nobody_waits(offline: tuple[Home, int], tmp_path: Path) -> None:
    """SUB-17."""
    home, _ = offline
    script = tmp_path / "script.py"
    script.write_text(SUBMITTER)
    for count, text in ((1, "1 message still queued"), (2, "2 messages still queued")):
        said = home("run", script, MAPIX_EXIT_WAIT="0").stderr
        assert text in said
        assert len(home.waiting) == count
    assert "not a number of seconds: 'soon'" in home("run", script, MAPIX_EXIT_WAIT="soon").stderr


MANY = """
import sys, mapix
with mapix.logon(mail=False) as session:
    for number in range(int(sys.argv[2])):
        session.new(subject=" ".join(["n", str(number), *sys.argv[3:]]), text="x", to=sys.argv[1]).submit()
"""


def python(home: Home, code: str, *args: str) -> None:
    """Run a program that uses the typed face."""
    subprocess.run([sys.executable, "-c", code, *args], env=home.env, check=True, timeout=60)


WORKER = """
import sys, time, mapix
from mapix.properties.errors import MapiError
name, seconds = sys.argv[1], float(sys.argv[2])
end, made, moved = time.monotonic() + seconds, 0, 0
with mapix.logon() as session:
    drafts = session.store.root.create_folder(f"of {name}")
    while time.monotonic() < end or made <= 3:
        session.new(subject=f"{name} {made}", text="words " * 100, to="ann@example.org").submit()
        draft = drafts.messages.new(subject=f"draft {made}", text="x")
        draft.attach(b"data" * 1000, "a.bin")
        draft.save()
        made += 1
        for message in session.inbox.messages.unread()[:5]:
            try:
                message.mark_read()
            except MapiError:
                pass
    left = session.flush(60)
print(made, left)
"""


def share(home: Home, seconds: float) -> tuple[set[str], set[str]]:
    """Two processes use one store: the subjects of the messages they sent, and of those that are there."""
    home.init()
    names = ("one", "two")
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", WORKER, name, str(seconds)],
            env=home.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for name in names
    ]
    said = [process.communicate(timeout=seconds + 120) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], said
    made, left = zip(*(map(int, out.split()) for out, _ in said), strict=True)
    assert left == (0, 0)
    assert min(made) > 3
    counts = {each["path"]: each["messages"] for each in home.json("folders")["folders"]}
    assert [counts[f"of {name}"] for name in names] == list(made)
    assert counts["Inbox"] == counts["Sent Items"] == sum(made)
    assert counts["Outbox"] == 0
    subjects = {each["subject"] for each in json.loads(home("ls", "--limit", "100000", "--json").stdout)["messages"]}
    sent = {f"{name} {number}" for name, count in zip(names, made, strict=True) for number in range(count)}
    return sent, subjects


def test_two_processes_share_a_store(mapix: Home) -> None:
    sent, there = share(mapix, 5)
    assert there == sent


@pytest.mark.soak
def test_two_processes_share_a_store_for_a_minute(mapix: Home) -> None:
    sent, there = share(mapix, 60)
    assert there == sent


@posix
def test_a_running_spooler_tells_of_every_message_by_its_subject(
    mapix: Home, start_server: StartServer, tmp_path: Path
) -> None:
    (tmp_path / "hold").touch()
    server = start_server(hold=str(tmp_path / "hold"))
    mapix.init(*server.options())
    python(mapix, MANY, BOB, "4")
    process = mapix.start("spooler", "run")
    assert process.stderr is not None
    lines = [process.stderr.readline().rstrip() for _ in range(5)]
    (tmp_path / "hold").unlink()
    wait_for(lambda: not mapix.waiting, "the spooler does not send")
    process.send_signal(signal.SIGTERM)
    lines += process.communicate(timeout=PATIENCE)[1].splitlines()
    assert process.returncode == 0
    assert len(server.taken) == 4
    assert sorted(lines[1:-1]) == sorted(f"{what:<8} n {number}" for what in ("gone", "waiting") for number in range(4))
    assert (lines[0], lines[-1]) == ("Sending for profile Default; Ctrl-C ends it.", "Stopped; 0 in the Outbox.")
