"""Letters of a paragraph of Markdown (CommonMark, with strikethrough): looks and links as markup, the rest escaped.

>>> line = Inline()
>>> line.text("1 < 2, ", Style()), line.text("now ", Style(bold=True)), line.text("*go*", Style(link="http://x"))
(None, None, None)
>>> line.lines()
['1 < 2, **now** [\\\\*go\\\\*](http://x)']
"""

from __future__ import annotations

import re
from typing import Final, NamedTuple

LONGEST_LINK: Final = 4096
_APART: Final = "&#8203;"
"""A sign without width, between markup that would be read as something else where it touches."""

_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")
_SIGNS = re.compile(r"[\\`*\[\]]|<(?=[^\s<])|&(?=#?\w{1,32};)|~(?=~)|(?<=~)~|(?<![^\W_])_|_(?![^\W_])")
_LINE_START = re.compile(r"(?:#{1,6}|[-+])(?=\s|$)|>|[-=_]+(?=[ \t]*$)|[-_](?=[ \t]*[-_][-_ \t]*$)|~~~")
_CLOSING = re.compile(r"(?<![^ ])#+ *$")
_NUMBERED = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
_TARGET = re.compile(r"(?:https?|ftps?|file|mailto|tel|sip|callto):", re.IGNORECASE)
_UNSAFE = re.compile(r"[\x00-\x20()<>\\\x7f\[\]|`]")
_BARE = re.compile(r"(?:https?://|ftps?://)[^\s<>`\[\]\\]+", re.IGNORECASE)
_LOOKS_AS_MARKUP = re.compile(r"[*~]|(?<![^\W_])_|_(?![^\W_])")
_ENTITY = re.compile(r"&#?\w{1,32};")
_PUNCTUATION = "*~.,:;!?'\")"
"""What ends a sentence rather than an address."""


class Style(NamedTuple):
    """How letters look, and where they lead."""

    bold: bool = False
    italic: bool = False
    strike: bool = False
    code: bool = False
    link: str = ""


def escaped(text: str) -> str:
    """Text in which no sign is markup inside a line."""
    return _SIGNS.sub(lambda found: "&amp;" if found[0] == "&" else "\\" + found[0], text)


def line_escaped(line: str) -> str:
    """A line, escaped before, that is no heading, item, quote or rule by how it begins."""
    bare = line.lstrip(" \t")
    if found := _NUMBERED.match(bare):
        return f"{found[1]}\\{bare[found.end(1) :]}"
    return "\\" + bare if _LINE_START.match(bare) else bare


def heading(level: int, text: str) -> str:
    """A heading of a level from 1 to 6; `text` was escaped before."""
    return f"{'#' * level} {_CLOSING.sub(lambda found: chr(92) + found[0], text)}"


def target_of(link: str) -> str:
    """A link as it stands in parentheses; empty for what leads nowhere, or would run something."""
    bare = link.strip()
    if not _TARGET.match(bare) or len(bare) > LONGEST_LINK:
        return ""
    return _UNSAFE.sub(lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode()), bare)


def code(text: str) -> str:
    """Text between as many backticks as keep it together."""
    fence = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{fence} {text} {fence}" if text[:1] == "`" or text[-1:] == "`" else f"{fence}{text}{fence}"


class Inline:
    """What a paragraph holds, in the making."""

    def __init__(self) -> None:
        self._runs: list[tuple[str, Style, bool]] = []

    def __bool__(self) -> bool:
        return any(text != " " for text, _, _ in self._runs)

    def text(self, text: str, style: Style) -> None:
        """Text that flows."""
        flat = _BLANKS.sub(" ", text).replace("\0", "").replace("\xad", "")
        if flat[:1] == " " and (not self._runs or self._runs[-1][0][-1:] in (" ", "\n")):
            flat = flat[1:]
        if flat:
            self._runs.append((flat, style, False))

    def markup(self, text: str, style: Style) -> None:
        """Markup that stands as it is."""
        self._runs.append((text, style._replace(bold=False, italic=False, strike=False, code=False), True))

    @property
    def at_break(self) -> bool:
        """Whether a line was broken last, or nothing was said."""
        texts = (text for text, _, _ in reversed(self._runs) if text != " ")
        return next(texts, "\n") == "\n"

    def line_break(self) -> None:
        """What comes next begins a line."""
        self._runs.append(("\n", self._runs[-1][1] if self._runs else Style(), True))

    def lines(self) -> list[str]:
        """The lines, each but the last with two blanks, which break it."""
        whole = [line_escaped(line.strip(" ")) for line in self._rendered().split("\n")]
        found = [line for line in whole if line]
        return [f"{line}  " for line in found[:-1]] + found[-1:]

    def cell(self) -> str:
        """All of it in one line, for a cell of a table."""
        lines = [line.strip() for line in self._rendered().split("\n")]
        return "<br>".join(line for line in lines if line).replace("|", "\\|")

    def _rendered(self) -> str:
        pen = _Pen()
        for text, style, markup in self._runs:
            pen.write(text, style, markup=markup)
        self._runs.clear()
        return pen.end()


