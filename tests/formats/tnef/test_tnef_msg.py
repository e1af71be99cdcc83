"""msg -> tnef -> msg keeps every transmittable property; what may differ is a table, each with its reason."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pytest
from tests.formats.tnef.tnef_cases import message

from mapix.formats.msg import MsgFile, content_of, write_msg
from mapix.formats.storageerrors import StorageError
from mapix.formats.tnef import read_tnef, tnef_bytes
from mapix.properties.content import MessageContent
from mapix.properties.named import PS_MAPI, PropertyName
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ATTACH_METHOD,
    PR_ATTACH_NUM,
    PR_ENTRYID,
    PR_MESSAGE_FLAGS,
    PR_OBJECT_TYPE,
    PR_RECIPIENT_TYPE,
    PR_ROWID,
    PR_STORE_SUPPORT_MASK,
)
from mapix.properties.value import whole

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpora" / "msg"

DIFFERENCES: Final = {
    PR_ATTACH_METHOD: "added where a file does not tell it, for without it nobody knows what an attachment is",
    PR_MESSAGE_FLAGS: "of messages inside, as attMessageStatus tells them: drafts stay drafts",
    PR_ATTACH_NUM: "numbers are given anew by the writer of the file",
    PR_ROWID: "numbers are given anew by the writer of the file",
    PR_STORE_SUPPORT_MASK: "tells how the file is written",
}
"""Properties that differ, and why."""
RECIPIENTS: Final = frozenset((PR_ENTRYID.id, PR_OBJECT_TYPE.id, PR_RECIPIENT_TYPE.id))
"""What is not transmittable by its number and travels with recipients, since it tells who they are."""


def parts(content: MessageContent) -> Iterator[dict[Any, Any]]:
    """All transmittable properties of a message and what is in it, named ones by their names. Those that a damaged file
    has no name for get one of their number, and mean as little as before.
    """
    waiting = [content]
    while waiting:
        one = waiting.pop()
        yield carried(one.properties, content)
        yield from ({**carried(row, content), **own(row)} for row in one.recipients)
        for part in one.attachments:
            yield carried(part.properties, content)
        waiting += [part.message for part in one.attachments if part.message is not None]


def carried(values: dict[PropTag, Any], content: MessageContent) -> dict[Any, Any]:
    found = {}
    for tag, value in values.items():
        if not tag.is_transmittable or tag in DIFFERENCES:
            continue
        name = content.names.get(tag.id, PropertyName(PS_MAPI, tag.id)) if tag.id >= 0x8000 else None
        if name is None or name.guid != PS_MAPI:
            found[int(tag) if name is None else (name, tag.type)] = repr(whole(tag, value))
    return found


def own(row: dict[PropTag, Any]) -> dict[Any, Any]:
    return {int(tag): repr(value) for tag, value in row.items() if tag.id in RECIPIENTS}


def there_and_back(content: MessageContent) -> MessageContent:
    """A message that went through TNEF into a new file."""
    parsed = read_tnef(tnef_bytes(content, transmittable=True))
    assert parsed.defects == ()
    file = BytesIO()
    write_msg(parsed.value, file)
    return content_of(MsgFile.open(file.getvalue()))


def test_a_message_with_everything_comes_back() -> None:
    """P-004."""
    assert list(parts(there_and_back(message()))) == list(parts(message()))


def files() -> list[Path]:
    return sorted(path for path in CORPUS.glob("*/*") if path.is_file() and path.stat().st_size < 1_500_000)


@pytest.mark.skipif(not CORPUS.exists(), reason="there are no sample files on this machine")
@pytest.mark.parametrize("repository", sorted({path.parent.name for path in files()}))
def test_real_messages_come_back(repository: str) -> None:
    """P-004."""
    compared = 0
    for path in files():
        if path.parent.name != repository:
            continue
        try:
            file = MsgFile.open(path)
        except StorageError:
            continue
        with file:
            content = content_of(file)
            assert list(parts(there_and_back(content))) == list(parts(content)), path.name
            compared += 1
    assert compared
