"""What people do besides mail: make profiles, look after services and stores, run scripts. Each step is a process."""

import json
import os
import re
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.recording import Server

from mapix.cli.errors import Exit

from .conftest import ROOT, Mapix


def test_without_a_profile_the_failure_says_why_and_what_to_type(mapix: Mapix) -> None:
    for command in (
        ["ls"],
        ["send", "--to", "a@b.example"],
        ["folders"],
        ["status"],
        ["spooler", "flush"],
        ["store", "list"],
    ):
        text = mapix(*command, code=Exit.LOGON).stderr
        assert text.startswith("mapix: MAPI_E_LOGON_FAILED (0x80040111): ")
        assert "no default profile" in text
        assert text.rstrip().endswith("Try: mapix init")
        assert len(text.splitlines()) == 1


def test_init_makes_a_profile_that_works(mapix: Mapix) -> None:
    ran = mapix("init", "--yes", "--address", "ann@example.org", "--name", "Ann Archer")
    assert ran.stdout == ""
    assert "Inbox" in ran.stderr
    assert "mapix send" in ran.stderr
    assert mapix.json("profile", "list")["profiles"] == [{"name": "Default", "default": True}]
    paths = {each["path"] for each in mapix.json("folders")["folders"]}
    assert paths >= {"Inbox", "Outbox", "Sent Items", "Deleted Items"}


def test_init_refuses_a_profile_that_exists(ann: Mapix) -> None:
    text = ann("init", "--yes", code=Exit.FAILED).stderr
    assert "MAPI_E_COLLISION (0x80040604)" in text
    assert "mapix profile delete Default" in text
    assert len(ann.json("profile", "list")["profiles"]) == 1


def test_init_leaves_nothing_behind_when_something_is_wrong(mapix: Mapix) -> None:
    mapix("init", "--yes", "--address", "not an address", "--smtp-host", "h", code=Exit.FAILED)
    assert mapix.json("profile", "list")["profiles"] == []


@pytest.mark.parametrize("words", [("--smtp-port", "25"), ("--smtp-user", "ann"), ("--password-command", "pass")])
def test_words_about_a_server_that_is_not_named_are_no_profile_without_one(
    mapix: Mapix, words: tuple[str, str]
) -> None:
    said = mapix("init", "--yes", *words, code=Exit.USAGE).stderr
    assert f"{words[0]} is for a mail server, which --smtp-host names" in said
    assert mapix.json("profile", "list")["profiles"] == []


def test_a_store_lies_where_it_was_told_to(mapix: Mapix, tmp_path: Path) -> None:
    mapix.init("--store", tmp_path / "elsewhere" / "mail.db")
    assert (tmp_path / "elsewhere" / "mail.db").exists()


def test_profiles_are_made_chosen_and_deleted(ann: Mapix) -> None:
    ann("profile", "create", "Work")
    assert ann("profile", "default").stdout == "Default\n"
    ann("profile", "default", "work")
    assert ann("profile", "default").stdout == "Work\n"
    assert ann("profile", "list").stdout == "Default\t\nWork\t*\n"
    assert ann.json("profile", "show")["services"] == []
    shown = ann.json("profile", "show", "Default")
    assert [each["service"] for each in shown["services"]] == ["MAPIXSTORE", "CONTACTS", "LOCAL"]
    ann("profile", "delete", "Work", code=Exit.USAGE)
    ann("profile", "delete", "Work", "--yes")
    assert ann("profile", "list").stdout == "Default\t\n"
    ann("profile", "show", "Work", code=Exit.NOT_FOUND)
    ann("profile", "delete", "Work", "--yes", code=Exit.NOT_FOUND)


def test_another_profile_is_logged_on_to_by_option_and_environment(ann: Mapix) -> None:
    ann("init", "--yes", "--profile", "Work", "--address", "work@example.org")
    ann("send", "--profile", "Work", "--to", "work@example.org", "--subject", "w", "--text", "t", "--wait")
    assert [row["subject"] for row in ann.json("ls", "--profile", "Work")["messages"]] == ["w"]
    assert ann.json("ls", "--profile", "Default")["messages"] == []
    assert json.loads(ann("ls", "--json", MAPIX_PROFILE="Work").stdout)["messages"] != []
    ann("ls", "--profile", "Nobody", code=Exit.LOGON)


