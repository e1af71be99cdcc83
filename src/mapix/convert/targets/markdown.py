"""Messages as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from mapix.convert.summary import subject_of, text_of
from mapix.convert.targets.base import Target
from mapix.convert.targets.readable import Attached, Readable, fields_of
from mapix.properties.content import MessageContent

_SIGNS: Final = re.compile(r"([\\`*_\[\]<>#|~])")


class Markdown(Readable):
    """The subject as the heading, the fields as a list, the text, and links to what is attached.

    Lists and quotes of the text stay what they look like; nothing in it becomes markup that was none.
    """

    def page(self, content: MessageContent, attached: list[Attached]) -> Iterator[str]:
        """See `Readable`."""
        yield f"# {escaped(subject_of(content)) or '(no subject)'}\n\n"
        for name, value in fields_of(content):
            if name != "Subject":
                yield f"- **{name}:** {escaped(value)}\n"
        yield f"\n{paragraphs(text_of(content))}\n"
        if attached:
            yield "\n## Attachments\n\n"
        for each in attached:
            name = escaped(each.name)
            link = f"[{name}]({quote(each.path)})" if each.path else name
            yield f"- {link}{f' ({escaped(each.about)})' if each.about else ''}\n"


TARGETS: Final[dict[str, type[Target]]] = {"md": Markdown}


def escaped(text: str) -> str:
    """Text in which no sign is markup."""
    return _SIGNS.sub(r"\\\1", text)


def paragraphs(text: str) -> str:
    """Text whose lines stay lines: escaped, and two blanks where a line is broken."""
    lines = [_line(line) for line in text.rstrip().split("\n")]
    return "\n".join(
        f"{line}  " if line and following else line for line, following in zip(lines, [*lines[1:], ""], strict=True)
    )


def _line(line: str) -> str:
    clean = line.expandtabs(4).rstrip()
    bare = clean.lstrip(" ")
    if bare.startswith(("* ", "- ", "> ")):
        return clean[: len(clean) - len(bare)][:12] + bare[:2] + escaped(bare[2:])
    return re.sub(r"^(\d+)([.)])(?=\s|$)", r"\1\\\2", re.sub(r"^([-+=])", r"\\\1", escaped(bare)))
