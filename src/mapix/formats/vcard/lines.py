"""Content lines of cards: unfolded, taken apart, and put together again (RFC 6350 3.2, 3.3; RFC 6868).

>>> line = next(iter(parse(b"TEL;TYPE=work,voice:+1 555", Defects())))
>>> line.name, sorted(line.types), line.value
('TEL', ['voice', 'work'], '+1 555')
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from mapix.formats.defects import Defects
from mapix.properties.errors import TooBig

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of one file."""

MOST_LINES: Final = 4_000_000
MOST_LINE: Final = 4 * 1024 * 1024
_MOST_PARAMETERS: Final = 64
_FOLDED_AT: Final = 75

_FOLD: Final = re.compile(rb"(?:\r\n|\n|\r)[ \t]")
_LINE_END: Final = re.compile(rb"\r\n|\n|\r")
_NAME: Final = re.compile(r"(?:[A-Za-z0-9-]+\.)?([A-Za-z0-9-]+)")
_PARAMETER: Final = re.compile(r';([^=;:"]*)(?:=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*))?')
_VALUE: Final = re.compile(r'"([^"]*)"|([^",]+)')
_CARET: Final = {"^n": "\n", "^^": "^", "^'": '"'}
_ESCAPE: Final = re.compile(r"\\(.)", re.S)


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a card: its name upper-case, its parameters upper-case with their values, and its raw value."""

    name: str
    value: str
    parameters: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def types(self) -> frozenset[str]:
        """The values of TYPE, lower-case, and bare parameters as in version 2.1."""
        return frozenset(value.lower() for value in self.parameters.get("TYPE", ()))

    @property
    def text(self) -> str:
        """The value as one text, its escapes undone."""
        return unescape(self.value)

    def components(self, count: int) -> list[str]:
        """The value as `count` texts at least; what is missing is empty."""
        found = [unescape(part) for part in split(self.value, ";")]
        return found + [""] * (count - len(found))


def parse(data: bytes, defects: Defects) -> Iterator[Line]:
    """The lines of a file; what is none is noted. `TooBig` for more than is reasonable."""
    if len(data) > MOST_BYTES:
        raise TooBig("a file of cards of this size is not read", value=len(data), hint="several smaller files")
    for number, raw in enumerate(_unfolded(_narrow(data))):
        if number >= MOST_LINES:
            raise TooBig("a file of so many lines is not read", value=MOST_LINES)
        if not raw.strip():
            continue
        line = _line(raw, defects) if len(raw) <= MOST_LINE else None
        if line is None:
            defects.note(f"line {number + 1}", "not a field of a card", value=raw[:80])
        else:
            yield line


def written(name: str, value: str, parameters: Iterable[tuple[str, str]] = ()) -> bytes:
    """A line, folded at 75 octets between characters, with its end (RFC 6350 3.2)."""
    head = name + "".join(f";{key}={_quoted(each)}" for key, each in parameters)
    pieces, room, piece = [], _FOLDED_AT, b""
    for letter in f"{head}:{value}".encode("utf-8", "replace").decode():
        encoded = letter.encode()
        if len(piece) + len(encoded) > room:
            pieces.append(piece)
            piece, room = b"", _FOLDED_AT - 1
        piece += encoded
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"


def escape(text: str) -> str:
    """A text as a value: backslash, comma, semicolon and line ends escaped (RFC 6350 3.4)."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(letter for letter in text if letter >= " " or letter in "\n\t")
    for mark in "\\,;":
        text = text.replace(mark, "\\" + mark)
    return text.replace("\n", "\\n")


def unescape(value: str) -> str:
    """What `escape` wrote, and what others escape besides."""
    return _ESCAPE.sub(lambda found: "\n" if found[1] in "nN" else found[1], value)


def without_scheme(text: str, scheme: str) -> str:
    """What is left of a text without `mailto:` or the like in front, in whatever letters."""
    return text[len(scheme) :] if text[: len(scheme)].lower() == scheme else text


