"""Mail that is hard to say: long lines, long subjects, other scripts, strange names of files."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from mapix.cli.errors import Exit

from .conftest import Home, StartServer

BOB = "bob@elsewhere.example"
LONGEST_LINE = 998
SUBJECT = ("Größe \U0001f600\U0001f468\u200d\U0001f469\u200d\U0001f467 " * 200)[:2000]


@pytest.mark.parametrize(
    "line",
    ["x" * 100_000, "word " * 20_000, "ü" * 100_000, "." * 100_000],
    ids=["letters", "words", "umlauts", "dots"],
)
def test_a_line_of_a_hundred_thousand_characters_arrives(mapix: Home, start_server: StartServer, line: str) -> None:
    server = start_server()
    mapix.init(*server.options())
    text = f"{line.strip()}\n.\nend\n"
    mapix("send", "--to", f"{BOB},ann@example.org", "--subject", "Long", "--text", "-", "--wait", stdin=text)
    (taken,) = server.taken
    assert max(map(len, taken.lines)) <= LONGEST_LINE
    body = taken.mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == text
    assert mapix.json("show", "inbox#1")["text"].replace("\r\n", "\n") == text


def test_a_subject_of_two_thousand_characters_arrives(mapix: Home, start_server: StartServer) -> None:
    server = start_server()
    mapix.init(*server.options())
    mapix("send", "--to", f"{BOB},ann@example.org", "--subject", SUBJECT, "--text", "x", "--wait")
    (taken,) = server.taken
    assert taken.mail["Subject"].strip() == SUBJECT.strip()
    assert max(map(len, taken.lines)) <= LONGEST_LINE
    assert taken.data.isascii()
    assert mapix.subjects() == [SUBJECT]
    assert mapix.subjects("sent") == [SUBJECT]


def test_an_address_beyond_ascii_goes_to_a_server_that_knows_smtputf8(mapix: Home, start_server: StartServer) -> None:
    server = start_server(smtputf8=True)
    mapix.init(*server.options())
    mapix.send("Jörg <jörg@bücher.example>")
    (taken,) = server.taken
    assert [address.partition("@")[0] for address in taken.recipients] == ["jörg"]
    assert any(command.startswith("MAIL") and "SMTPUTF8" in command for command in server.commands)


def test_an_address_beyond_ascii_is_returned_by_a_server_without_smtputf8(
    mapix: Home, start_server: StartServer
) -> None:
    server = start_server()
    mapix.init(*server.options())
    mapix.send("jörg@elsewhere.example", code=Exit.FAILED)
    text = mapix.report()["text"]
    assert "jörg@elsewhere.example" in text
    assert "does not offer SMTPUTF8" in text
    ran = mapix("send", "--to", BOB, "--bcc", "jörg@elsewhere.example", "--text", "x", "--wait", code=Exit.PARTIAL)
    assert dict(line.split("\t")[1::-1] for line in ran.stdout.splitlines()) == {
        BOB: "sent",
        "jörg@elsewhere.example": "failed",
    }
    (taken,) = server.taken
    assert taken.recipients == [BOB]


def test_a_domain_beyond_ascii_needs_no_extension(mapix: Home, start_server: StartServer) -> None:
    server = start_server()
    mapix.init(*server.options())
    mapix.send("bob@bücher.example")
    (taken,) = server.taken
    assert taken.recipients == ["bob@xn--bcher-kva.example"]


NAMES = [
    "../../etc/passwd",
    "..\\..\\windows\\win.ini",
    "/absolute.txt",
    "C:\\temp\\drive.txt",
    '"quote".txt',
    "semi;colon=1.txt",
    "new\nline\r.txt",
    "nul\x07.txt",
    "..",
    ".",
    " ",
    ".hidden",
    "-rf",
    "con.txt",
    "x" * 300 + ".txt",
    "ü" * 300 + ".txt",
    "\u05e9\u05dc\u05d5\u05dd.txt",
    "\u202efdp.exe",
    "\U0001f600.png",
    "a%2Fb.txt",
]
ATTACHER = """
import sys, json, mapix
names = json.load(sys.stdin)
with mapix.logon() as session:
    message = session.new(subject="Names", text="x", to=["bob@elsewhere.example", "ann@example.org"])
    for number, name in enumerate(names):
        message.attach(f"contents {number}".encode(), name)
    message.submit()
    assert session.flush(60) == 0
"""


def test_names_of_attachments_lead_nowhere_else(mapix: Home, start_server: StartServer, tmp_path: Path) -> None:
    server = start_server()
    mapix.init(*server.options())
    script = tmp_path / "attach.py"
    script.write_text(ATTACHER)
    mapix("run", script, stdin=json.dumps(NAMES))
    contents = sorted(f"contents {number}" for number in range(len(NAMES)))
    for folder in ("inbox", "sent"):
        target = tmp_path / "deep" / "er" / folder
        mapix("show", f"{folder}#1", "--save-attachments", target)
        saved = list(target.iterdir())
        assert sorted(path.read_text() for path in saved) == contents
        assert all(path.is_file() and path.name.isprintable() for path in saved)
        assert not any(set(path.name) & set('<>:"|?*\\') for path in saved)
    assert {path.name for path in tmp_path.rglob("*")} & {"passwd", "win.ini"} == {"passwd", "win.ini"}
    assert {path.name for path in (tmp_path / "deep" / "er").iterdir()} == {"inbox", "sent"}
    (taken,) = server.taken
    assert max(map(len, taken.lines)) <= LONGEST_LINE
    parts = [part.get_payload(decode=True).decode() for part in taken.mail.iter_attachments()]
    assert sorted(part.strip() for part in parts) == contents


def test_saving_attachments_overwrites_nothing(mapix: Home, tmp_path: Path) -> None:
    mapix.init()
    (tmp_path / "a.txt").write_text("new")
    mapix("send", "--to", "ann@example.org", "--text", "x", "--attach", tmp_path / "a.txt", "--wait")
    target = tmp_path / "target"
    target.mkdir()
    (target / "a.txt").write_text("old")
    (target / "a (2).txt").symlink_to(tmp_path / "elsewhere.txt")
    mapix("show", "inbox#1", "--save-attachments", target)
    assert (target / "a.txt").read_text() == "old"
    assert not (tmp_path / "elsewhere.txt").exists()
    assert (target / "a (3).txt").read_text() == "new"


def test_large_attachments_arrive_as_they_are(mapix: Home, start_server: StartServer, tmp_path: Path) -> None:
    server = start_server(size=60_000_000)
    mapix.init(*server.options())
    large = tmp_path / "large.bin"
    large.write_bytes(hashlib.shake_256(b"mapix").digest(20_000_000))
    mapix("send", "--to", f"{BOB},ann@example.org", "--text", "x", "--attach", large, "--wait")
    (taken,) = server.taken
    (part,) = taken.mail.iter_attachments()
    assert part.get_content() == large.read_bytes()
    mapix("show", "inbox#1", "--save-attachments", tmp_path / "out")
    assert (tmp_path / "out" / "large.bin").read_bytes() == large.read_bytes()