def test_services_are_listed_added_changed_and_removed(ann: Mapix) -> None:
    types = {each["service"]: each for each in ann.json("service", "types")["services"]}
    assert types.keys() >= {"MAPIXSTORE", "LOCAL", "SMTP", "MEMORY"}
    assert types["SMTP"]["available"]
    ann("service", "add", "smtp", "--set", "host=mail.example.org", "--set", "port=2525")
    found = {each["service"]: each["settings"] for each in ann.json("service", "list")["services"]}
    assert (found["SMTP"]["host"], found["SMTP"]["port"]) == ("mail.example.org", 2525)
    ann("service", "configure", "SMTP", "port=25", "--set", "security=none")
    found = {each["service"]: each["settings"] for each in ann.json("service", "list")["services"]}
    assert (found["SMTP"]["port"], found["SMTP"]["security"]) == (25, "none")
    assert "'hots'" in ann("service", "configure", "SMTP", "hots=x", code=Exit.FAILED).stderr
    ann("service", "add", "SMTP", "--set", "nonsense", code=Exit.USAGE)
    ann("service", "remove", "SMTP")
    assert "SMTP" not in ann("service", "list").stdout
    ann("service", "remove", "SMTP", code=Exit.NOT_FOUND)
    ann("service", "add", "NOTES", code=Exit.NOT_FOUND)


def test_no_secret_is_written_or_shown(mapix: Mapix, server: Server) -> None:
    """PRF-23."""
    command = f"{sys.executable} -c 'print(\"s3cret\")'"
    mapix.init(*server.options, "--smtp-user", "ann", "--password-command", command)
    texts = [path.read_bytes() for path in mapix.home.rglob("*") if path.is_file()]
    assert not any(b"s3cret\n" in text for text in texts)
    assert "password" not in mapix.json("service", "list")["services"][2]["settings"]


def test_status_and_doctor_tell_that_all_is_well(online: Mapix) -> None:
    names = {row["type"] for row in online.json("status")["status"]}
    assert names >= {"subsystem", "spooler", "store provider", "transport provider"}
    found = online.json("doctor")
    assert found["ok"]
    assert {finding["what"] for finding in found["findings"]} >= {"home", "profile", "store", "Outbox"}
    assert "wrong" not in online("doctor").stdout


def test_what_waits_is_listed_in_whichever_store_it_lies(ann: Mapix, tmp_path: Path) -> None:
    """SPL-4."""
    archive = tmp_path / "archive.mapix"
    ann("service", "add", "MAPIXSTORE", f"path={archive}", "display_name=Archive")
    ann("spooler", "offline")
    ann("send", "--to", "bill@example.org", "--subject", "Practice", "--text", "At six.")
    ann("store", "default", "Archive")
    (entry,) = ann.json("spooler", "status")["waiting"]
    assert (entry["subject"], entry["store"]) == ("Practice", "Mailbox - Ann Archer")
    assert ann("spooler", "status").stdout.rstrip("\n").split("\t")[-2:] == ["Practice", "Mailbox - Ann Archer"]
    ran = ann("spooler", "flush", "--timeout", "30", "--json", code=Exit.PARTIAL)
    assert json.loads(ran.stdout) == {"schema": 1, "left": 1, "unseen": []}
    assert "wrong Outbox: 1 messages wait" in ann("doctor", code=Exit.FAILED).stdout


def test_a_store_that_cannot_be_looked_at_keeps_no_other_from_being_flushed(ann: Mapix, tmp_path: Path) -> None:
    """SPL-55."""
    archive = tmp_path / "archive.mapix"
    ann("service", "add", "MAPIXSTORE", f"path={archive}", "display_name=Archive")
    ann("ls")
    for path in tmp_path.glob("archive.mapix*"):
        path.write_bytes(b"nothing of a store")
    ann("send", "--to", "ann@example.org", "--subject", "Practice", "--text", "At six.")
    ran = ann("spooler", "flush", "--json", code=Exit.PARTIAL)
    assert json.loads(ran.stdout) == {"schema": 1, "left": 0, "unseen": ["Archive"]}
    assert "Archive: MAPI_E_" in ran.stderr
    assert "Archive: MAPI_E_" in ann("spooler", "status", code=Exit.PARTIAL).stderr
    assert [one["subject"] for one in ann.json("ls")["messages"]] == ["Practice"]