def split(value: str, separator: str) -> list[str]:
    """The parts of a value at separators that are not escaped."""
    parts, start, place = [], 0, 0
    while place < len(value):
        if value[place] == "\\":
            place += 2
            continue
        if value[place] == separator:
            parts.append(value[start:place])
            start = place + 1
        place += 1
    return [*parts, value[start:]]


def joined(texts: Sequence[str]) -> str:
    """Texts as the components of a value."""
    return ";".join(map(escape, texts))


def _narrow(data: bytes) -> bytes:
    """The file as UTF-8 where a mark says that it is UTF-16; without the mark."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace").encode("utf-8", "replace")
    return data.removeprefix(codecs.BOM_UTF8)


def _unfolded(data: bytes) -> Iterator[bytes]:
    """Lines put together again; those of quoted-printable go on after a trailing `=` (version 2.1)."""
    waiting: list[bytes] = []
    for line in _LINE_END.split(_FOLD.sub(b"", data)):
        head = (waiting[0] if waiting else line)[:256].partition(b":")[0].upper()
        if line.endswith(b"=") and b"QUOTED-PRINTABLE" in head:
            waiting.append(line[:-1])
            continue
        yield b"".join([*waiting, line])
        waiting.clear()
    if waiting:
        yield b"".join(waiting)


def _line(raw: bytes, defects: Defects) -> Line | None:
    text = _decoded(raw, defects)
    name = _NAME.match(text)
    if name is None:
        return None
    parameters: dict[str, tuple[str, ...]] = {}
    place, count = name.end(), 0
    while (found := _PARAMETER.match(text, place)) is not None and count < _MOST_PARAMETERS:
        place, count = found.end(), count + 1
        key, values = _parameter(found[1], found[2])
        parameters[key] = (*parameters.get(key, ()), *values)
    if place >= len(text) or text[place] != ":":
        return None
    value = text[place + 1 :]
    if "QUOTED-PRINTABLE" in (each.upper() for each in parameters.get("ENCODING", ())):
        value = _quoted_printable(value, parameters.get("CHARSET", ("utf-8",))[0], defects)
    return Line(name[1].upper(), value, parameters)


def _parameter(key: str, values: str | None) -> tuple[str, tuple[str, ...]]:
    """A parameter and its values; a bare one of version 2.1 is a TYPE or an ENCODING."""
    if values is None:
        return ("ENCODING" if key.upper() in ("QUOTED-PRINTABLE", "BASE64", "8BIT") else "TYPE"), (key,)
    found = [quoted or plain for quoted, plain in _VALUE.findall(values)]
    texts = (re.sub(r"\^[n^']", lambda caret: _CARET[caret[0]], each) for each in found)
    parts = (part for each in texts for part in (each.split(",") if key.upper() == "TYPE" else (each,)))
    return key.upper(), tuple(parts)


def _decoded(raw: bytes, defects: Defects) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        found = re.search(rb";CHARSET=([A-Za-z0-9._-]{1,40})", raw[:512], re.I)
        return _in_charset(raw, found[1].decode() if found else "cp1252", defects)


def _in_charset(data: bytes, charset: str, defects: Defects) -> str:
    try:
        return data.decode(charset)
    except (LookupError, UnicodeError, ValueError):
        defects.note("charset", "text in no known character set", value=charset[:40])
        return data.decode("cp1252", "replace")


def _quoted_printable(value: str, charset: str, defects: Defects) -> str:
    """The text of a value of version 2.1; what separates its parts still does."""
    from binascii import a2b_qp

    return _in_charset(a2b_qp(value.encode("utf-8", "replace")), charset, defects).replace("\r\n", "\n")


def _quoted(value: str) -> str:
    """A parameter's value; quotation marks and line ends as RFC 6868 has them."""
    value = value.replace("^", "^^").replace('"', "^'").replace("\n", "^n")
    return f'"{value}"' if re.search("[;:,]", value) else value
