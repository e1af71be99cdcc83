"""Messages as HTML pages that can be opened without fear.

What the message brought stands in a frame without scripts, forms and names, and nothing is loaded from anywhere: the
page forbids it. Pictures inside the message are part of the page.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Iterator
from html import escape
from typing import Final
from urllib.parse import quote, unquote

from mapix.convert.summary import html_of, subject_of, text_of
from mapix.convert.targets.base import Target
from mapix.convert.targets.readable import Attached, Readable, fields_of
from mapix.properties import tags as t
from mapix.properties.content import MessageContent
from mapix.properties.value import LargeValue, whole

_CID: Final = re.compile(r"cid:([^\"'\s<>)]+)", re.IGNORECASE)
_LARGEST_PICTURE: Final = 8 << 20
_HEAD: Final = """<!DOCTYPE html>
<html><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>{title}</title>
<style>body{{font-family:sans-serif;margin:1em}}th{{text-align:right;vertical-align:top}}
iframe{{width:100%;height:80vh;border:0}}pre{{white-space:pre-wrap}}</style></head><body>
"""


class Page(Readable):
    """Fields in a table, links to what is attached, and the message in a frame."""

    def page(self, content: MessageContent, attached: list[Attached]) -> Iterator[str]:
        """See `Readable`."""
        yield _HEAD.format(title=escape(subject_of(content) or "(no subject)"))
        yield "<table>\n"
        for name, value in fields_of(content):
            yield f"<tr><th scope=row>{name}<td>{escape(value)}\n"
        for each in attached:
            name = escape(each.name)
            link = f'<a href="{escape(quote(each.path))}">{name}</a>' if each.path else name
            yield f"<tr><th scope=row>Attached<td>{link}{escape(f' ({each.about})') if each.about else ''}\n"
        yield "</table>\n<hr>\n"
        shown = html_of(content)
        if shown is None:
            yield f"<pre>{escape(text_of(content))}</pre>\n"
        else:
            inside = _with_pictures(shown, content)
            yield f'<iframe sandbox title="message" srcdoc="{escape(inside)}"></iframe>\n'
        yield "</body></html>\n"


TARGETS: Final[dict[str, type[Target]]] = {"html": Page}


def _with_pictures(html: str, content: MessageContent) -> str:
    """HTML whose pictures are in it: those it refers to by content ids."""
    wanted = {unquote(name) for name in _CID.findall(html)}
    if not wanted:
        return html
    pictures: dict[str, str] = {}
    for part in content.attachments:
        name = str(part.properties.get(t.PR_ATTACH_CONTENT_ID) or "").strip("<>")
        value = part.properties.get(t.PR_ATTACH_DATA_BIN)
        if name not in wanted or value is None:
            continue
        if (value.size if isinstance(value, LargeValue) else len(value)) <= _LARGEST_PICTURE:
            kind = str(part.properties.get(t.PR_ATTACH_MIME_TAG) or "image/png")
            data = b64encode(whole(t.PR_ATTACH_DATA_BIN, value)).decode("ascii")
            pictures[name] = f"data:{kind if re.fullmatch('[a-z0-9.+/-]+', kind) else 'image/png'};base64,{data}"
    return _CID.sub(lambda found: pictures.get(unquote(found[1]), found[0]), html)
