"""Messages as Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote, unquote

from mapix.convert.summary import html_of, subject_of, text_of
from mapix.convert.targets.base import Target
from mapix.convert.targets.readable import Attached, Readable, fields_of
from mapix.formats.html.markdown_text import escaped, heading, line_escaped, words
from mapix.formats.html.to_markdown import to_markdown
from mapix.properties.content import MessageContent


class Markdown(Readable):
    """The subject as the heading, the fields as a list, what the message says, and links to what is attached.

    HTML becomes Markdown with its headings, lists, tables and links; of plain text lists and quotes stay what they look
    like, and nothing in it becomes markup that was none.
    """

    def page(self, content: MessageContent, attached: list[Attached]) -> Iterator[str]:
        """See `Readable`."""
        yield f"{heading(1, escaped(subject_of(content)) or '(no subject)')}\n\n"
        for name, value in fields_of(content):
            if name != "Subject":
                yield f"- **{name}:** {escaped(value)}\n"
        yield f"\n{_body(content, attached)}\n"
        if attached:
            yield "\n## Attachments\n\n"
        for each in attached:
            name = escaped(each.name)
            link = f"[{name}]({quote(each.path)})" if each.path else name
            yield f"- {link}{f' ({escaped(each.about)})' if each.about else ''}\n"


TARGETS: Final[dict[str, type[Target]]] = {"md": Markdown}


def _body(content: MessageContent, attached: list[Attached]) -> str:
    html = html_of(content)
    if html is not None:
        places = {each.content_id: quote(each.path) for each in attached if each.content_id}
        found = to_markdown(html, lambda content_id: places.get(unquote(content_id), ""))
        if found:
            return found
    return paragraphs(text_of(content))


def paragraphs(text: str) -> str:
    """Text whose lines stay lines: escaped, and two blanks where a line is broken."""
    lines = [_line(line) for line in text.rstrip().split("\n")]
    return "\n".join(
        f"{line}  " if line and following else line for line, following in zip(lines, [*lines[1:], ""], strict=True)
    )


def _line(line: str) -> str:
    clean = line.expandtabs(4).rstrip()
    bare = clean.lstrip(" ")
    found = _KEPT.match(bare)
    if found is None:
        return line_escaped(words(bare))
    return clean[: len(clean) - len(bare)][:12] + found[0] + words(bare[found.end() :])


_KEPT: Final = re.compile(r"(?:> ?)+|[*-] (?=\S)(?![ *-]*$)")
"""What a quote or an item begins with."""
