"""What people do with mail: send, read, look at it. Every step is a process of its own."""

from pathlib import Path

from tests.recording import Server

from mapix.cli.errors import Exit

from .conftest import Mapix

FOREVER = """
import mapix
from mapix.properties.tags import PR_DEFERRED_SEND_TIME

with mapix.logon() as session:
    message = session.new(subject="Forever", to=["ann@example.org"])
    message[PR_DEFERRED_SEND_TIME] = (1 << 63) - 1
    message.submit()
"""


def test_mail_to_oneself_is_sent_listed_and_shown(ann: Mapix, tmp_path: Path) -> None:
    (tmp_path / "q3.csv").write_text("1;2\n")
    ran = ann(
        "send",
        "--to",
        "Ann Archer <ann@example.org>",
        "--subject",
        "Q3 \u00fc\x1b[2J",
        "--text",
        "-",
        "--attach",
        tmp_path / "q3.csv",
        "--wait",
        stdin="It is attached.\n",
    )
    assert ran.stdout.split("\t")[:2] == ["sent", "ann@example.org"]
    (row,) = ann.json("ls")["messages"]
    assert row["subject"] == "Q3 \u00fc\x1b[2J"
    assert row["from"] == {"name": "Ann Archer", "address": "ann@example.org"}
    assert (row["read"], row["attachments"]) == (False, True)
    line = ann("ls").stdout.rstrip("\n").split("\t")
    assert line[0] == row["id"]
    assert line[2:] == ["*@", "Ann Archer", "Q3 \u00fc [2J"]
    text = ann("show", row["id"]).stdout
    assert "It is attached." in text
    assert "\x1b" not in text
    assert "q3.csv" in text
    assert ann.json("ls", "--unread")["messages"] == []
    assert [each["subject"] for each in ann.json("ls", "sent")["messages"]] == ["Q3 \u00fc\x1b[2J"]


def test_what_waits_in_the_outbox_goes_with_a_flush(ann: Mapix) -> None:
    ann("send", "--to", "ann@example.org", "--subject", "Later", "--text", "x")
    (entry,) = ann.json("spooler", "status")["waiting"]
    assert (entry["subject"], entry["attempts"]) == ("Later", 0)
    assert [each["subject"] for each in ann.json("ls", "outbox")["messages"]] == ["Later"]
    ann("spooler", "flush")
    assert ann.json("spooler", "status")["waiting"] == []
    assert [each["subject"] for each in ann.json("ls")["messages"]] == ["Later"]


def test_mail_beyond_this_machine_goes_through_the_server(online: Mapix, server: Server) -> None:
    ran = online(
        "send",
        "--to",
        "bob@elsewhere.example",
        "--cc",
        "ann@example.org",
        "--bcc",
        "eve@elsewhere.example",
        "--subject",
        "Out",
        "--text",
        "words",
        "--html",
        "<p>words</p>",
        "--wait",
    )
    states = sorted(line.split("\t")[:2] for line in ran.stdout.splitlines())
    assert states == [["sent", "ann@example.org"], ["sent", "bob@elsewhere.example"], ["sent", "eve@elsewhere.example"]]
    taken = [each for each in server.seen if "message" in each]
    assert sorted(address for each in taken for address in each["to"]) == [
        "bob@elsewhere.example",
        "eve@elsewhere.example",
    ]
    assert "eve" not in taken[0]["message"]
    assert "Subject: Out" in taken[0]["message"]
    assert taken[0]["from"] == "ann@example.org"
    assert [each["subject"] for each in online.json("ls")["messages"]] == ["Out"]


def test_a_refused_recipient_is_told_and_reported(online: Mapix) -> None:
    ran = online("send", "--to", "nobody@elsewhere.example", "--subject", "x", "--wait", code=Exit.FAILED)
    state, address, said = ran.stdout.rstrip("\n").split("\t")
    assert (state, address) == ("failed", "nobody@elsewhere.example")
    assert "No such mailbox here" in said
    (report,) = online.json("ls")["messages"]
    assert report["class"].startswith("REPORT.IPM.Note.NDR")
    mixed = online("send", "--to", "nobody@e.example,bob@e.example", "--subject", "y", "--wait", code=Exit.PARTIAL)
    assert sorted(line.split("\t")[0] for line in mixed.stdout.splitlines()) == ["failed", "sent"]


