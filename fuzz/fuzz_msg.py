"""Coverage-guided fuzzing of .msg files: `python fuzz/fuzz_msg.py -max_total_time=300`.

The first byte of an input chooses what is fuzzed: a whole file, or one stream of a sound message, so that the reader of
messages is reached without the file around it being right. Whatever comes in, only storage and MAPI errors come out,
and what was read survives being written. Needs atheris; `make fuzz` runs it.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, Final

import soundmessage
from running import instrumented, run

with instrumented():
    from mapix.formats.cfb import CompoundFile, Node, write_compound_file
    from mapix.formats.msg import MsgFile, content_of, foreign_of, write_msg
    from mapix.formats.storageerrors import StorageError
    from mapix.properties.content import MessageContent
    from mapix.properties.errors import MapiError
    from mapix.properties.tag import PropTag
    from mapix.properties.value import whole

MOST: Final = 200_000
"""Bytes of an input; more teach nothing."""


def message() -> MessageContent:
    """A sound message with every form of value."""
    return soundmessage.message({PropTag(0x3FFD0003): 1252}, {}, {})


def target(unicode: bool) -> tuple[Node, list[Node]]:
    """A sound file as nodes, and its streams."""
    file = io.BytesIO()
    write_msg(message(), file, unicode=unicode)
    root, streams = Node("Root Entry", children=[]), []
    with CompoundFile.open(file.getvalue()) as opened:
        waiting = [(opened.root, root)]
        while waiting:
            entry, node = waiting.pop()
            node.children = [Node(name, None if kid.is_storage else kid.read()) for name, kid in entry.children.items()]
            pairs = list(zip(entry.children.values(), node.children, strict=True))
            waiting += [(kid, child) for kid, child in pairs if kid.is_storage]
            streams += [child for _, child in pairs if child.data is not None]
    return root, streams


SOUND: Final = (target(True), target(False))


def one_input(data: bytes) -> None:
    """Read one input, write what was read, and read that."""
    if 1 < len(data) < MOST:
        with suppress(StorageError, MapiError):
            judge(data[1:] if data[0] & 1 else within(data))


def within(data: bytes) -> bytes:
    """A sound file but for one stream, which is the input; a negative number of bytes is kept of what was there."""
    root, streams = SOUND[data[0] >> 1 & 1]
    stream = streams[data[1] % len(streams)]
    before = stream.data
    assert isinstance(before, bytes)
    kept = before[: data[0] >> 2] if data[0] & 0x80 else b""
    stream.data = kept + data[2:]
    try:
        file = io.BytesIO()
        write_compound_file(root, file)
        return file.getvalue()
    finally:
        stream.data = before


def judge(data: bytes) -> None:
    """What is read survives being written."""
    with MsgFile.open(data) as file:
        content, foreign = content_of(file), foreign_of(file)
        copy = io.BytesIO()
        try:
            write_msg(content, copy, foreign=foreign)
        except (StorageError, MapiError) as error:
            raise AssertionError(f"what was read cannot be written: {error}") from error
        with MsgFile.open(copy.getvalue()) as again:
            assert list(told(content_of(again))) == list(told(content)), "what was written is not what was read"
            assert {str(name) for name in again.names.values()} == {str(name) for name in content.names.values()}


def told(content: MessageContent) -> Iterator[dict[int, Any]]:
    """Everything of a message as values that compare, but for what writing adds."""
    yield plain(content.properties, content)
    for row in content.recipients:
        yield plain(row, content)
    for part in content.attachments:
        yield plain(part.properties, content)
        if part.message is not None:
            yield from told(part.message)


def plain(values: Mapping[PropTag, Any], content: MessageContent) -> dict[int, Any]:
    """Values by tag, named ones by their names; floats by their bits, for some are no numbers."""
    added = {0x340D0003, 0x30000003, 0x0E210003, 0x37050003}
    found: dict[Any, Any] = {}
    for tag, value in values.items():
        name = content.names.get(tag >> 16)
        key = (str(name), tag & 0xFFFF) if name is not None else int(tag) if tag >> 16 < 0x8000 else None
        if key is not None and key not in added:
            found[key] = repr(whole(tag, value))
    return found


def seeds() -> list[bytes]:
    """Whole files, Unicode and of eight bits."""
    files = [io.BytesIO(), io.BytesIO()]
    for unicode, file in enumerate(files):
        write_msg(message(), file, unicode=bool(unicode))
    return [b"\1" + file.getvalue() for file in files]


if __name__ == "__main__":
    run("msg", one_input, seeds())
