"""Messages as JSON with every property, its type told, so that nothing is lost; and back.

One object a file: `mapix` is "message", `schema` 1, `summary` what people look for, `message` everything:

- `properties`: a list; each has `tag` (`0x0037001F`), `name` where it has one, `type` (`PT_UNICODE`) and `value`.
  A named property has `named`: `set` (a GUID) and `id` (a number) or `name` (a text).
- `recipients`: a list of such lists. `attachments`: a list of objects with `properties`, and `message` for a message
  inside.

Values: numbers of up to 32 bits and booleans are themselves; numbers of 64 bits, times (`PT_SYSTIME`, 100 ns since
1601) and money are decimal texts, for not every reader of JSON has 64 bits; floating point numbers that JSON does not
have are "nan", "inf" and "-inf"; texts are texts, GUIDs are written as such, and all else is base64. Properties of
several values have lists. A time has `time` beside it, in ISO 8601, for people.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from pathlib import Path
from typing import IO, Any, Final

from mapix.convert.summary import summary_of
from mapix.convert.targets.base import Target
from mapix.properties.codec import dump, load
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.errors import CorruptData, MapiError
from mapix.properties.guid import guid, guid_text
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag, PropType, type_name
from mapix.properties.tagnames import name_of
from mapix.properties.value import LargeValue, whole

SCHEMA: Final = 1
DEEPEST: Final = 64
_PIECE: Final = 3 << 18
_SMALL: Final = frozenset((PropType.SHORT, PropType.LONG, PropType.ERROR, PropType.BOOLEAN, PropType.NULL))
_WIDE: Final = frozenset((PropType.LONGLONG, PropType.SYSTIME, PropType.CURRENCY))
_FLOATING: Final = frozenset((PropType.FLOAT, PropType.DOUBLE, PropType.APPTIME))
_PLAIN_BYTES: Final = frozenset((PropType.BINARY, PropType.OBJECT, PropType.SVREID, 0x1E))
_MV: Final = 0x1000
Names = Mapping[int, PropertyName]


class Json(Target):
    """One JSON document a message."""

    def write(self, content: MessageContent, path: Path, title: str) -> None:
        """See `Target`; large values are read a piece at a time."""
        with path.open("wb") as file:
            head = {"mapix": "message", "schema": SCHEMA, "summary": summary_of(content)}
            file.write(json.dumps(head, separators=(",", ":"))[:-1].encode("ascii") + b',"message":')
            _message(file, content, content.names)
            file.write(b"}\n")


TARGETS: Final[dict[str, type[Target]]] = {"json": Json}


def from_json(data: bytes) -> MessageContent:
    """The message that such a document holds. Raises: CorruptData for anything else."""
    try:
        document = json.loads(data)
        if document["mapix"] != "message" or document["schema"] != SCHEMA:
            raise CorruptData("this is JSON of something else", value=str(document.get("schema")))
        names: dict[int, PropertyName] = {}
        return _read_message(document["message"], names, 0)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, MapiError) as error:
        raise CorruptData(f"this is no message in JSON: {error}") from error


def _message(file: IO[bytes], content: MessageContent, names: Names) -> None:
    file.write(b'{"properties":')
    _properties(file, content.properties, names)
    file.write(b',"recipients":')
    _listed(file, content.recipients, lambda row: _properties(file, row, names))
    file.write(b',"attachments":')
    _listed(file, content.attachments, lambda part: _attachment(file, part, names))
    file.write(b"}")


def _attachment(file: IO[bytes], part: AttachmentContent, names: Names) -> None:
    file.write(b'{"properties":')
    _properties(file, part.properties, names)
    if part.message is not None:
        file.write(b',"message":')
        _message(file, part.message, names)
    file.write(b"}")


def _listed(file: IO[bytes], parts: Any, write: Callable[[Any], None]) -> None:
    file.write(b"[")
    for number, part in enumerate(parts):
        file.write(b"," if number else b"")
        write(part)
    file.write(b"]")


def _properties(file: IO[bytes], values: Mapping[PropTag, Any], names: Names) -> None:
    _listed(file, sorted(values.items(), key=lambda one: one[0]), lambda one: _property(file, one[0], one[1], names))


def _property(file: IO[bytes], tag: PropTag, value: Any, names: Names) -> None:
    head: dict[str, Any] = {"tag": f"0x{tag:08X}"}
    named = names.get(tag.id)
    if named is not None:
        key = "id" if isinstance(named.name, int) else "name"
        head["named"] = {"set": guid_text(named.guid), key: named.name}
    elif (title := name_of(tag)) and not title.startswith("0x"):
        head["name"] = title
    head["type"] = type_name(tag.type)
    if isinstance(value, LargeValue) and tag.base_type in _PLAIN_BYTES:
        file.write(json.dumps(head, separators=(",", ":"))[:-1].encode("ascii") + b',"value":"')
        for piece in _base64(value):
            file.write(piece)
        file.write(b'"}')
        return
    head |= _told(tag, whole(tag, value))
    file.write(json.dumps(head, separators=(",", ":"), allow_nan=False).encode("ascii"))


def _told(tag: PropTag, value: Any) -> dict[str, Any]:
    if tag.type & _MV and isinstance(value, tuple | list):
        single = tag.with_type(tag.type & ~0x3000)
        return {"value": [_value(single, each) for each in value]}
    told: dict[str, Any] = {"value": _value(tag, value)}
    if tag.type == PropType.SYSTIME and (moment := _moment(value)):
        told["time"] = moment
    return told


def _value(tag: PropTag, value: Any) -> Any:
    kind = tag.type
    if kind in _SMALL or isinstance(value, str):
        return value
    if kind in _WIDE:
        return str(value)
    if kind in _FLOATING:
        return value if isfinite(value) else str(value)
    if kind == PropType.CLSID and len(value) == 16:
        return guid_text(value)
    return b64encode(value if isinstance(value, bytes) else dump(tag, value)).decode("ascii")


def _moment(ticks: int) -> str | None:
    from mapix.properties.times import to_datetime

    try:
        return to_datetime(ticks).isoformat()
    except MapiError:
        return None


def _base64(value: LargeValue) -> Iterator[bytes]:
    with value.open() as reader:
        while piece := reader.read(_PIECE):
            yield b64encode(piece)


def _read_message(told: Any, names: dict[int, PropertyName], depth: int) -> MessageContent:
    if depth > DEEPEST:
        raise CorruptData("messages are nested too deeply", value=depth)
    attachments = [
        AttachmentContent(
            _read_properties(part["properties"], names),
            _read_message(part["message"], names, depth + 1) if part.get("message") is not None else None,
        )
        for part in told["attachments"]
    ]
    recipients = [_read_properties(row, names) for row in told["recipients"]]
    return MessageContent(_read_properties(told["properties"], names), recipients, attachments, names)


def _read_properties(told: Any, names: dict[int, PropertyName]) -> dict[PropTag, Any]:
    found: dict[PropTag, Any] = {}
    for each in told:
        tag = PropTag(int(each["tag"], 16))
        if (named := each.get("named")) is not None:
            names[tag.id] = PropertyName(guid(named["set"]), named["id"] if "id" in named else named["name"])
        single = tag.with_type(tag.type & ~0x3000) if tag.type & _MV else tag
        several = isinstance(each["value"], list)
        found[tag] = tuple(_back(single, one) for one in each["value"]) if several else _back(tag, each["value"])
    return found


def _back(tag: PropTag, told: Any) -> Any:
    kind = tag.type
    if kind in _SMALL or kind == PropType.UNICODE:
        return told
    if kind in _WIDE:
        return int(told)
    if kind in _FLOATING:
        return float(told)
    if kind == PropType.CLSID and told.startswith("{"):
        return guid(told)
    data = b64decode(told, validate=True)
    return load(tag, data) if kind in (PropType.SRESTRICTION, PropType.ACTIONS) else data