def test_a_recipient_put_off_stays_in_the_outbox(online: Mapix) -> None:
    ran = online("send", "--to", "later@elsewhere.example", "--subject", "x", "--wait", "3", code=Exit.PARTIAL)
    assert ran.stdout.split("\t")[0] == "waiting"
    (entry,) = online.json("spooler", "status")["waiting"]
    assert entry["attempts"] >= 1
    assert "Come back later" in entry["reason"]
    text = online("doctor", code=Exit.FAILED).stdout
    assert "wrong Outbox" in text


def test_a_message_put_off_for_ever_keeps_nothing_from_being_listed(ann: Mapix, tmp_path: Path) -> None:
    """SPL-36."""
    script = tmp_path / "forever.py"
    script.write_text(FOREVER, encoding="utf-8")
    ann("run", script)
    (entry,) = ann.json("spooler", "status")["waiting"]
    assert (entry["subject"], entry["due"]) == ("Forever", None)
    assert "Forever" in ann("spooler", "status").stdout
    assert "Forever" in ann("ls", "outbox").stdout


def test_an_attachment_that_does_not_exist_sends_nothing(ann: Mapix) -> None:
    ran = ann(
        "send", "--to", "ann@example.org", "--subject", "x", "--attach", "gone.pdf", "--wait", code=Exit.NOT_FOUND
    )
    assert "MAPI_E_NOT_FOUND (0x8004010F)" in ran.stderr
    assert "gone.pdf" in ran.stderr
    assert [each["messages"] for each in ann.json("folders")["folders"]].count(0) == len(ann.json("folders")["folders"])
    assert ann.json("spooler", "status")["waiting"] == []


def test_a_message_without_anybody_to_go_to_is_wrong_usage(ann: Mapix) -> None:
    assert "--to" in ann("send", "--subject", "x", code=Exit.USAGE).stderr
    ann("send", "--to", "no address", code=Exit.NOT_FOUND)


def test_show_takes_ids_places_and_entry_identifiers(ann: Mapix) -> None:
    for number in range(3):
        ann("send", "--to", "ann@example.org", "--subject", f"n{number}", "--text", "t", "--wait")
    rows = ann.json("ls")["messages"]
    assert [row["subject"] for row in rows] == ["n2", "n1", "n0"]
    assert [row["subject"] for row in ann.json("ls", "--limit", "2")["messages"]] == ["n2", "n1"]
    for reference, subject in (
        ("inbox#1", "n2"),
        ("Inbox#3", "n0"),
        (rows[1]["id"], "n1"),
        (rows[1]["entry_id"], "n1"),
    ):
        assert ann.json("show", reference)["subject"] == subject
    ann("show", "inbox#4", code=Exit.NOT_FOUND)
    ann("show", "99999999", code=Exit.NOT_FOUND)
    ann("show", "9" * 30, code=Exit.NOT_FOUND)
    ann("show", "what", code=Exit.FAILED)
    ann("ls", "nowhere", code=Exit.NOT_FOUND)


def test_show_gives_html_properties_and_files(ann: Mapix, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("A")
    ann(
        "send",
        "--to",
        "ann@example.org",
        "--subject",
        "s",
        "--html",
        "<p>page</p>",
        "--attach",
        tmp_path / "a.txt",
        "--attach",
        tmp_path / "a.txt",
        "--wait",
    )
    assert ann("show", "inbox#1", "--html").stdout.strip() == "<p>page</p>"
    assert "PR_SUBJECT" in ann("show", "inbox#1", "--props").stdout
    names = {each["name"] for each in ann.json("show", "inbox#1", "--props")["properties"]}
    assert names >= {"PR_SUBJECT", "PR_ENTRYID", "PR_MESSAGE_CLASS"}
    ann("show", "inbox#1", "--save", tmp_path / "out.eml", "--save-attachments", tmp_path / "out")
    assert b"Subject: s" in (tmp_path / "out.eml").read_bytes()
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a (2).txt", "a.txt"]
    ann("show", "inbox#1", "--save-attachments", tmp_path / "out")
    assert len(list((tmp_path / "out").iterdir())) == 4
    ann("show", "inbox#1", "--save", tmp_path / "out.txt", code=Exit.FAILED)


def test_only_reading_on_the_screen_marks_as_read(ann: Mapix, tmp_path: Path) -> None:
    ann("send", "--to", "ann@example.org", "--subject", "s", "--text", "t", "--wait")
    for options in (["--json"], ["--props"], ["--peek"], ["--save", tmp_path / "x.eml"]):
        ann("show", "inbox#1", *options)
    assert len(ann.json("ls", "--unread")["messages"]) == 1
    ann("show", "inbox#1")
    assert ann.json("ls", "--unread")["messages"] == []
