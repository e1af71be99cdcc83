"""`mapix msg diff`: how two messages differ, property by property, with recipients, attachments and messages inside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from mapix.cli.base import command
from mapix.cli.files import content_of
from mapix.cli.output import emit_json, emit_rows, json_option
from mapix.cli.propertylists import name_of
from mapix.cli.sessions import profile_option

if TYPE_CHECKING:
    from mapix.properties.content import AttachmentContent, MessageContent
    from mapix.properties.named import PropertyName
    from mapix.properties.tag import PropTag

_Values = dict[Any, tuple["PropTag", str, Any]]
"""Tag, name and value of properties by what is the same in another file."""

_ABSENT = object()
_PIECE = 1 << 20


class Difference(NamedTuple):
    """One thing that differs: `where` it stands, what it is called, and its value in both; absent ones are empty."""

    where: str
    name: str
    first: str
    second: str


@command(examples=("mapix msg diff old.msg new.msg", "mapix msg diff sent.msg sent#1 --ignore PR_SEARCH_KEY"))
@click.argument("first")
@click.argument("second")
@click.option("--ignore", multiple=True, metavar="NAME", help="Leave a property out; repeatable.")
@json_option
@profile_option
def diff(first: str, second: str, ignore: tuple[str, ...], as_json: bool, profile: str | None) -> int:
    """Tell how the message FIRST differs from SECOND: files, or messages of a store.

    Named properties are compared by their names, recipients by address, attachments by name. The exit code is 0 when
    nothing differs, 1 when something does.
    """
    with content_of(first, profile) as one, content_of(second, profile) as other:
        found = [each for each in differences(one, other) if not _ignored(each.name, ignore)]
    if as_json:
        emit_json({"equal": not found, "differences": [each._asdict() for each in found]})
    else:
        emit_rows(("where", "property", "first", "second"), found)
    return 1 if found else 0


def differences(one: MessageContent, other: MessageContent) -> Iterator[Difference]:
    """Everything that differs between two messages."""
    yield from _of_messages("message", one, other, one.names, other.names)


def _ignored(name: str, ignored: Sequence[str]) -> bool:
    return any(word in name.split() for word in ignored)


def _of_messages(
    where: str,
    one: MessageContent,
    other: MessageContent,
    names: Mapping[int, PropertyName],
    other_names: Mapping[int, PropertyName],
) -> Iterator[Difference]:
    yield from _of_values(where, _by_name(one.properties, names), _by_name(other.properties, other_names))
    inside = "" if where == "message" else f"{where}/"
    for place, row, other_row in _paired(one.recipients, other.recipients, _recipient_key):
        at = f"{inside}recipient {place}"
        values = None if row is None else _by_name(row, names)
        other_values = None if other_row is None else _by_name(other_row, other_names)
        yield from _of_parts(at, values, other_values, _recipient_text(row or other_row))
    for place, part, other_part in _paired(one.attachments, other.attachments, _attachment_key):
        at = f"{inside}attachment {place}"
        values = None if part is None else _by_name(part.properties, names)
        other_values = None if other_part is None else _by_name(other_part.properties, other_names)
        yield from _of_parts(at, values, other_values, _attachment_text(part or other_part))
        if part is not None and other_part is not None:
            yield from _of_insides(f"{at}/message", part.message, other_part.message, names, other_names)


def _of_insides(
    where: str,
    one: MessageContent | None,
    other: MessageContent | None,
    names: Mapping[int, PropertyName],
    other_names: Mapping[int, PropertyName],
) -> Iterator[Difference]:
    if one is None and other is None:
        return
    if one is None or other is None:
        there = "a message"
        yield Difference(where, "", there if one is not None else "", there if other is not None else "")
        return
    yield from _of_messages(where, one, other, names, other_names)


def _of_parts(where: str, one: _Values | None, other: _Values | None, text: str) -> Iterator[Difference]:
    """A part that only one has is one difference; one that both have may differ in its properties."""
    if one is None or other is None:
        yield Difference(where, "", text if one is not None else "", text if other is not None else "")
    else:
        yield from _of_values(where, one, other)


def _by_name(values: Mapping[PropTag, Any], names: Mapping[int, PropertyName]) -> _Values:
    """Properties by their tag, or by property name and type."""
    return {
        (names[tag.id], tag.type) if tag.id in names else int(tag): (tag, name_of(tag, names), value)
        for tag, value in sorted(values.items())
    }


def _of_values(where: str, one: _Values, other: _Values) -> Iterator[Difference]:
    from mapix.cli.values import decoded

    for key in [*one, *(key for key in other if key not in one)]:
        tag, name, value = one.get(key) or (*other[key][:2], _ABSENT)
        other_value = other[key][2] if key in other else _ABSENT
        if not _same(tag, value, other_value):
            told = ("" if each is _ABSENT else decoded(tag, each) for each in (value, other_value))
            yield Difference(where, name, *told)


def _same(tag: PropTag, one: Any, other: Any) -> bool:
    from mapix.properties.value import LargeValue, whole

    large = isinstance(one, LargeValue), isinstance(other, LargeValue)
    if all(large):
        return bool(one.size == other.size) and _same_bytes(one, other)
    if any(large):
        one, other = whole(tag, one), whole(tag, other)
    if isinstance(one, float) and isinstance(other, float):
        return one == other or (one != one and other != other)
    return type(one) is type(other) and bool(one == other)


def _same_bytes(one: Any, other: Any) -> bool:
    with one.open() as reader, other.open() as other_reader:
        while True:
            piece = reader.read(_PIECE)
            if piece != other_reader.read(_PIECE):
                return False
            if not piece:
                return True


def _paired(one: Sequence[Any], other: Sequence[Any], key: Any) -> Iterator[tuple[int, Any, Any]]:
    """Parts of both that belong together, by key and turn; None where one has no such part."""
    left: dict[Any, list[Any]] = {}
    for part in other:
        left.setdefault(key(part), []).append(part)
    for place, part in enumerate(one):
        others = left.get(key(part))
        yield place, part, others.pop(0) if others else None
    for place, part in enumerate(other):
        if any(part is each for each in left.get(key(part), ())):
            yield place, None, part


def _recipient_key(row: Mapping[PropTag, Any]) -> tuple[Any, ...]:
    from mapix.properties import tags as t

    address = row.get(t.PR_SMTP_ADDRESS) or row.get(t.PR_EMAIL_ADDRESS) or row.get(t.PR_DISPLAY_NAME) or ""
    return row.get(t.PR_RECIPIENT_TYPE), str(address).lower()


def _attachment_key(part: AttachmentContent) -> tuple[Any, ...]:
    from mapix.properties import tags as t

    return _attachment_text(part), part.properties.get(t.PR_ATTACH_METHOD)


def _recipient_text(row: Mapping[PropTag, Any]) -> str:
    from mapix.properties import tags as t

    name = row.get(t.PR_DISPLAY_NAME) or ""
    address = row.get(t.PR_SMTP_ADDRESS) or row.get(t.PR_EMAIL_ADDRESS) or ""
    return f"{name} <{address}>" if name and address and name != address else str(name or address)


def _attachment_text(part: AttachmentContent) -> str:
    from mapix.properties import tags as t

    tags = (t.PR_ATTACH_LONG_FILENAME, t.PR_ATTACH_FILENAME, t.PR_DISPLAY_NAME)
    return next((str(part.properties[tag]) for tag in tags if part.properties.get(tag)), "an attachment")
