"""TNEF streams made up for tests, and messages as values that compare."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from mapix.formats.tnef import tnef_bytes
from mapix.formats.tnef.layout import OF_ATTACHMENTS, Att
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.flags import ATTACH_BY_VALUE, ATTACH_EMBEDDED_MSG, ATTACH_OLE
from mapix.properties.named import PS_INTERNET_HEADERS, PS_PUBLIC_STRINGS, PropertyName, PSETID_Common
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_DATA_OBJ,
    PR_ATTACH_FILENAME,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_METHOD,
    PR_BODY,
    PR_CLIENT_SUBMIT_TIME,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_IMPORTANCE,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_RECIPIENT_TYPE,
    PR_RENDERING_POSITION,
    PR_SEARCH_KEY,
    PR_SENDER_ADDRTYPE,
    PR_SENDER_EMAIL_ADDRESS,
    PR_SENDER_NAME,
    PR_SUBJECT,
)
from mapix.properties.value import whole

CORPUS = Path(__file__).parents[3].parent / "shared" / "corpora" / "tnef"
HEAD = bytes.fromhex("789F3E22 0100")


def corpus() -> list[Path]:
    """Real streams, where there are some."""
    return sorted(path for path in CORPUS.glob("*/*") if path.is_file())


needs_corpus = pytest.mark.skipif(not CORPUS.exists(), reason="there are no sample files on this machine")


def message() -> MessageContent:
    """A message with everything: names, recipients, a file, a document, messages two deep."""
    deepest = MessageContent({PR_SUBJECT: "Deepest", PR_MESSAGE_CLASS: "IPM.Note"})
    inner = MessageContent(
        {PR_SUBJECT: "Inside – Ключ", PR_MESSAGE_FLAGS: 9, PropTag(0x8001101F): ("red", "blue")},
        [person("Ann", "ann@example.com", 1)],
        [attachment("deep.bin", b"\0\1"), embedded(deepest)],
    )
    document = AttachmentContent(
        {PR_ATTACH_METHOD: ATTACH_OLE, PR_ATTACH_DATA_OBJ: bytes.fromhex("D0CF11E0A1B11AE1") + bytes(504)}
    )
    return MessageContent(
        {
            PR_MESSAGE_CLASS: "IPM.Note",
            PR_SUBJECT: "Q3 – ключ",
            PR_BODY: "Hello\r\n",
            PR_IMPORTANCE: 2,
            PR_CLIENT_SUBMIT_TIME: 132224400000000001,
            PR_SEARCH_KEY: bytes(range(16)),
            PR_SENDER_NAME: "Ann",
            PR_SENDER_ADDRTYPE: "SMTP",
            PR_SENDER_EMAIL_ADDRESS: "ann@example.com",
            PropTag(0x8000000B): True,
            PropTag(0x8001101F): ("one", "two"),
            PropTag(0x8002001F): "mapix",
            PropTag(0x36000002): -7,
            PropTag(0x36011002): (1, -2, 3),
            PropTag(0x36020048): bytes(range(16)),
            PropTag(0x36031048): (bytes(16), bytes(range(16))),
            PropTag(0x36041102): (b"", b"a", b"abcde"),
            PropTag(0x36050005): 1.5,
            PropTag(0x36061040): (1, 2),
            PropTag(0x36070001): None,
            PropTag(0x36087F00): b"of nobody",
        },
        [person("Bill", "bill@example.com", 1), person("Anna", "anna@example.com", 2)],
        [attachment("a.txt", b"text"), embedded(inner), document],
        {
            0x8000: PropertyName(PSETID_Common, 0x8503),
            0x8001: PropertyName(PS_PUBLIC_STRINGS, "Keywords"),
            0x8002: PropertyName(PS_INTERNET_HEADERS, "X-Mailer"),
        },
    )


def person(name: str, address: str, role: int) -> dict[PropTag, Any]:
    """A recipient."""
    return {PR_DISPLAY_NAME: name, PR_EMAIL_ADDRESS: address, PR_ADDRTYPE: "SMTP", PR_RECIPIENT_TYPE: role}


def attachment(name: str, data: Any) -> AttachmentContent:
    """A file attached by value."""
    return AttachmentContent(
        {
            PR_ATTACH_METHOD: ATTACH_BY_VALUE,
            PR_ATTACH_LONG_FILENAME: name,
            PR_ATTACH_FILENAME: name[:8],
            PR_ATTACH_DATA_BIN: data,
            PR_RENDERING_POSITION: 3,
        }
    )


def embedded(content: MessageContent) -> AttachmentContent:
    """A message attached."""
    return AttachmentContent({PR_ATTACH_METHOD: ATTACH_EMBEDDED_MSG, PR_DISPLAY_NAME: "Inside"}, content)


def attribute(number: int, data: bytes, *, level: int = 0, size: int | None = None, total: int | None = None) -> bytes:
    """An attribute, right unless told otherwise."""
    level = level or (2 if number in OF_ATTACHMENTS else 1)
    total = sum(data) & 0xFFFF if total is None else total
    return struct.pack("<BII", level, number, len(data) if size is None else size) + data + struct.pack("<H", total)


def stream(*attributes: bytes) -> bytes:
    """A stream of attributes, with version and code page before them."""
    usual = attribute(Att.TNEF_VERSION, b"\0\0\1\0") + attribute(Att.OEM_CODEPAGE, struct.pack("<II", 1252, 0))
    return HEAD + usual + b"".join(attributes)


def prop(tag: int, value: bytes) -> bytes:
    """A property of one value with a length."""
    return struct.pack("<III", tag, 1, len(value)) + value + bytes(-len(value) & 3)


def listed(*properties: bytes, count: int | None = None) -> bytes:
    """A counted list."""
    return struct.pack("<I", len(properties) if count is None else count) + b"".join(properties)


def told(content: MessageContent, names: Mapping[int, PropertyName] | None = None) -> Any:
    """A message as values that compare: named properties by their names, large values read."""
    known = content.names if names is None else names
    return (
        dict(_named(content.properties, known)),
        [dict(_named(row, known)) for row in content.recipients],
        [
            (dict(_named(part.properties, known)), None if part.message is None else told(part.message, known))
            for part in content.attachments
        ],
    )


def _named(values: Mapping[PropTag, Any], names: Mapping[int, PropertyName]) -> Iterator[tuple[Any, Any]]:
    for tag, value in values.items():
        name = names.get(tag >> 16)
        yield (int(tag) if name is None else (name, tag & 0xFFFF)), whole(tag, value)


def mutants(data: bytes, number: int, seed: int) -> Iterator[bytes]:
    """Damaged forms of a stream, always the same: bits turned, cut, spliced, numbers inflated."""
    from random import Random

    chance = Random(seed)
    for _ in range(number):
        changed = bytearray(data)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(max(1, len(changed)))
            match chance.randrange(4):
                case 0 if changed:
                    changed[min(at, len(changed) - 1)] ^= 1 << chance.randrange(8)
                case 1:
                    del changed[at:]
                case 2:
                    start = chance.randrange(len(data))
                    changed[at:at] = data[start : start + chance.randint(1, 200)]
                case _:
                    changed[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\1\0"))
        yield bytes(changed)


def sample() -> bytes:
    """`message` as a stream."""
    return tnef_bytes(message())