@pytest.mark.parametrize(
    "command", [("spooler", "flush", "--timeout"), ("status", "--watch", "--for"), ("watch", "--for")]
)
def test_what_is_no_number_of_seconds_is_wrong_usage(ann: Mapix, command: tuple[str, ...]) -> None:
    for words in ("nan", "-1", "soon"):
        assert "Invalid value" in ann(*command, words, code=Exit.USAGE).stderr


def test_a_flush_may_take_as_long_as_it_takes(ann: Mapix) -> None:
    """SPL-55."""
    ann("send", "--to", "ann@example.org", "--subject", "Practice", "--text", "At six.", "--wait", "inf")
    assert "Nothing is left" in ann("spooler", "flush", "--timeout", "inf").stderr


def test_status_tells_of_a_store_that_is_damaged(ann: Mapix) -> None:
    """SES-21, SES-31."""
    for path in (ann.home / "stores").glob("Default.mapix*"):
        path.write_bytes(b"nothing of a store")
    (row,) = [one for one in ann.json("status")["status"] if one["type"] == "store provider"]
    assert row["state"] == "failure"
    assert "MAPI_E_CORRUPT_STORE" in row["text"]
    assert "--for goes with --watch" in ann("status", "--for", "1", code=2).stderr


def test_transports_are_taken_offline_by_name_by_service_and_by_how_their_names_begin(mapix: Mapix) -> None:
    """SPL-45."""
    mapix.init("--smtp-host", "127.0.0.1", "--smtp-port", "9", "--smtp-security", "none")
    for name in ("smtp", "SMTP", "Internet mail", "internet mail (smtp)"):
        assert mapix("spooler", "offline", name).stderr == "Internet mail (SMTP) is offline.\n"
        assert mapix("spooler", "online", name).stderr == "Internet mail (SMTP) is online.\n"
    assert len(mapix("spooler", "offline", "smtp", "Local", "local").stderr.splitlines()) == 2
    told = mapix("spooler", "online", "pigeons", code=4).stderr
    assert "'Local delivery' or 'Internet mail (SMTP)'" in told


