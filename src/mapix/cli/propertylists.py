"""Properties as commands tell them: tag, name, type and value, named properties by their names.

emit_properties([Shown(tag, name, value), ...])
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from mapix.properties.content import MessageContent
    from mapix.properties.named import PropertyName
    from mapix.properties.tag import PropTag


class Shown(NamedTuple):
    """One property as it is told."""

    tag: PropTag
    name: str
    value: Any


def listed(values: Mapping[PropTag, Any], names: Mapping[int, PropertyName]) -> list[Shown]:
    """Properties in the order of their tags; `names` are those of identifiers from 0x8000 on."""
    return [Shown(tag, name_of(tag, names), value) for tag, value in sorted(values.items())]


def name_of(tag: PropTag, names: Mapping[int, PropertyName]) -> str:
    """`PR_SUBJECT`, or `PSETID_Common/0x8503 PidLidReminderSet` for a named property."""
    from mapix.properties.tagnames import name_of as tag_name
    from mapix.properties.tagnames import names_of_named

    named = names.get(tag.id)
    return tag_name(tag) if named is None else " ".join((_with_set(named), *names_of_named(named)[:1]))


def _with_set(name: PropertyName) -> str:
    from mapix.properties.guid import guid_text
    from mapix.properties.named import property_sets

    place = property_sets().get(name.guid) or guid_text(name.guid)
    return f"{place}/{f'0x{name.name:04X}' if isinstance(name.name, int) else name.name}"


def parts_of(content: MessageContent) -> Iterator[tuple[str, list[Shown]]]:
    """A message part by part with where each stands: `message`, `recipient 0`, `attachment 1/message/recipient 0`."""
    waiting = [("", content)]
    while waiting:
        place, message = waiting.pop(0)
        yield f"{place}message", listed(message.properties, content.names)
        inside = f"{place}message/" if place else ""
        for number, row in enumerate(message.recipients):
            yield f"{inside}recipient {number}", listed(row, content.names)
        for number, part in enumerate(message.attachments):
            yield f"{inside}attachment {number}", listed(part.properties, content.names)
            if part.message is not None:
                waiting.append((f"{inside}attachment {number}/", part.message))


def lines(one: Iterable[Shown]) -> Iterator[tuple[str, str, str, str]]:
    """Tag, name, type and value of each property, for people."""
    from mapix.cli.values import decoded, type_of

    return ((f"0x{tag:08X}", name, type_of(tag), decoded(tag, value)) for tag, name, value in one)


def documents(one: Iterable[Shown]) -> list[dict[str, Any]]:
    """The same for JSON; of a value that is read in pieces only its size."""
    from mapix.cli.values import plain, type_of
    from mapix.properties.value import LargeValue

    found = []
    for tag, name, value in one:
        told: dict[str, Any] = {"tag": f"0x{tag:08X}", "name": name, "type": type_of(tag)}
        large = isinstance(value, LargeValue)
        found.append({**told, "size": value.size} if large else {**told, "value": plain(tag, value)})
    return found


def tree_of(content: MessageContent) -> dict[str, Any]:
    """A message with everything in it for JSON."""
    return _tree(content, content.names)


def _tree(content: MessageContent, names: Mapping[int, PropertyName]) -> dict[str, Any]:
    return {
        "properties": documents(listed(content.properties, names)),
        "recipients": [documents(listed(row, names)) for row in content.recipients],
        "attachments": [
            {
                "properties": documents(listed(part.properties, names)),
                "message": None if part.message is None else _tree(part.message, names),
            }
            for part in content.attachments
        ],
    }
