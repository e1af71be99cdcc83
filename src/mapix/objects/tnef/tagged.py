"""Tagged text: the places of attachments, written into the text of a message (ITnef::OpenTaggedBody).

A tag stands for the letter at PR_RENDERING_POSITION: `[[ name : number in container ]]`. The number is the stream's key
and the attachment's place in the message; the container is the stream's name, or PR_ATTACH_TRANSPORT_NAME.
"""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any, Final

from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access
from mapix.objects.messages.content import attachment_numbers
from mapix.properties import tags as t
from mapix.properties.codepage import ANSI, decode_text, encode_text
from mapix.properties.flags import ATTACH_EMBEDDED_MSG, ATTACH_OLE
from mapix.properties.value import whole

_TAG: Final = re.compile(r"\[\[ ([^\[\]\r\n]{0,500}?) : (\d{1,10}) in ([^\[\]\r\n]{1,300}) \]\]")
_TITLES: Final = {ATTACH_EMBEDDED_MSG: "Message", ATTACH_OLE: "Object"}


def tagged_text(message: Message, key: int, stream_name: str) -> str:
    """The text of a message with a tag for each attachment that has a place in it; the message is not changed."""
    text = whole(t.PR_BODY, message.get_prop(t.PR_BODY)) or ""
    placed = [(place, tag) for place, tag in _tags(message, key, stream_name) if 0 <= place < len(text)]
    pieces: list[str] = []
    at = 0
    for place, tag in sorted(placed):
        pieces += (text[at:place], tag)
        at = max(at, place + 1)
    return "".join([*pieces, text[at:]])


def untag(text: str, message: Message, key: int, stream_name: str) -> str:
    """The text without its tags, each of which becomes a space, where the attachment it tells of is put. An attachment
    has one place: further tags of it stay text.
    """
    left = dict(enumerate(attachment_numbers(message)))
    containers: dict[int, Any] = {}
    pieces: list[str] = []
    at = length = 0
    for found in _TAG.finditer(text):
        order = (int(found[2]) - key) & 0xFFFF
        if order not in left:
            continue
        if found[3] != stream_name:
            if order not in containers:
                containers[order] = message.open_attach(left[order]).get_prop(t.PR_ATTACH_TRANSPORT_NAME)
            if found[3] != containers[order]:
                continue
        before = text[at : found.start()]
        length += len(before)
        with_place = message.open_attach(left.pop(order), Access.MODIFY)
        with_place.set_props({t.PR_RENDERING_POSITION: length})
        with_place.save_changes()
        pieces += (before, " ")
        length += 1
        at = found.end()
    return "".join([*pieces, text[at:]])


def _tags(message: Message, key: int, stream_name: str) -> list[tuple[int, str]]:
    """Where each attachment has its place, and its tag."""
    found: list[tuple[int, str]] = []
    for order, number in enumerate(attachment_numbers(message)):
        values = message.open_attach(number).get_props(
            (t.PR_RENDERING_POSITION, t.PR_ATTACH_METHOD, t.PR_ATTACH_TRANSPORT_NAME, *_NAMES)
        )
        container = values.get(t.PR_ATTACH_TRANSPORT_NAME) or stream_name
        place = values.get(t.PR_RENDERING_POSITION, -1)
        found.append((place, f"[[ {_title(values)} : {(key + order) & 0xFFFF} in {container} ]]"))
    return found


_NAMES: Final = (t.PR_ATTACH_LONG_FILENAME, t.PR_ATTACH_FILENAME, t.PR_DISPLAY_NAME)


def _title(values: dict[Any, Any]) -> str:
    name = next((values[tag] for tag in _NAMES if isinstance(values.get(tag), str) and values[tag]), None)
    title = name or _TITLES.get(values.get(t.PR_ATTACH_METHOD, 0), "File")
    return "".join(letter for letter in title if letter not in "[]\r\n")


class TaggedBody(BytesIO):
    """The text as a stream of 8-bit text; what was written goes into the message with `commit` or `close`."""

    def __init__(self, message: Message, key: int, stream_name: str, *, write: bool, codepage: int = ANSI) -> None:
        super().__init__(b"" if write else encode_text(tagged_text(message, key, stream_name), codepage))
        self._message, self._key, self._name = message, key, stream_name
        self._write, self._codepage = write, codepage

    def commit(self) -> None:
        """Put what was written into the message: its text, and the places of its attachments."""
        if self._write:
            text = untag(decode_text(self.getvalue(), self._codepage), self._message, self._key, self._name)
            self._message.set_props({t.PR_BODY: text})

    def close(self) -> None:
        """Commit, and close; twice is harmless."""
        if not self.closed:
            self.commit()
        super().close()
