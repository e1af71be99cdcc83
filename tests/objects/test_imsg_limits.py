"""Large, deep and awkward messages through message sessions: everything arrives in the file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from mapix.formats.cfb.storage import create_docfile, open_docfile
from mapix.formats.defects import Strictness
from mapix.formats.msg import MsgFile
from mapix.formats.storage import Mode
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access
from mapix.interfaces.table import query_all_rows
from mapix.objects.imsg import open_imsg_on_istg
from mapix.properties import tags as t

EDIT = Mode.READWRITE | Mode.TRANSACTED | Mode.SHARE_EXCLUSIVE

AWKWARD = [
    "../..\\C:/a\0b!\ud800.txt",
    "\udfff\ud800",
    "\0",
    "a\0\0",
    "/",
    "\u202e\ufeff\uffff",
    "x" * 300,
    "\U0001f600",
    " ",
]
"""Text that nobody may take for a path, or for the end of a string."""


def test_two_thousand_recipients_and_five_hundred_attachments_in_one_save(tmp_path: Path) -> None:
    """IMS-11."""
    path = tmp_path / "a.msg"
    rows = [{t.PR_DISPLAY_NAME: f"Person {one}", t.PR_RECIPIENT_TYPE: one % 3 + 1} for one in range(2000)]
    with create_docfile(path, EDIT | Mode.CREATE) as storage:
        message = open_imsg_on_istg(None, storage)
        message.modify_recipients(ModifyRecipients.ADD, rows)
        for one in range(500):
            _, part = message.create_attach()
            part.set_props({t.PR_ATTACH_METHOD: 1, t.PR_ATTACH_DATA_BIN: bytes([one & 255]) * one * 20})
            part.save_changes()
        message.save_changes()
    with MsgFile.open(path, strictness=Strictness.STRICT) as file:
        assert [one.get(t.PR_DISPLAY_NAME) for one in file.recipients] == [row[t.PR_DISPLAY_NAME] for row in rows]
        assert [len(one.get(t.PR_ATTACH_DATA_BIN)) for one in file.attachments] == [one * 20 for one in range(500)]
    with open_docfile(path, EDIT) as storage:
        again = open_imsg_on_istg(None, storage)
        assert again.get_recipient_table().get_row_count() == 2000
        assert again.get_attachment_table().get_row_count() == 500
        again.modify_recipients(ModifyRecipients.REMOVE, [{t.PR_ROWID: 0}])
        again.delete_attach(499)
        again.save_changes()
    with MsgFile.open(path, strictness=Strictness.STRICT) as file:
        assert (len(file.recipients), len(file.attachments)) == (1999, 499)


def test_messages_lie_inside_one_another_twenty_deep(tmp_path: Path) -> None:
    """IMS-14, IMS-22."""
    path, deepest = tmp_path / "a.msg", 20

    def nest(message: Message, depth: int) -> None:
        message.set_props({t.PR_SUBJECT: f"level {depth}"})
        if depth < deepest:
            _, attach = message.create_attach()
            nest(attach.open_property(t.PR_ATTACH_DATA_OBJ, Message, access=Access.MODIFY, create=True), depth + 1)
            attach.save_changes()
        message.save_changes()

    with create_docfile(path, EDIT | Mode.CREATE) as storage:
        nest(open_imsg_on_istg(None, storage), 0)
    with MsgFile.open(path, strictness=Strictness.STRICT) as file:
        inner = file.message
        for depth in range(deepest):
            assert inner.get(t.PR_SUBJECT) == f"level {depth}"
            below = inner.attachments[0].message
            assert below is not None
            inner = below
        assert inner.get(t.PR_SUBJECT) == f"level {deepest}"
    with open_docfile(path, EDIT) as storage:
        message: Message = open_imsg_on_istg(None, storage)
        for _ in range(deepest):
            message = message.open_attach(0).open_property(t.PR_ATTACH_DATA_OBJ, Message)
        assert message.get_prop(t.PR_SUBJECT) == f"level {deepest}"


@pytest.mark.parametrize("text", AWKWARD, ids=ascii)
def test_awkward_text_is_kept_wherever_it_stands(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.msg"
    with create_docfile(path, EDIT | Mode.CREATE) as storage:
        message = open_imsg_on_istg(None, storage)
        message.set_props({t.PR_BODY: text, t.PR_SENDER_NAME: text})
        message.modify_recipients(ModifyRecipients.ADD, [{t.PR_DISPLAY_NAME: text, t.PR_RECIPIENT_TYPE: 1}])
        _, part = message.create_attach()
        part.set_props({t.PR_ATTACH_METHOD: 1, t.PR_ATTACH_LONG_FILENAME: text, t.PR_ATTACH_DATA_BIN: b"1"})
        part.save_changes()
        message.save_changes()
    assert [one.name for one in tmp_path.iterdir()] == ["a.msg"]
    with open_docfile(path, Mode.READ | Mode.SHARE_DENY_WRITE) as storage:
        again = open_imsg_on_istg(None, storage)
        assert (again.get_prop(t.PR_BODY), again.get_prop(t.PR_SENDER_NAME)) == (text, text)
        assert query_all_rows(again.get_recipient_table(), (t.PR_DISPLAY_NAME,)) == [(text,)]
        assert again.open_attach(0).get_prop(t.PR_ATTACH_LONG_FILENAME) == text


def test_a_subject_of_64_kib_is_kept_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.msg"
    with create_docfile(path, EDIT | Mode.CREATE) as storage:
        message = open_imsg_on_istg(None, storage)
        message.set_props({t.PR_SUBJECT: "Re: " + "ü" * 65_536})
        message.save_changes()
    with open_docfile(path, EDIT) as storage:
        again = open_imsg_on_istg(None, storage)
        assert again.get_prop(t.PR_SUBJECT) == "Re: " + "ü" * 65_536
        assert again.get_prop(t.PR_NORMALIZED_SUBJECT) == "ü" * 65_536


STREAMED = """
import resource, sys
from pathlib import Path
from mapix.formats.cfb.storage import create_docfile, open_docfile
from mapix.formats.storage import Mode
from mapix.interfaces.prop import Access
from mapix.interfaces.stream import Stream
from mapix.objects.imsg import open_imsg_on_istg
from mapix.properties import tags as t

