"""What was written read again, and held against what was read first.

Formats that hold every property are compared property by property; Internet mail by what it carries: the subject,
people, date, identifiers, text, HTML and what is attached.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, Final

from mapix.convert.mboxes import unquoted
from mapix.convert.plan import WHOLE, Plan
from mapix.convert.reading import Loaded, message_of
from mapix.convert.summary import (
    attachment_name,
    html_of,
    recipients_of,
    sender_of,
    subject_of,
    text_of,
)
from mapix.formats.defects import Strictness
from mapix.properties import tags as t
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag
from mapix.properties.tagnames import name_of
from mapix.properties.value import LargeValue, whole

MOST: Final = 50
"""Differences that are told of one message."""

_WRITTEN: Final = frozenset(
    tag.id for tag in (t.PR_STORE_SUPPORT_MASK, t.PR_MESSAGE_CODEPAGE, t.PR_ROWID, t.PR_ATTACH_NUM, t.PR_INTERNET_CPID)
)
"""What writing tells of itself."""

Names = Mapping[int, PropertyName]


def compared(loaded: Loaded, plan: Plan, part: Path, piece: Any) -> list[str]:
    """How the message that was written differs from the one that was read; nothing where it does not."""
    with ExitStack() as files:
        again, _ = message_of(_written(part, piece, plan, files), _label(plan), Strictness.TOLERANT, files)
        found = (
            _everything(loaded.content, again)
            if plan.to in WHOLE
            else _carried(loaded.content, again, lines=plan.to == "mbox")
        )
        return [line for line, _ in zip(found, range(MOST), strict=False)]


def _label(plan: Plan) -> str:
    return f"written{plan.suffix if plan.to in WHOLE else '.eml'}"


def _written(part: Path, piece: Any, plan: Plan, files: ExitStack) -> bytes | IO[bytes]:
    if plan.to != "mbox":
        return files.enter_context(part.open("rb"))
    if isinstance(piece, bytes):
        return unquoted(piece.partition(b"\n")[2].removesuffix(b"\n"), files)
    file = files.enter_context(part.open("rb"))
    file.readline()
    return unquoted(file, files)


def _carried(one: MessageContent, other: MessageContent, *, lines: bool) -> Iterator[str]:
    """What of a mail differs; with `lines` the ends of lines do not count, which a mailbox has its own of."""
    for name, first, second in (
        ("subject", subject_of(one), subject_of(other)),
        ("from", sender_of(one), sender_of(other)),
        ("message id", one.get(t.PR_INTERNET_MESSAGE_ID), other.get(t.PR_INTERNET_MESSAGE_ID)),
        ("text", _words(text_of(one)), _words(text_of(other))),
        ("html", _words(html_of(one) or ""), _words(html_of(other) or "")),
        ("date", _seconds(one), _seconds(other)),
    ):
        if first and first != second:
            yield f"{name}: {_short(first)} became {_short(second)}"
    people, others = recipients_of(one), recipients_of(other)
    for kind in people:
        yield from _lost(kind, Counter(people[kind]), Counter(others[kind]))
    parts, others_parts = (Counter(_told(part, lines) for part in each.attachments) for each in (one, other))
    yield from _lost("attachment", parts, others_parts)


def _lost(what: str, one: Counter[str], other: Counter[str]) -> Iterator[str]:
    yield from (f"{what} is missing: {_short(each)}" for each in (one - other))
    yield from (f"{what} is new: {_short(each)}" for each in (other - one))


def _told(part: AttachmentContent, lines: bool) -> str:
    if part.message is not None:
        return f"message {subject_of(part.message)!r}"
    value = part.properties.get(t.PR_ATTACH_DATA_BIN)
    if lines and isinstance(value, bytes):
        value = value.replace(b"\r\n", b"\n").rstrip(b"\n")
    return f"{attachment_name(part)} {'-' if value is None else _digest(value)}"


def _digest(value: Any) -> str:
    if isinstance(value, LargeValue):
        with value.open() as reader:
            digest = hashlib.sha256()
            while piece := reader.read(1 << 20):
                digest.update(piece)
            return digest.hexdigest()
    return hashlib.sha256(value).hexdigest()


def _words(text: str) -> str:
    return " ".join(text.split())


def _seconds(content: MessageContent) -> int | None:
    ticks = content.get(t.PR_CLIENT_SUBMIT_TIME)
    return None if ticks is None else int(ticks) // 10_000_000


def _everything(one: MessageContent, other: MessageContent) -> Iterator[str]:
    yield from _messages("message", one, other, one.names, other.names)


def _messages(where: str, one: MessageContent, other: MessageContent, names: Names, others: Names) -> Iterator[str]:
    yield from _values(where, one.properties, other.properties, names, others)
    inside = "" if where == "message" else f"{where}/"
    for what, first, second in (
        ("recipient", one.recipients, other.recipients),
        ("attachment", one.attachments, other.attachments),
    ):
        if len(first) != len(second):
            yield f"{where}: {len(first)} {what}s became {len(second)}"
    for number, (row, other_row) in enumerate(zip(one.recipients, other.recipients, strict=False)):
        yield from _values(f"{inside}recipient {number}", row, other_row, names, others)
    for number, (part, other_part) in enumerate(zip(one.attachments, other.attachments, strict=False)):
        place = f"{inside}attachment {number}"
        yield from _values(place, part.properties, other_part.properties, names, others)
        if part.message is not None and other_part.message is not None:
            yield from _messages(f"{place}/message", part.message, other_part.message, names, others)
        elif (part.message is None) != (other_part.message is None):
            yield f"{place}: the message inside is {'new' if part.message is None else 'missing'}"


def _values(
    where: str, one: Mapping[PropTag, Any], other: Mapping[PropTag, Any], names: Names, others: Names
) -> Iterator[str]:
    first, second = _by_name(one, names), _by_name(other, others)
    for key in sorted(first.keys() | second.keys(), key=repr):
        if key not in second:
            yield f"{where}: {_named(key)} is missing"
        elif key not in first:
            yield f"{where}: {_named(key)} is new"
        elif not _same(*first[key], *second[key]):
            yield f"{where}: {_named(key)} is another"


def _by_name(values: Mapping[PropTag, Any], names: Names) -> dict[Any, tuple[PropTag, Any]]:
    return {
        (*names[tag.id].key, tag.type) if tag.id in names else tag: (tag, value)
        for tag, value in values.items()
        if tag.id not in _WRITTEN and value is not None
    }


def _named(key: Any) -> str:
    return name_of(key) if isinstance(key, PropTag) else str(key[1])


def _same(tag: PropTag, one: Any, other_tag: PropTag, other: Any) -> bool:
    if isinstance(one, LargeValue) and isinstance(other, LargeValue):
        return one.size == other.size and _digest(one) == _digest(other)
    one, other = whole(tag, one), whole(other_tag, other)
    return bool(one == other) or (one != one and other != other)


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
