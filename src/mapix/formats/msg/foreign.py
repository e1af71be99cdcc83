"""What a .msg file holds besides its message: streams and storages of others, classes, times, attributes of entries.

`foreign_of(file)` before a file is written anew, then `write_msg(content, target, foreign=…)`: all of it is there
again (IMS-12).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from mapix.formats.cfb import Node
from mapix.formats.msg.file import MsgAttachment, MsgFile, MsgMessage
from mapix.formats.msg.layout import NAMES
from mapix.formats.msg.names import is_name_stream
from mapix.formats.msg.places import Place
from mapix.formats.msg.properties import PropertyObject
from mapix.formats.msg.subtree import node_of
from mapix.formats.storage import NO_CLASS


@dataclass(slots=True)
class Foreign:
    """What lies in the storage of one object, and in those of its parts, in their order.

    `nodes` are elements of others, `names` those in the storage of names; `attributes` those of entries by tag, text
    as Unicode; `message` is what a message inside an attachment has.
    """

    nodes: Sequence[Node] = ()
    names: Sequence[Node] = ()
    clsid: bytes = NO_CLASS
    state_bits: int = 0
    created: int = 0
    modified: int = 0
    attributes: dict[int, int] = field(default_factory=dict)
    recipients: Sequence[Foreign] = ()
    attachments: Sequence[Foreign] = ()
    message: Foreign | None = None


def foreign_of(file: MsgFile) -> Foreign:
    """Everything in a file that `content_of` does not tell; large streams are read when they are written."""
    found = _of_message(file.message)
    handle = file.place.find(NAMES)
    if handle is not None and file.place.is_storage(handle):
        found.names = _names(file.place.inside(handle), file.message)
    return found


def _names(place: Place, message: MsgMessage) -> list[Node]:
    own = {name.upper() for name in place.names if is_name_stream(name)}
    return list(node_of(place, NAMES, message.refuse, own).children)


def _of_message(message: MsgMessage) -> Foreign:
    found = _of(message)
    found.recipients = [_of(recipient) for recipient in message.recipients]
    found.attachments = [_of_attachment(attachment) for attachment in message.attachments]
    return found


def _of_attachment(attachment: MsgAttachment) -> Foreign:
    found = _of(attachment)
    if attachment.message is not None:
        found.message = _of_message(attachment.message)
    return found


def _of(held: PropertyObject) -> Foreign:
    node = node_of(held.place, "", held.refuse, held.own_names())
    return Foreign(
        nodes=node.children,
        clsid=node.clsid,
        state_bits=node.state_bits,
        created=node.created,
        modified=node.modified,
        attributes={tag | 1 if tag & 0xEFFF == 0x1E else tag: flags for tag, flags in held.attributes().items()},
    )
