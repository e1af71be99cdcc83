"""HTML and text written as RTF that carries them whole ([MS-OXRTFEX] 2.1), so that RTF readers show them, too.

    >>> de_encapsulate(encapsulate_html("<p>Hi <b>you</b> &amp; me")).html
    '<p>Hi <b>you</b> &amp; me'

What readers of RTF see is a plain picture of the document: paragraphs, lists, cells, bold and italic letters, links.
What comes back is the very HTML; of text only the ends of lines become CR LF.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from mapix.formats.html.tokens import RAW, Kind, Token, attributes, plain, tokens
from mapix.formats.rtf import htmlmarks
from mapix.formats.rtf.encapsulated import de_encapsulate
from mapix.formats.rtf.escape import CODEPAGE, COLOURS, FONTS, escaped

_HEAD = (
    rf"{{\rtf1\ansi\ansicpg{CODEPAGE}\%s \deff0{FONTS}" + "\r\n" + COLOURS + "\r\n" + r"\uc1\pard\plain\deftab360 \f0"
)
_PIECES = re.compile(r"(\r\n|[ \t\n\r\f]|&[#A-Za-z0-9]{1,40};?|[&<>])")
_LINES = re.compile(r"\r\n|\r|\n")
_BLANKS: Final = " \t\r\n\f"
_DEEPEST: Final = 64

__all__ = ["de_encapsulate", "encapsulate_html", "encapsulate_text"]


def encapsulate_html(html: str) -> bytes:
    """RTF that carries `html`; `de_encapsulate` gives the same text back. Source: [MS-OXRTFEX] 2.2.2."""
    return _Writer(html).written().encode("ascii")


def encapsulate_text(text: str) -> bytes:
    """RTF that carries plain text; it comes back with its lines ended by CR LF. Source: [MS-OXRTFEX] 2.2.2."""
    body = "\\par\r\n".join(map(escaped, _LINES.split(text)))
    return f"{_HEAD % 'fromtext'}\\fs20 {body}}}".encode("ascii")


@dataclass(slots=True)
class _Writer:
    """One walk over HTML. `open` has the names of elements that began, and what ends them in RTF."""

    html: str
    out: list[str] = field(default_factory=list)
    open: list[tuple[str, str]] = field(default_factory=list)
    count: dict[str, int] = field(default_factory=dict)
    groups: int = 0
    place: int = htmlmarks.IN_BODY
    raw: bool = False
    pre: int = 0
    blank: bool = True

    def written(self) -> str:
        self.out.append(_HEAD % "fromhtml1" + "\\fs24 {\\*\\htmltag64}\r\n")
        for token in tokens(self.html):
            text = self.html[token.start : token.end]
            if token.kind is Kind.TEXT:
                self._text(text)
            elif token.kind is Kind.OTHER:
                self._tag(htmlmarks.UNKNOWN, text)
            elif token.kind is Kind.OPEN:
                self._begin(token, text)
            else:
                self._end(token.name, text)
        ends = "".join(end for _, end in reversed(self.open))
        self._shown(ends)
        self.out.append("}")
        return "".join(self.out)

    def _tag(self, kind: int, text: str) -> None:
        """A group of HTML that RTF readers don't see."""
        self.out.append(f"{{\\*\\htmltag{kind | self.place} {_in_tag(text)}}}")

    def _shown(self, rtf: str) -> None:
        """RTF that HTML readers don't see."""
        if rtf:
            self.out.append(f"\\htmlrtf {rtf}\\htmlrtf0 ")

    def _begin(self, token: Token, text: str) -> None:
        name = token.name
        if name in htmlmarks.PLACES:
            self.place = htmlmarks.IN_HTML
        elif name not in htmlmarks.OF_HEAD:
            self.place = htmlmarks.IN_BODY
        self._tag(htmlmarks.kind_of(name), text)
        self.place = htmlmarks.PLACES.get(name, self.place)
        self.raw = name in RAW
        self.pre += name == "pre"
        rtf, end = self._formatting(token)
        self._shown(rtf)
        if end:
            self.groups += len(end)
            self.open.append((name, end))
            self.count[name] = self.count.get(name, 0) + 1

    def _formatting(self, token: Token) -> tuple[str, str]:
        """What an element looks like: RTF where it begins and where it ends."""
        name, before = token.name, ""
        if name in htmlmarks.BLOCKS and not self.blank:
            self.blank, before = True, "\\par "
        if name in htmlmarks.ALONE:
            self.blank = True
            return before + htmlmarks.ALONE[name], ""
        if self.groups >= _DEEPEST:
            return before, ""
        if name == "a" and (link := _link(attributes(self.html, token).get("href", ""))):
            return f'{before}{{\\field{{\\*\\fldinst{{HYPERLINK "{link}"}}}}{{\\fldrslt\\cf1\\ul ', "}}"
        inside = htmlmarks.GROUPS.get(name)
        return (before, "") if inside is None else (f"{before}{{{inside}", "}")

    def _end(self, name: str, text: str) -> None:
        self.raw = False
        self.pre = max(self.pre - (name == "pre"), 0)
        after = "\\tab " if name in ("td", "th") else ""
        if name in htmlmarks.BLOCKS and not self.blank:
            self.blank, after = True, "\\par "
        self._shown(after + (self._closed(name) if self.count.get(name) else ""))
        if name in htmlmarks.PLACES:
            self.place = htmlmarks.IN_HTML
        self._tag(htmlmarks.kind_of(name) | htmlmarks.CLOSE, text)
        self.place = htmlmarks.OUTSIDE if name == "html" else self.place

    def _closed(self, name: str) -> str:
        """End an element, and those inside it that are still open."""
        ends = []
        while self.open:
            opened, end = self.open.pop()
            self.count[opened] -= 1
            self.groups -= len(end)
            ends.append(end)
            if opened == name:
                break
        return "".join(ends)

    def _text(self, text: str) -> None:
        """Text as both readers see it; what only one of them understands is given to each."""
        blank = not text.strip(_BLANKS)
        if self.raw or (self.place != htmlmarks.IN_BODY and (blank or self.place == htmlmarks.IN_HEAD)):
            self._tag(htmlmarks.TEXT, text)
            return
        self.place = htmlmarks.IN_BODY
        for piece in _PIECES.split(text):
            if not piece:
                continue
            if piece[0] in "&<>":
                self._tag(htmlmarks.ENTITY, piece)
                self._shown(escaped(plain(piece)))
                self.blank = False
            elif piece[0] in _BLANKS:
                self._space(piece)
            else:
                self.out.append(escaped(piece))
                self.blank = False

    def _space(self, piece: str) -> None:
        """A blank: as it is where it shows, hidden where RTF has none or another one."""
        if piece == " " and (self.pre or not self.blank):
            self.out.append(" ")
            return
        self._tag(htmlmarks.TEXT, piece)
        if self.pre:
            self._shown("\\tab " if piece == "\t" else "\\line ")
        elif not self.blank:
            self._shown(" ")


def _in_tag(text: str) -> str:
    """HTML inside of a tag's group, where an end of line is a word."""
    return escaped(text).replace("\\'0d\\'0a", "\\par ")


def _link(href: str) -> str:
    """A link as a field's instruction has it; none that could end it, or be too long for a reader."""
    bare = href.strip().replace('"', "%22")
    return escaped(bare) if 0 < len(bare) <= 2048 else ""
