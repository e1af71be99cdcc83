"""Real files changed in place, where they are present: what is not changed is as it was."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from tests.formats.msg.test_msg_corpus import FILES, elements, told

from mapix.formats.cfb import CompoundFile
from mapix.formats.cfb.storage import open_docfile
from mapix.formats.msg import MsgFile, content_of, foreign_of
from mapix.formats.storage import Mode
from mapix.interfaces.message import Message as MapiMessage
from mapix.objects.imsg import open_imsg_on_istg
from mapix.properties import tags as t

pytestmark = pytest.mark.skipif(not FILES, reason="the real files are not on this machine")

SUBJECT: Final = "Another subject"
DATA: Final = b"added" * 2000

FOLLOWS: Final = {
    tag.id
    for tag in (
        t.PR_SUBJECT,
        t.PR_NORMALIZED_SUBJECT,
        t.PR_SUBJECT_PREFIX,
        t.PR_CONVERSATION_TOPIC,
        t.PR_HASATTACH,
        t.PR_MESSAGE_FLAGS,
        t.PR_MESSAGE_SIZE,
        t.PR_LAST_MODIFICATION_TIME,
    )
}
"""What a message says of itself that follows from a change of its subject and its attachments."""


def parts(path: Path) -> tuple[dict[Any, Any], list[dict[Any, Any]], list[str]]:
    """The message's own properties but for those that follow; those of all its parts; and what is no message."""
    with MsgFile.open(path) as file:
        own, *rest = told(content_of(file))
        own = {key: value for key, value in own.items() if not isinstance(key, int) or key >> 16 not in FOLLOWS}
        return own, rest, sorted(map(repr, without_times(elements(foreign_of(file)))))


def without_times(found: Iterator[Any]) -> Iterator[Any]:
    """The storage of a message has the time of its last change."""
    for one in found:
        yield one[:2] if len(one) == 4 else one


def edit(path: Path, change: Callable[[MapiMessage], Any]) -> Any:
    """What a change gives that is made to a file in place, and saved."""
    storage = open_docfile(path, Mode.READWRITE | Mode.TRANSACTED | Mode.SHARE_EXCLUSIVE)
    with storage:
        message = open_imsg_on_istg(None, storage)
        found = change(message)
        message.save_changes()
        message.close()
    return found


def change_subject(message: MapiMessage) -> None:
    assert not message.set_props({t.PR_SUBJECT: SUBJECT})


def attach(message: MapiMessage) -> int:
    number, part = message.create_attach()
    values = {t.PR_ATTACH_METHOD: 1, t.PR_ATTACH_LONG_FILENAME: "added.bin", t.PR_ATTACH_DATA_BIN: DATA}
    assert not part.set_props(values)
    part.save_changes()
    return number


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_real_file_edited_in_place_keeps_everything_else(path: Path, tmp_path: Path) -> None:
    """IMS-12, IMS-20."""
    copy = tmp_path / "copy.msg"
    shutil.copyfile(path, copy)
    before = parts(copy)
    edit(copy, change_subject)
    with MsgFile.open(copy) as file:
        assert file.get(t.PR_SUBJECT) == SUBJECT
    assert parts(copy) == before
    number = edit(copy, attach)
    with MsgFile.open(copy) as file:
        assert [one.get(t.PR_ATTACH_DATA_BIN) for one in file.attachments if one.number == number] == [DATA]
    own, rest, foreign = parts(copy)
    assert own == before[0]
    assert [one for one in rest if one.get(int(t.PR_ATTACH_LONG_FILENAME)) != "added.bin"] == before[1]
    assert len(foreign) == len(before[2]) + 1
    edit(copy, lambda message: message.delete_attach(number))
    assert parts(copy) == before
    with CompoundFile.open(copy) as file:
        assert file.structure.is_sound
