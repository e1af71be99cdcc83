"""`mapix compose`: drafts of links and addresses, the editor, and sending."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from tests.recording import Server

from mapix.cli.errors import Exit

from .conftest import Mapix

LINK = "mailto:bob@example.org?cc=Cy%20%3Ccy@example.org%3E&subject=Caf%C3%A9&body=Dear%20Bob,%0D%0Ayours"


def editor(tmp_path: Path, program: str) -> str:
    """A command for EDITOR that runs Python on the text of the file it is given, `text`, and writes what that makes."""
    script = tmp_path / "editor.py"
    script.write_text(
        "import os, sys\nfrom pathlib import Path\nfile = Path(sys.argv[1])\ntext = file.read_text('utf-8')\n"
        f"{program}\n"
        "if text != file.read_text('utf-8'):\n    file.write_text(text, 'utf-8')\n    os.utime(file, (2e9, 2e9))\n"
    )
    return f"{sys.executable} {script}"


def test_a_link_becomes_a_draft(mapix: Mapix) -> None:
    """C-004: unsent, in Drafts, with what the link says."""
    mapix.init()
    name = mapix("compose", LINK).stdout.strip()
    shown = mapix.json("show", name)
    assert (shown["subject"], shown["text"]) == ("Café", "Dear Bob,\nyours")
    assert [(one["kind"], one["address"]) for one in shown["recipients"]] == [
        ("to", "bob@example.org"),
        ("cc", "cy@example.org"),
    ]
    assert [row["id"] for row in mapix.json("ls", "Drafts")["messages"]] == [name]
    assert mapix.json("ls", "outbox")["messages"] == []


def test_the_options_of_xdg_email_are_understood(mapix: Mapix, tmp_path: Path) -> None:
    """A-001."""
    mapix.init()
    attached = tmp_path / "q3.pdf"
    attached.write_bytes(b"%PDF")
    words = ("--utf8", "--cc", "cy@example.org", "--bcc", "dan@example.org", "--subject", "Grüße", "--body", "Hello")
    name = mapix("compose", *words, "--attach", attached, "bob@example.org", "eve@example.org").stdout.strip()
    shown = mapix.json("show", name)
    assert (shown["subject"], shown["text"]) == ("Grüße", "Hello")
    assert [one["address"] for one in shown["recipients"]] == [
        f"{who}@example.org" for who in ("bob", "eve", "cy", "dan")
    ]
    assert [one["name"] for one in shown["attachments"]] == ["q3.pdf"]


def test_options_count_before_the_link_and_recipients_of_both(mapix: Mapix) -> None:
    """M-080."""
    mapix.init()
    name = mapix("compose", "--subject", "Mine", "--cc", "dan@example.org", LINK).stdout.strip()
    shown = mapix.json("show", name)
    assert shown["subject"] == "Mine"
    assert [one["address"] for one in shown["recipients"]] == [f"{who}@example.org" for who in ("bob", "cy", "dan")]


def test_a_link_attaches_nothing_and_says_so(mapix: Mapix) -> None:
    """RFC 6068 section 7."""
    mapix.init()
    ran = mapix("compose", "mailto:bob@example.org?attach=/etc/passwd&from=eve@example.org&subject=Hi")
    assert "Not taken from a link: attach, from" in ran.stderr
    assert mapix.json("show", ran.stdout.strip())["attachments"] == []


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("mailto:bob@example.org?subject=100%",), Exit.FAILED),
        (("mailto:bob@example.org", "cy@example.org"), Exit.USAGE),
        (("--attach", "no-such-file", "bob@example.org"), Exit.NOT_FOUND),
        (("--draft", "4711"), Exit.NOT_FOUND),
        (("Nobody",), Exit.NOT_FOUND),
    ],
)
def test_what_is_wrong_leaves_nothing_behind(mapix: Mapix, words: tuple[str, ...], code: Exit) -> None:
    """C-004."""
    mapix.init()
    mapix("compose", *words, code=code)
    assert mapix("compose", "--subject", "First").stdout.strip()
    assert len(mapix.json("ls", "Drafts")["messages"]) == 1


def test_a_draft_is_edited_and_sent(mapix: Mapix, server: Server, tmp_path: Path) -> None:
    """SPL-76, M-140: it leaves Drafts for Sent Items."""
    mapix.init(*server.options)
    name = mapix("compose", LINK).stdout.strip()
    change = "text = text.replace('Subject: Café', 'Subject: Tea').replace('Cc: Cy <cy@example.org>', 'Cc:')"
    mapix("compose", "--draft", name, "--edit", "--wait", EDITOR=editor(tmp_path, change))
    (seen,) = server.seen
    assert seen["to"] == ["bob@example.org"]
    assert [row["subject"] for row in mapix.json("ls", "sent")["messages"]] == ["Tea"]
    assert mapix.json("show", "sent#1")["text"].startswith("Dear Bob,\nyours")
    assert mapix.json("ls", "Drafts")["messages"] == []


def test_without_a_terminal_no_editor_is_guessed(mapix: Mapix) -> None:
    mapix.init()
    ran = mapix("compose", "--edit", LINK, code=Exit.USAGE, EDITOR="", VISUAL="")
    assert "set VISUAL or EDITOR" in ran.stderr
    assert "Drafts" not in ran.stderr


def test_an_editor_that_saves_nothing_sends_nothing(mapix: Mapix, tmp_path: Path) -> None:
    """C-004."""
    mapix.init()
    nothing = editor(tmp_path, "pass")
    ran = mapix("compose", "--edit", "--send", LINK, code=Exit.FAILED, EDITOR=nothing)
    assert "The editor has saved nothing" in ran.stderr
    assert mapix("compose", "--edit", "--subject", "Later", EDITOR=nothing).stdout == ""
    assert sorted(row["subject"] for row in mapix.json("ls", "Drafts")["messages"]) == ["Café", "Later"]
    assert mapix.json("ls", "outbox")["messages"] == []


@pytest.mark.parametrize(
    "change",
    ["text = 'Nonsense\\n\\n' + text", "text = 'Subject: again\\n' + text", "text = 'From: eve@x.org\\n' + text"],
)
def test_headers_nobody_can_read_leave_the_draft_as_it_was(mapix: Mapix, tmp_path: Path, change: str) -> None:
    """C-004."""
    mapix.init()
    ran = mapix("compose", "--edit", "--send", LINK, code=Exit.FAILED, EDITOR=editor(tmp_path, change))
    assert "no header of a message" in ran.stderr
    assert mapix.json("show", "Drafts#1")["subject"] == "Café"
    (kept,) = re.findall(r"What was written is kept in (\S+\.eml)", ran.stderr)
    assert "Dear Bob," in Path(kept).read_text("utf-8")
    Path(kept).unlink()


def test_sending_at_once_puts_it_into_the_outbox(mapix: Mapix) -> None:
    """M-140."""
    mapix.init()
    mapix("compose", "--send", "--subject", "Now", "ann@example.org")
    mapix("spooler", "flush")
    assert [row["subject"] for row in mapix.json("ls")["messages"]] == ["Now"]


def test_nobody_to_send_to_is_told(mapix: Mapix) -> None:
    """M-140."""
    mapix.init()
    ran = mapix("compose", "--send", "--subject", "Now", code=Exit.FAILED)
    assert "MAPI_E_NO_RECIPIENTS" in ran.stderr


def test_what_fails_tells_which_draft_is_left(mapix: Mapix, tmp_path: Path) -> None:
    """C-004."""
    mapix.init()
    failing = f'"{sys.executable}" -c "raise SystemExit(1)"'
    ran = mapix("compose", "--edit", LINK, code=Exit.FAILED, EDITOR=failing)
    name = mapix.json("ls", "Drafts")["messages"][0]["id"]
    assert f"Left in Drafts: {name}" in ran.stderr
    ran = mapix("compose", "--send", "--subject", "To nobody", code=Exit.FAILED)
    name = mapix.json("ls", "Drafts")["messages"][0]["id"]
    assert f"Left in Drafts: {name}" in ran.stderr
    assert f"mapix compose --draft {name} ADDRESS" in ran.stderr
