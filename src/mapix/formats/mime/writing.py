"""What all parts of one message share while it is written: the options, and its named properties by their names."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mapix.formats.mime.options import USUAL, MimeOptions
from mapix.formats.mime.values import text_of
from mapix.properties.content import MessageContent
from mapix.properties.named import PS_INTERNET_HEADERS, PropertyName
from mapix.properties.tag import PropTag, PropType


class Writing:
    """One writing of one message; those inside it have their own.

    `fields` are the header fields that are named properties, by their names in lower case: identifier and name; `tags`
    the same with their tags.
    """

    __slots__ = ("_ids", "_places", "content", "fields", "options", "tags")

    def __init__(self, content: MessageContent, options: MimeOptions = USUAL) -> None:
        self.content = content
        self.options = options
        self._places: dict[int, int] = {}
        self._ids = {name.key: number for number, name in content.names.items()}
        self.fields = {
            name.name.lower(): (number, name.name)
            for number, name in content.names.items()
            if name.guid == PS_INTERNET_HEADERS and isinstance(name.name, str)
        }
        self.tags = sorted((key, PropTag.of(found[0], PropType.UNICODE)) for key, found in self.fields.items())

    def number(self, name: PropertyName) -> int | None:
        """The identifier of a named property; None where the message has none."""
        return self._ids.get(name.key)

    def place(self, props: Mapping[PropTag, Any]) -> int:
        """Which attachment of the message it is that has these properties, counted from 1; 0 for none of them."""
        if len(self._places) != len(self.content.attachments):
            self._places = {id(each.properties): at for at, each in enumerate(self.content.attachments, 1)}
        return self._places.get(id(props), 0)

    def value(self, props: Mapping[PropTag, Any], name: PropertyName, kind: PropType) -> Any:
        """The value of a named property, None where it is not there."""
        number = self._ids.get(name.key)
        return None if number is None else props.get(PropTag.of(number, kind))

    def field(self, props: Mapping[PropTag, Any], name: str) -> str | None:
        """The value of the named property that is the field `name`, in lower case; None where it is not there."""
        found = self.fields.get(name)
        return None if found is None else text_of(props, PropTag.of(found[0], PropType.UNICODE))