class _Pen:
    """Writes runs; markup is closed before blanks and opened behind them."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._open: list[str] = []
        self._blank = self._broken = False
        self._link = ""
        self._link_at = 0
        self._closed = ""

    def write(self, text: str, style: Style, *, markup: bool) -> None:
        """One run."""
        if text == "\n":
            self._broken, self._blank = True, False
            return
        core = text.strip(" ")
        self._blank = self._blank or text[0] == " "
        if core:
            shown = core if markup else code(core) if style.code else words(core, linked=bool(style.link))
            self._turn(style, shown)
            self._out.append(shown)
            self._closed = ""
            self._blank = text[-1] == " "

    def end(self) -> str:
        """Everything, all closed."""
        self._close(0)
        return "".join(self._out)

    def _turn(self, style: Style, following: str) -> None:
        wanted = [sign for sign, on in (("**", style.bold), ("*", style.italic), ("~~", style.strike)) if on]
        if style.link:
            wanted.insert(0, "[")
        same = 0
        while same < min(len(wanted), len(self._open)) and wanted[same] == self._open[same]:
            same += 1
        if style.link != self._link:
            same = 0
        self._close(same)
        last = self._out[-1][-1:] if self._out else "\n"
        if self._broken or self._blank:
            if last != "\n":
                self._out.append("\n" if self._broken else " ")
            self._broken = False
        else:
            self._keep_apart(last, following, opens="".join(wanted[same:]))
        for sign in wanted[same:]:
            if sign == "[":
                self._link, self._link_at = style.link, len(self._out)
            self._out.append(sign)
        self._open[same:] = wanted[same:]

    def _keep_apart(self, last: str, following: str, *, opens: str) -> None:
        """Markup that touches letters or other markup is set apart where it would not be read as such."""
        after_close = self._closed and (opens[:1] == "*" or (following[:1].isalnum() and not self._closed.isalnum()))
        before_open = opens.strip("[") and last.isalnum() and not following[:1].isalnum()
        if after_close or before_open:
            self._out.append(_APART)

    def _close(self, down_to: int) -> None:
        while len(self._open) > down_to:
            sign = self._open.pop()
            if sign == "[":
                self._close_link()
                self._closed = ""
            else:
                self._closed = self._closed or self._out[-1][-1:]
                self._out.append(sign)

    def _close_link(self) -> None:
        link, self._link = self._link, ""
        inner = "".join(self._out[self._link_at + 1 :])
        plain = inner.replace("\\", "")
        del self._out[self._link_at :]
        bare = link[7:] if link[:7].lower() == "mailto:" else link
        if plain == bare and re.match(r"[a-z][a-z0-9+.-]*:|[^@\s]+@", bare, re.IGNORECASE):
            self._out.append(f"<{bare}>")
        else:
            self._out.append(f"[{inner}]({link})")


def words(text: str, *, linked: bool = False) -> str:
    """Text escaped, but for addresses of the web in it, which readers of Markdown know; in what is `linked` elsewhere
    they are words like others.
    """
    parts, place = [], 0
    for found in _BARE.finditer(text):
        address = shown = found[0].rstrip(_PUNCTUATION)
        if _ENTITY.search(found[0]) or (linked and _LOOKS_AS_MARKUP.search(address)):
            address, shown = found[0], escaped(found[0])
        elif _LOOKS_AS_MARKUP.search(found[0]):
            shown = f"<{address}>"
        parts += [escaped(text[place : found.start()]), shown]
        place = found.start() + len(address)
    return "".join((*parts, escaped(text[place:])))
