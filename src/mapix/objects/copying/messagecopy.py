"""One message into a folder of another store, with all that can be read of it.

    new_id, lost = copy_across(message, folder)

What cannot be read is left out and told; what the target does not take is told too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Attach, Message
from mapix.interfaces.prop import Keep
from mapix.objects.messages.content import (
    attachment_numbers,
    inner_message,
    named_ids,
    read_content,
    recipient_rows,
    stored,
    write_content,
)
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.errors import MapiError, from_hresult
from mapix.properties.flags import MSGFLAG_SUBMIT
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_ATTACH_LONG_FILENAME, PR_ENTRYID, PR_MESSAGE_FLAGS
from mapix.properties.value import LargeValue

T = TypeVar("T")

_PIECE: Final = 1 << 20


def copy_across(message: Message, target: MapiFolder, *, associated: bool = False) -> tuple[bytes, list[str]]:
    """A copy of `message` in a folder of any store: its entry identifier, and what did not arrive.

    Read state, times and the search key stay; what waits to be sent becomes a draft. Raises what the target raises,
    and what the source raises when nothing of the message can be read.
    """
    try:
        return _write(read_content(message), target, associated, [])
    except MapiError:
        content, lost = what_can_be_read(message)
        if not lost:
            raise
        return _write(content, target, associated, lost)


def what_can_be_read(message: Message) -> tuple[MessageContent, list[str]]:
    """A message without what cannot be read of it, and what that is."""
    lost: list[str] = []
    content = _sound_message(message, lost, "")
    used = named_ids(content)
    names = _tried(lambda: message.get_names_from_ids(used), None, lost, "names of properties") if used else None
    content.names = names or {}
    return content, lost


def _write(content: MessageContent, target: MapiFolder, associated: bool, lost: list[str]) -> tuple[bytes, list[str]]:
    flags = content.properties.get(PR_MESSAGE_FLAGS)
    if isinstance(flags, int):
        content.properties[PR_MESSAGE_FLAGS] = flags & ~MSGFLAG_SUBMIT
    copy = target.create_message(associated=associated)
    problems = write_content(content, copy, keep_times=True)
    copy.save_changes(Keep.READONLY)
    refused = [f"{problem.tag!r}: {from_hresult(problem.scode, 'not taken')}" for problem in problems]
    nameless = [f"property 0x{number:04X} has no name" for number in sorted(named_ids(content) - set(content.names))]
    new_id = copy.get_prop(PR_ENTRYID)
    copy.close()
    return new_id, lost + refused + nameless


def _sound_message(message: Message, lost: list[str], place: str) -> MessageContent:
    properties = _sound(_tried(lambda: stored(message), None, lost, f"{place}properties"), lost, place)
    recipients = _tried(lambda: recipient_rows(message), None, lost, f"{place}recipients")
    numbers = _tried(lambda: attachment_numbers(message), None, lost, f"{place}attachments")
    parts = [_sound_attachment(message, number, lost, place) for number in numbers or ()]
    return MessageContent(properties, recipients or [], [part for part in parts if part is not None])


def _sound_attachment(message: Message, number: int, lost: list[str], place: str) -> AttachmentContent | None:
    place = f"{place}attachment {number}: "
    attachment = _tried(lambda: message.open_attach(number), None, lost, f"{place}all of it")
    if attachment is None:
        return None
    values = _tried(lambda: stored(attachment), None, lost, f"{place}properties")
    name = (values or {}).get(PR_ATTACH_LONG_FILENAME)
    properties = _sound(values, lost, f"{place}{name}: " if isinstance(name, str) else place)
    inner = _tried(lambda: _inner(attachment), None, lost, f"{place}message inside")
    return AttachmentContent(properties, None if inner is None else _sound_message(inner, lost, place))


def _inner(attachment: Attach) -> Message | None:
    return inner_message(attachment)


def _sound(values: Mapping[PropTag, Any] | None, lost: list[str], place: str) -> dict[PropTag, Any]:
    """Those of `values` that can be read to their end."""
    kept = dict(values or {})
    for tag, value in (values or {}).items():
        if isinstance(value, LargeValue) and not _is_readable(value, lost, f"{place}{tag!r}"):
            del kept[tag]
    return kept


def _is_readable(value: LargeValue, lost: list[str], what: str) -> bool:
    try:
        with value.open() as reader:
            while reader.read(_PIECE):
                pass
    except MapiError as error:
        lost.append(f"{what}: {error}")
        return False
    return True


def _tried(read: Callable[[], T], otherwise: T | None, lost: list[str], what: str) -> T | None:
    try:
        return read()
    except MapiError as error:
        lost.append(f"{what}: {error}")
        return otherwise