def test_status_is_watched_row_by_row_until_it_is_stopped(online: Mapix) -> None:
    """STA-13; SES-31."""
    watching = online.command("status", "--watch", "--json")
    with subprocess.Popen(watching, env=online.env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        assert (first["schema"], first["event"], first["type"]) == (1, "added", "subsystem")
        process.terminate()
        rest = [json.loads(line) for line in process.stdout]
    assert process.returncode == 0
    assert {row["type"] for row in (first, *rest)} >= {"subsystem", "spooler", "transport provider"}
    lines = online("status", "--watch", "--for", "0").stdout.splitlines()
    assert all(line.startswith("added\t") for line in lines)


def test_doctor_tells_of_a_server_that_does_not_answer(mapix: Mapix) -> None:
    mapix.init("--smtp-host", "127.0.0.1", "--smtp-port", "1", "--smtp-security", "none")
    ran = mapix("doctor", code=Exit.FAILED)
    assert "wrong" in ran.stdout
    assert "127.0.0.1" in ran.stdout
    told = mapix("service", "add", "SMTP").stderr
    assert re.search(r"as (\w{8})\. It lacks host\. Try: mapix service configure \1 host=…$", told.rstrip())
    lacking = [line for line in mapix("doctor", code=Exit.FAILED).stdout.splitlines() if "lacks host" in line]
    assert [line.count("Try: ") for line in lacking] == [1] * len(lacking) != []


@pytest.mark.skipif(os.name == "nt", reason="who may look into a directory is said in another way there")
def test_doctor_tells_of_a_home_that_others_can_look_into(online: Mapix) -> None:
    online.home.chmod(0o755)
    found = online.json("doctor")
    assert found["ok"]
    assert next(each["hint"] for each in found["findings"] if each["what"] == "home").startswith("chmod 700")


def test_doctor_works_without_a_profile(mapix: Mapix) -> None:
    ran = mapix("doctor", code=Exit.FAILED)
    assert ran.stdout.splitlines()[1].startswith("wrong profile: MAPI_E_LOGON_FAILED (0x80040111)")
    assert "mapix init" in ran.stdout


def test_a_spooler_in_a_process_of_its_own_sends_what_others_submit(ann: Mapix) -> None:
    """SPL-1, SUB-17."""
    with subprocess.Popen(ann.command("spooler", "run"), env=ann.env, stderr=subprocess.PIPE, text=True) as spooler:
        ann("send", "--to", "ann@example.org", "--subject", "Hello", "--text", "t")
        end = time.monotonic() + 60
        while not ann.json("ls", "sent")["messages"] and time.monotonic() < end:
            time.sleep(0.1)
        spooler.terminate()
        text = spooler.communicate(timeout=60)[1]
    assert spooler.returncode == 0
    assert text.startswith("Sending for profile Default")
    assert text.endswith("Stopped; 0 in the Outbox.\n")
    assert [row["subject"] for row in ann.json("ls")["messages"]] == ["Hello"]


def test_stores_are_listed_and_checked(ann: Mapix) -> None:
    (store,) = ann.json("store", "list")["stores"]
    assert store["default"]
    ann("send", "--to", "ann@example.org", "--subject", "Hello", "--text", "t", "--wait")
    assert ann.json("store", "check")["problems"] == []
    ann("store", "check", "--repair")


def test_a_store_that_does_not_fit_together_is_found_and_repaired(ann: Mapix) -> None:
    ann("send", "--to", "ann@example.org", "--subject", "Hello", "--text", "t", "--wait")
    (file,) = (ann.home / "stores").glob("*.mapix")
    with closing(sqlite3.connect(file)) as database, database:
        database.execute("UPDATE folder SET unread_count = 7 WHERE name = 'Inbox'")
    ran = ann("store", "check", code=Exit.CORRUPT)
    assert ran.stdout.startswith(f"{file}\t")
    assert "mapix store check --repair" in ran.stderr
    assert "put right" in ann("store", "check", "--repair").stderr
    assert ann.json("store", "check")["ok"]


def test_a_file_that_is_no_store_is_corrupt_and_no_traceback(ann: Mapix) -> None:
    for file in (ann.home / "stores").iterdir():
        file.unlink() if file.suffix != ".mapix" else file.write_text("hello")
    for command in (["store", "check"], ["ls"], ["send", "--to", "ann@example.org", "--wait"]):
        assert "MAPI_E_CORRUPT_STORE (0x80040600)" in ann(*command, code=Exit.CORRUPT).stderr
    ann("doctor", code=Exit.FAILED)


def test_a_script_gets_its_arguments_untouched(ann: Mapix, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("import sys\nfrom win32com.mapi import mapi\nprint(sys.argv[1:], mapi.MAPI_TO)\nsys.exit(7)\n")
    ran = ann("run", script, "-x", "--help", "--", "a b", code=7)
    assert ran.stdout == "['-x', '--help', '--', 'a b'] 1\n"
    ann("run", tmp_path / "none.py", code=Exit.NOT_FOUND)


def test_a_script_gets_the_profile_that_was_named(ann: Mapix, tmp_path: Path) -> None:
    ann("init", "--yes", "--profile", "Work", "--address", "work@example.org")
    script = tmp_path / "script.py"
    script.write_text(
        "from win32com.mapi import mapi\nmapi.MAPIInitialize(None)\n"
        "session = mapi.MAPILogonEx(0, '', None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT)\n"
        "rows = session.GetStatusTable(0).QueryRows(1, 0)\nprint([v for t, v in rows[0] if t >> 16 == 0x3001])\n"
    )
    assert "Work" in ann("run", "--profile", "Work", script).stdout
    assert "Default" in ann("run", "--profile", "Default", script).stdout
    assert "Work" in ann("run", script, MAPIX_PROFILE="Work").stdout


def test_a_win32com_script_sends_mail(online: Mapix, server: Server) -> None:
    online("run", ROOT / "examples" / "send_mail.py", "bob@elsewhere.example", "From a script")
    online("spooler", "flush")
    (taken,) = [each for each in server.seen if "message" in each]
    assert taken["to"] == ["bob@elsewhere.example"]
    assert "From a script" in taken["message"]


def test_the_typed_example_runs(ann: Mapix) -> None:
    command = [sys.executable, str(ROOT / "examples" / "typed.py"), "ann@example.org"]
    ran = subprocess.run(command, env=ann.env, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert "q3.csv: ['north;1', 'south;2']" in ran.stdout
