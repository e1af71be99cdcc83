"""Messages and files made up for the tests of .msg files."""

from __future__ import annotations

import io
import struct
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from mapix.formats.cfb import CompoundFile, Node, write_compound_file
from mapix.formats.msg import MsgFile, content_of, write_msg
from mapix.formats.msg.layout import CLASS, PROPERTIES, Header, Kind
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.flags import ATTACH_BY_VALUE, ATTACH_EMBEDDED_MSG, MAPI_CC, MAPI_TO
from mapix.properties.named import PS_INTERNET_HEADERS, PS_PUBLIC_STRINGS, PropertyName, PSETID_Common
from mapix.properties.tag import PropTag, PropType
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_METHOD,
    PR_ATTACH_NUM,
    PR_BODY,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_MESSAGE_CLASS,
    PR_RECIPIENT_TYPE,
    PR_ROWID,
    PR_STORE_SUPPORT_MASK,
    PR_SUBJECT,
)
from mapix.properties.value import whole

OWN_NAMES = {
    0x8000: PropertyName(PSETID_Common, 0x8503),
    0x8001: PropertyName(PS_PUBLIC_STRINGS, "Keywords"),
    0x8002: PropertyName(PS_INTERNET_HEADERS, "X-Mailer"),
    0x8003: PropertyName(bytes(range(16)), "of nobody"),
}


def plain() -> MessageContent:
    """A message with recipients, attachments, one of them a message, and named properties."""
    inner = MessageContent(
        {PR_SUBJECT: "Inside", PR_BODY: "Deep", PropTag(0x8001101F): ("red", "blue")},
        recipients=[person("Ann", "ann@example.com", MAPI_TO)],
        attachments=[attachment("deep.bin", b"\0\1")],
    )
    return MessageContent(
        {
            PR_MESSAGE_CLASS: "IPM.Note",
            PR_SUBJECT: "Q3 – ключ",
            PR_BODY: "Hello\r\n",
            PropTag(0x8000000B): True,
            PropTag(0x8001101F): ("one", "two"),
            PropTag(0x8002001F): "mapix",
        },
        recipients=[person("Bill", "bill@example.com", MAPI_TO), person("Anna", "anna@example.com", MAPI_CC)],
        attachments=[
            attachment("a.txt", b"text"),
            AttachmentContent({PR_ATTACH_METHOD: ATTACH_EMBEDDED_MSG, PR_DISPLAY_NAME: "Inside"}, inner),
        ],
        names=OWN_NAMES,
    )


def person(name: str, address: str, role: int) -> dict[PropTag, Any]:
    """A recipient."""
    return {PR_DISPLAY_NAME: name, PR_EMAIL_ADDRESS: address, PR_ADDRTYPE: "SMTP", PR_RECIPIENT_TYPE: role}


def attachment(name: str, data: Any) -> AttachmentContent:
    """A file attached by value."""
    return AttachmentContent(
        {PR_ATTACH_METHOD: ATTACH_BY_VALUE, PR_ATTACH_LONG_FILENAME: name, PR_ATTACH_DATA_BIN: data}
    )


def written(content: MessageContent, **how: Any) -> bytes:
    """The bytes of a .msg file."""
    target = io.BytesIO()
    write_msg(content, target, **how)
    return target.getvalue()


def read(data: bytes, **how: Any) -> MessageContent:
    """What a file holds."""
    with MsgFile.open(data, **how) as file:
        return content_of(file)


def nodes(data: bytes) -> Node:
    """A file as nodes that a test can change."""
    with CompoundFile.open(data) as file:
        root = Node("Root Entry", clsid=file.root.clsid, children=[])
        waiting = [(file.root, root)]
        while waiting:
            entry, node = waiting.pop()
            children = [
                Node(name, None if kid.is_storage else kid.read(), [], kid.clsid)
                for name, kid in entry.children.items()
            ]
            node.children = children
            waiting += [
                (kid, child) for kid, child in zip(entry.children.values(), children, strict=True) if kid.is_storage
            ]
        return root


def at(node: Node, *path: str) -> Node:
    """A node below another."""
    for name in path:
        node = next(child for child in node.children if child.name == name)
    return node


def packed(root: Node) -> bytes:
    """The bytes of a file of nodes."""
    target = io.BytesIO()
    write_compound_file(root, target)
    return target.getvalue()


def handmade(entries: list[tuple[int, bytes]], streams: Mapping[str, bytes], *more: Node) -> bytes:
    """A message whose property stream has these tags and eight bytes each, and these streams."""
    body = b"".join(struct.pack("<II8s", tag, 6, raw) for tag, raw in entries)
    children = [Node(PROPERTIES, Header().pack(Kind.MESSAGE) + body), *(Node(*item) for item in streams.items()), *more]
    return packed(Node("Root Entry", children=children, clsid=CLASS))