path, size = Path(sys.argv[1]), int(sys.argv[2])
edit = Mode.READWRITE | Mode.TRANSACTED | Mode.SHARE_EXCLUSIVE
piece = bytes(range(256)) * 4096

def peak():
    status = Path("/proc/self/status")  # The other number may be that of who started this process.
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    words = status.read_text().split()
    return int(words[words.index("VmHWM:") + 1]) >> 10

def fill(message, pieces):
    number, part = message.create_attach()
    part.set_props({t.PR_ATTACH_METHOD: 1})
    with part.open_property(t.PR_ATTACH_DATA_BIN, Stream, access=Access.MODIFY, create=True) as stream:
        for _ in range(pieces):
            stream.write(piece)
    part.save_changes()
    message.save_changes()
    return number

with create_docfile(None, edit | Mode.CREATE) as storage:
    fill(open_imsg_on_istg(None, storage), 1)
before = peak()
with create_docfile(path, edit | Mode.CREATE) as storage:
    fill(open_imsg_on_istg(None, storage), size >> 20)
with open_docfile(path, edit) as storage:
    message = open_imsg_on_istg(None, storage)
    message.set_props({t.PR_SUBJECT: "changed"})
    message.save_changes()
    with message.open_attach(0).open_property(t.PR_ATTACH_DATA_BIN, Stream) as stream:
        found = 0
        while data := stream.read(1 << 20):
            assert data == piece
            found += len(data)
assert found == size, found
print(peak() - before)
"""


def memory(path: Path, size: int) -> int:
    """MiB of memory that an attachment of some size takes more when it is streamed in and out of a file."""
    run = [sys.executable, "-c", STREAMED, str(path), str(size)]
    return int(subprocess.run(run, check=True, capture_output=True, text=True).stdout)


def test_a_large_attachment_goes_through_streams_and_not_through_memory(tmp_path: Path) -> None:
    assert memory(tmp_path / "a.msg", 64 << 20) < 24


@pytest.mark.soak
def test_a_gigabyte_goes_through_streams_and_not_through_memory(tmp_path: Path) -> None:
    assert memory(tmp_path / "a.msg", 1 << 30) < 48
