"""Messages as plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mapix.convert.summary import text_of
from mapix.convert.targets.base import Target
from mapix.convert.targets.readable import Attached, Readable, fields_of
from mapix.properties.content import MessageContent


class Text(Readable):
    """Fields, an empty line, the text, and what is attached."""

    def page(self, content: MessageContent, attached: list[Attached]) -> Iterator[str]:
        """See `Readable`."""
        for name, value in fields_of(content):
            yield f"{name}: {value}\n"
        for each in attached:
            about = f" ({each.about})" if each.about else ""
            yield f"Attached: {each.name}{about}{f' -> {each.path}' if each.path else ''}\n"
        yield f"\n{text_of(content).rstrip()}\n"


TARGETS: Final[dict[str, type[Target]]] = {"txt": Text}
