"""Coverage-guided fuzzing of TNEF: `python fuzz/fuzz_tnef.py -max_total_time=300`.

The first byte of an input chooses what is fuzzed: a whole stream, or the data of one attribute in a sound one, so that
what lies inside is reached without checksums being right. Whatever comes in, only MAPI errors come out, and what was
read survives being written. Needs atheris; `make fuzz` runs it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

import soundmessage
from running import instrumented, run

with instrumented():
    from mapix.formats.tnef import read_tnef, tnef_bytes
    from mapix.formats.tnef.inmail import without_tnef
    from mapix.formats.tnef.layout import OF_ATTACHMENTS, Att
    from mapix.properties.content import MessageContent
    from mapix.properties.errors import MapiError
    from mapix.properties.named import PropertyName
    from mapix.properties.tag import PropTag

MOST: Final = 200_000
NUMBERS: Final = [int(one) for one in Att]
HEAD: Final = bytes.fromhex("789F3E22 0100 01 06900800 04000000 00000100 0100")


def message() -> MessageContent:
    """A sound message with every form of value."""
    more: dict[PropTag, Any] = {
        PropTag(0x001A001F): "IPM.Schedule.Meeting.Request",
        PropTag(0x0C1A001F): "Ann",
        PropTag(0x0C1E001F): "SMTP",
        PropTag(0x0C1F001F): "ann@example.org",
        PropTag(0x00390040): 132224400000000000,
    }
    file: dict[PropTag, Any] = {PropTag(0x3704001F): "a.txt", PropTag(0x37050003): 1}
    return soundmessage.message(more, file, {PropTag(0x37050003): 5})


def attribute(number: int, data: bytes) -> bytes:
    """A sound attribute."""
    level = 2 if number in OF_ATTACHMENTS else 1
    return struct.pack("<BII", level, number, len(data)) + data + struct.pack("<H", sum(data) & 0xFFFF)


def within(data: bytes) -> bytes:
    """Sound but for the data of one attribute, which is the input."""
    number = NUMBERS[data[1] % len(NUMBERS)]
    before = attribute(Att.ATTACH_RENDDATA, bytes(14)) if number in OF_ATTACHMENTS else b""
    return (
        HEAD
        + attribute(Att.OEM_CODEPAGE, struct.pack("<II", (1252, 932, 65001, 0)[data[0] >> 1 & 3], 0))
        + (before + attribute(number, data[2:]))
    )


def one_input(data: bytes) -> None:
    """Read one input, write what was read, and read that."""
    if 1 < len(data) < MOST:
        with suppress(MapiError):
            judge(data[1:] if data[0] & 1 else within(data))


def judge(data: bytes) -> None:
    """What is read survives being written; as mail, it passes."""
    content = read_tnef(data).value
    try:
        copy = tnef_bytes(content)
    except MapiError as error:
        raise AssertionError(f"what was read cannot be written: {error}") from error
    again = read_tnef(copy).value
    assert list(told(again, again.names)) == list(told(content, content.names)), "what was written is not what was read"
    without_tnef(b"Content-Type: application/ms-tnef\nContent-Transfer-Encoding: binary\n\n" + data)


def told(content: MessageContent, names: Mapping[int, PropertyName]) -> Iterator[dict[Any, Any]]:
    """Everything of a message as values that compare."""
    yield plain(content.properties, names)
    for row in content.recipients:
        yield plain(row, names)
    for part in content.attachments:
        yield plain(part.properties, names)
        if part.message is not None:
            yield from told(part.message, names)


def plain(values: Mapping[PropTag, Any], names: Mapping[int, PropertyName]) -> dict[Any, Any]:
    """Values by tag, named ones by their names; floats by how they look, for some are no numbers."""
    return {
        (str(names[tag >> 16]), tag & 0xFFFF) if tag >> 16 in names else int(tag): repr(value)
        for tag, value in values.items()
    }


def seeds() -> list[bytes]:
    """Whole streams, with older attributes and without."""
    return [b"\1" + tnef_bytes(message(), legacy=legacy) for legacy in (True, False)]


if __name__ == "__main__":
    run("tnef", one_input, seeds())
