"""A mail link from a browser becomes a draft, is finished in the editor, and goes out; another comes back."""

from __future__ import annotations

import sys
from pathlib import Path
from urllib.parse import quote

from .conftest import Home, StartServer

SUBJECT = "Größe: 5 µm & mehr – 你好"
BODY = "Liebe Ann,\n\nja.\n.\nFrom here\n"


def link(**headers: str) -> str:
    """A mailto: URI as a browser hands it over."""
    fields = "&".join(f"{name}={quote(value)}" for name, value in headers.items())
    return f"mailto:{quote('bob@elsewhere.example')}?{fields}"


def test_a_link_is_finished_in_an_editor_and_goes_out(mapix: Home, start_server: StartServer, tmp_path: Path) -> None:
    """C-004, M-140, SPL-76: every word and file arrives, the blind copy in no header."""
    server = start_server()
    mapix.init(*server.options())
    attached = tmp_path / "Zahlen für Q3.csv"
    attached.write_bytes(bytes(range(256)) * 100)
    words = (link(subject=SUBJECT, body=BODY.replace("\n", "\r\n")), "--bcc", "cy@elsewhere.example")
    draft = mapix("compose", "--utf8", *words, "--attach", attached).stdout.strip()
    script = tmp_path / "editor.py"
    script.write_text(
        "import os, sys, pathlib\nfile = pathlib.Path(sys.argv[1])\ntext = file.read_text('utf-8')\n"
        "text = text.replace('Cc: \\n', 'Cc: Dan Dor <dan@elsewhere.example>\\n', 1) + 'PS: ünd\\n'\n"
        "file.write_text(text, 'utf-8')\n"
        "os.utime(file, (2e9, 2e9))\n",
        encoding="utf-8",
    )
    mapix("compose", "--draft", draft, "--edit", "--wait", "20", EDITOR=f"{sys.executable} {script}", VISUAL="")
    (taken,) = server.taken
    assert sorted(taken.recipients) == [f"{who}@elsewhere.example" for who in ("bob", "cy", "dan")]
    assert taken.mail["Subject"] == SUBJECT
    assert taken.mail["Cc"] == "Dan Dor <dan@elsewhere.example>"
    assert b"cy@elsewhere.example" not in taken.data
    body = taken.mail.get_body(("plain",))
    assert body is not None
    assert body.get_content().replace("\r\n", "\n") == f"{BODY}PS: ünd\n"
    (file,) = taken.mail.iter_attachments()
    assert (file.get_filename(), file.get_payload(decode=True)) == (attached.name, attached.read_bytes())
    assert mapix.subjects("sent") == [SUBJECT]
    assert mapix.subjects("Drafts") == []


def test_a_draft_to_somebody_unknown_comes_back(mapix: Home) -> None:
    """RP-008: from a home without a mail server."""
    mapix.init()
    mapix("compose", "--wait", "20", link(subject="Nowhere"), code=1)
    assert mapix.report()["subject"]
    assert mapix.subjects("Drafts") == []