def size(number: int) -> bytes:
    """What an entry tells of a stream of so many bytes."""
    return struct.pack("<II", number, 0)


def plainly(content: MessageContent) -> Any:
    """A message as values that compare: large ones read, what writing adds left out."""
    return (
        _values(content.properties, PR_STORE_SUPPORT_MASK),
        [_values(row, PR_ROWID) for row in content.recipients],
        [
            (_values(part.properties, PR_ATTACH_NUM), None if part.message is None else plainly(part.message))
            for part in content.attachments
        ],
    )


def _values(values: Mapping[PropTag, Any], *without: PropTag) -> dict[int, Any]:
    return {int(tag): whole(tag, value) for tag, value in values.items() if tag not in without}


_TEXT = st.text(st.characters(exclude_categories=()), max_size=40)
_BINARY = st.binary(max_size=300)
_WHOLE = {
    PropType.SHORT: 16,
    PropType.LONG: 32,
    PropType.CURRENCY: 64,
    PropType.ERROR: 32,
    PropType.LONGLONG: 64,
    PropType.SYSTIME: 64,
}
_FLOATS = {PropType.FLOAT: 32, PropType.DOUBLE: 64, PropType.APPTIME: 64}
_SINGLE: dict[int, st.SearchStrategy[Any]] = {
    **{int(kind): st.integers(-(1 << bits - 1), (1 << bits - 1) - 1) for kind, bits in _WHOLE.items()},
    **{int(kind): st.floats(allow_nan=False, width=bits) for kind, bits in _FLOATS.items()},
    int(PropType.BOOLEAN): st.booleans(),
    int(PropType.UNICODE): _TEXT,
    int(PropType.BINARY): _BINARY,
    int(PropType.SVREID): _BINARY,
    int(PropType.CLSID): st.binary(min_size=16, max_size=16),
    int(PropType.NULL): st.none(),
}
_UNKNOWN = {0x00F0: _BINARY, 0x7F00: _BINARY, 0x10F0: _BINARY}
_MULTI = {
    int(kind): st.lists(_SINGLE[kind & ~0x1000], max_size=4).map(tuple)
    for kind in PropType
    if kind & 0x1000 and kind != PropType.MV_STRING8
}
KINDS = {**_SINGLE, **_UNKNOWN, **_MULTI}


@st.composite
def values(draw: st.DrawFn, *, most: int = 8, named: int = 0) -> dict[PropTag, Any]:
    """Properties of any type, one an identifier; `named` of the names may be used."""
    ids = draw(st.lists(st.integers(0x1000, 0x36FF) | st.integers(0x3A00, 0x3FDD), max_size=most, unique=True))
    ids += draw(st.lists(st.integers(0x8000, 0x8000 + named - 1), max_size=3, unique=True)) if named else []
    kinds = [draw(st.sampled_from(sorted(KINDS))) for _ in ids]
    return {PropTag.of(number, kind): draw(KINDS[kind]) for number, kind in zip(ids, kinds, strict=True)}


def _attachment(inside: st.SearchStrategy[MessageContent], named: int) -> st.SearchStrategy[AttachmentContent]:
    data = st.builds(
        lambda rest, data: AttachmentContent({**rest, PR_ATTACH_METHOD: 1, PR_ATTACH_DATA_BIN: data}),
        values(most=3, named=named),
        st.binary(max_size=9000),
    )
    message = st.builds(
        lambda rest, inner: AttachmentContent({**rest, PR_ATTACH_METHOD: ATTACH_EMBEDDED_MSG}, inner),
        values(most=3, named=named),
        inside,
    )
    return data | message


_NAMES = st.lists(
    st.builds(
        PropertyName,
        st.sampled_from([PSETID_Common, PS_PUBLIC_STRINGS, PS_INTERNET_HEADERS, bytes(16), b"0123456789abcdef"]),
        st.integers(0, 0xFFFFFFFF) | st.text(max_size=12),
    ),
    max_size=6,
)


@st.composite
def contents(draw: st.DrawFn) -> MessageContent:
    """Whole messages: every type, names, messages inside messages."""
    names = draw(_NAMES)
    named = len(names)
    leaf = st.builds(
        MessageContent,
        values(named=named),
        st.lists(values(most=4, named=named), max_size=3),
    )
    inside = st.recursive(
        leaf,
        lambda inner: st.builds(
            MessageContent,
            values(named=named),
            st.lists(values(most=4, named=named), max_size=3),
            st.lists(_attachment(inner, named), max_size=2),
        ),
        max_leaves=3,
    )
    content = draw(inside)
    content.names = {0x8000 + number: name for number, name in enumerate(names)}
    return content
