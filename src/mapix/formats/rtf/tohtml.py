"""What a walk over RTF finds, as HTML that mail readers show."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape
from typing import Final

from mapix.formats.rtf.blocks import Blocks
from mapix.formats.rtf.charsets import joined
from mapix.formats.rtf.looks import Cell, Look, Paragraph, Picture, Tables

SHOWN_PICTURES: Final = frozenset(("image/png", "image/jpeg", "image/bmp"))
"""Media types of pictures that every reader of HTML shows."""

_ELEMENTS: Final = (("bold", "b"), ("italic", "i"), ("underline", "u"), ("strike", "s"))
_MARKUP_A_BYTE: Final = 16
_MARKUP_ALWAYS: Final = 1 << 16
_MOST_KNOWN: Final = 512
_BOX: Final = '<div style="border:1px solid;padding:3pt">\r\n'
_ROMAN_OR_LETTER: Final = {False: "a", True: "A"}


class HtmlSink:
    """Makes HTML; see `Sink`. What the looks of letters cost is limited to a multiple of `size`, the document's bytes.

    `embed` puts pictures into the HTML itself instead of content identifiers.
    """

    def __init__(self, tables: Tables, size: int, *, embed: bool) -> None:
        self.pictures: list[Picture] = []
        self._tables = tables
        self._left = _MARKUP_ALWAYS + _MARKUP_A_BYTE * size
        self._embed = embed
        self._blocks = Blocks()
        self._runs: list[str] = []
        self._base: Look | None = None
        self._look = Look()
        self._close = ""
        self._linked = False
        self._known: dict[Look, tuple[str, str]] = {}
        self._attachments = 0
        self._around: list[tuple[Blocks, list[str]]] = []
        self._notes: list[str] = []

    def text(self, text: str, look: Look) -> None:
        """See `Sink.text`."""
        if look != self._look:
            self._turn(look)
        html = escape(text.upper() if look.caps else text, quote=False)
        if "  " in html or html[:1] == " ":
            html = html.replace("  ", "&nbsp; ")
            html = "&nbsp;" + html[1:] if html[:1] == " " and not self._runs else html
        self._runs.append(html.replace("\t", "&emsp;") if "\t" in html else html)

    def line(self) -> None:
        """See `Sink.line`."""
        self._runs.append("<br>\r\n")

    def paragraph(self, paragraph: Paragraph, marker: str) -> None:
        """See `Sink.paragraph`."""
        container = self._blocks.at(paragraph.depth)
        content = self._taken()
        if marker or paragraph.list:
            tag, start = _list_of(marker)
            container.item(tag, start, paragraph.level, content)
            return
        container.close_lists()
        style = _style(paragraph) if self._left > 0 else ""
        self._left -= len(style)
        container.parts.append(f"<div{style}>{content or '<br>'}</div>\r\n")

    def cell(self, paragraph: Paragraph, marker: str, depth: int) -> None:
        """See `Sink.cell`."""
        if self._runs or marker:
            self.paragraph(paragraph._replace(depth=depth), marker)
        self._blocks.cell(depth)

    def row(self, depth: int, cells: Sequence[Cell], *, bordered: bool) -> None:
        """See `Sink.row`."""
        if self._runs:
            self.cell(Paragraph(depth=depth), "", depth)
        self._blocks.row(depth, cells, bordered=bordered)

    def picture(self, picture: Picture) -> None:
        """See `Sink.picture`."""
        self.pictures.append(picture)
        if self._embed and picture.media_type not in SHOWN_PICTURES:
            return
        source = f"cid:{picture.content_id}"
        if self._embed:
            source = f"data:{picture.media_type};base64,{b64encode(picture.data).decode('ascii')}"
        width = f' width="{picture.width}"' if picture.width else ""
        height = f' height="{picture.height}"' if picture.height else ""
        self._runs.append(f'<img src="{source}"{width}{height} alt="">')

    def attachment(self) -> None:
        """See `Sink.attachment`."""
        self._runs.append(f'<span class="attachment" id="attachment{self._attachments}"></span>')
        self._attachments += 1

    def picture_at(self, target: str) -> None:
        """See `Sink.picture_at`."""
        if not self._embed:
            self._runs.append(f'<img src="{escape(target)}" alt="">')

    def bookmark(self, name: str) -> None:
        """See `Sink.bookmark`."""
        anchor = f'<a id="{escape(name)}"></a>'
        if self._left > 0 and not self._linked:
            self._left -= len(anchor)
            self._runs.append(anchor)

    def mark(self, number: int, look: Look, *, back: bool) -> None:
        """See `Sink.mark`."""
        if look._replace(link=None) != self._look:
            self._turn(look._replace(link=None))
        here, there = ("note", "noteref") if back else ("noteref", "note")
        self._runs.append(f'<a id="{here}{number}" href="#{there}{number}">{number}</a>')

    def begin_aside(self) -> None:
        """See `Sink.begin_aside`."""
        self._shut()
        self._around.append((self._blocks, self._runs))
        self._blocks, self._runs = Blocks(), []

    def end_note(self) -> None:
        """See `Sink.end_note`."""
        self._notes.append(self._end_aside())

    def end_box(self, paragraph: Paragraph) -> None:
        """See `Sink.end_box`."""
        html = self._end_aside()
        if html:
            self._blocks.at(paragraph.depth).parts.append(f"{_BOX}{html}</div>\r\n")

    def _end_aside(self) -> str:
        html = self._whole()
        self._blocks, self._runs = self._around.pop()
        return html

    def _whole(self) -> str:
        if self._runs:
            self.paragraph(Paragraph(), "")
        return self._blocks.html()

    def html(self) -> str:
        """The whole document."""
        body = self._whole()
        if self._notes:
            body = "".join((body, "<hr>\r\n", *self._notes))
        style = self._letters(self._base, Look()) if self._base else ""
        within = f' style="{style}"' if style else ""
        return joined([f"<html><head></head><body{within}>\r\n", body, "</body></html>\r\n"])

    def _taken(self) -> str:
        """The letters of a paragraph; what is open is closed, and opened again by the next ones."""
        self._shut()
        content = "".join(self._runs)
        self._runs.clear()
        return content

    def _shut(self) -> None:
        self._runs.append(self._close + ("</a>" if self._linked else ""))
        self._close, self._linked, self._look = "", False, Look()
        if not self._runs[-1]:
            self._runs.pop()

    def _turn(self, look: Look) -> None:
        """Letters look different from here on."""
        same_link = look.link == self._look.link
        if same_link:
            self._runs.append(self._close)
            self._close = ""
        else:
            self._shut()
        opening = ""
        if look.link is not None and not same_link and self._left > 0:
            opening, self._linked = f'<a href="{escape(look.link)}">', True
        start, self._close = self._tags(look)
        self._look = look
        self._left -= len(opening) + len(start) + len(self._close)
        if opening or start:
            self._runs.append(opening + start)

    def _tags(self, look: Look) -> tuple[str, str]:
        """What opens and closes a look; nothing more when the document has had more than its share."""
        if self._left <= 0:
            return "", ""
        bare = look._replace(link=None)
        if self._base is None:
            self._base = bare
        known = self._known.get(bare)
        if known is None:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            known = self._known[bare] = self._made(bare, self._base)
        return known

    def _made(self, look: Look, base: Look) -> tuple[str, str]:
        names = [element for name, element in _ELEMENTS if getattr(look, name)]
        if look.shift:
            names.append("sup" if look.shift > 0 else "sub")
        style = self._letters(look, base)
        start = f'<span style="{style}">' if style else ""
        return (
            start + "".join(f"<{name}>" for name in names),
            "".join(f"</{name}>" for name in reversed(names)) + ("</span>" if style else ""),
        )

    def _letters(self, look: Look, base: Look) -> str:
        """What of a look is told as a style, as far as it differs from `base`."""
        name = self._tables.font_name(look.font)
        colour, back = self._tables.colour(look.colour), self._tables.colour(look.back)
        parts = [
            f"font-family:'{name}'" if name and look.font != base.font else "",
            f"font-size:{look.size / 2:g}pt" if look.size != base.size and look.size else "",
            f"color:{colour}" if colour and look.colour != base.colour else "",
            f"background:{back}" if back and look.back != base.back else "",
        ]
        return ";".join(filter(None, parts))


def _style(paragraph: Paragraph) -> str:
    """The attributes of a paragraph."""
    parts = [
        f"text-align:{paragraph.align}" if paragraph.align else "",
        _points("margin-top", paragraph.before),
        _points("margin-right", paragraph.right),
        _points("margin-bottom", paragraph.after),
        _points("margin-left", paragraph.left),
        _points("text-indent", paragraph.first),
    ]
    style = ";".join(filter(None, parts))
    return (' dir="rtl"' if paragraph.rtl else "") + (f' style="{style}"' if style else "")


def _points(name: str, length: int) -> str:
    return f"{name}:{length / 20:g}pt" if length else ""


def _list_of(marker: str) -> tuple[str, str]:
    """The kind of list an item's sign belongs to, and the attributes of one that begins with it."""
    bare = marker.strip(" .)(-:\t")
    if not bare.isascii() or not bare.isalnum() or bare == "o":
        return "ul", ""
    if bare.isdigit():
        number = int(bare[:6])
        return "ol", f' start="{number}"' if number != 1 else ""
    if len(bare) != 1 or bare in "iI":
        return "ol", f' type="{"I" if bare.isupper() else "i"}"'
    number = ord(bare.lower()) - ord("a") + 1
    kind = f' type="{_ROMAN_OR_LETTER[bare.isupper()]}"'
    return "ol", kind + (f' start="{number}"' if number != 1 else "")
