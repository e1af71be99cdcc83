"""Every real file, where they are present, edited by the typed face: all but what was set is as it was."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final

import pytest
from tests.formats.msg.test_msg_corpus import FILES, elements, told

import mapix
from mapix.formats.cfb import CompoundFile
from mapix.formats.msg import MsgFile, content_of, foreign_of
from mapix.properties import named_tags as n
from mapix.properties import tags as t

pytestmark = pytest.mark.skipif(not FILES, reason="the real files are not on this machine")

FOLLOWS: Final = {
    tag.id
    for tag in (
        t.PR_SUBJECT,
        t.PR_NORMALIZED_SUBJECT,
        t.PR_SUBJECT_PREFIX,
        t.PR_CONVERSATION_TOPIC,
        t.PR_MESSAGE_SIZE,
        t.PR_LAST_MODIFICATION_TIME,
    )
}
"""What follows from another subject."""

OF_TASKS: Final = {(name, n.NAMED_TYPES[name][0]) for name in (n.PidLidTaskVersion, n.PidLidTaskLastUpdate)}
"""A task that tells how often it was changed, and when, goes on telling it ([MS-OXOTASK] 2.2.2.2.10, 2.2.2.2.13)."""


def parts(path: Path, of_tasks: bool = False) -> tuple[dict[Any, Any], list[dict[Any, Any]], list[str]]:
    """The message's own properties but for those that follow; those of all its parts; what is no message, but for the
    time of the last change that a storage has.
    """
    with MsgFile.open(path) as file:
        own, *rest = told(content_of(file))
        skipped = OF_TASKS if of_tasks else set()
        own = {
            key: value
            for key, value in own.items()
            if (key not in skipped if isinstance(key, tuple) else key >> 16 not in FOLLOWS)
        }
        foreign = sorted(repr(one[:2] if len(one) == 4 else one) for one in elements(foreign_of(file)))
        return own, rest, foreign


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_new_subject_leaves_every_other_property_recipient_attachment_and_stream(path: Path, tmp_path: Path) -> None:
    """IMS-12, for the typed face; what a save fills in of new items is nothing to those of others."""
    copy = tmp_path / "copy.msg"
    shutil.copyfile(path, copy)
    with mapix.open(copy, "r+") as message:
        is_task = isinstance(message, mapix.Task)
    before = parts(copy, is_task)
    with mapix.open(copy, "r+") as message:
        message.subject = "Another subject"
        message.save()
    with mapix.open(copy) as message:
        assert message.subject == "Another subject"
    assert parts(copy, is_task) == before
    with CompoundFile.open(copy) as file:
        assert file.structure.is_sound


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_saving_what_nobody_changed_changes_nothing_at_all(path: Path, tmp_path: Path) -> None:
    """IMS-12."""
    copy = tmp_path / "copy.msg"
    shutil.copyfile(path, copy)
    before = parts(copy)
    with mapix.open(copy, "r+") as message:
        message.save()
    assert parts(copy) == before
