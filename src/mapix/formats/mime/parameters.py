"""Parameters of Content-Type and Content-Disposition: written by RFC 2231 with a plain form beside, read generously.

>>> disposition("attachment", "a b.txt")
'Content-Disposition: attachment; filename="a b.txt"'
>>> parse_value("attachment; filename*=utf-8''na%C3%AFve.txt")[1]["filename"]
'naïve.txt'
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from mapix.formats.mime.addresses import quoted_string
from mapix.formats.mime.charsets import decode
from mapix.formats.mime.headers import FOLD, decode_words, encode_words, is_plain, one_line

LONGEST_PLAIN: Final = 60
MOST_PARAMETERS: Final = 200

_SEGMENT: Final = 60
_TOKEN: Final = re.compile(r"[\w.:+\-]{1,60}", re.ASCII)
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_PARAMETER: Final = re.compile(r'\s*;?\s*([^\s=;"]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"?|[^;]*))?\s*', re.DOTALL)
_EXTENDED: Final = re.compile(r"([^*]+)(?:\*(\d{1,3}))?(\*)?")
_ESCAPE: Final = re.compile(r'\\(["\\])')


def content_type(kind: str, name: str | None, charset: str | None = None) -> str:
    """A Content-Type field; the file name beside it is for readers that know no RFC 2231."""
    if charset and _TOKEN.fullmatch(charset):
        kind = f'{kind}; charset="{charset}"'
    if not name:
        return f"Content-Type: {kind}"
    name = clean_name(name)
    plain = is_plain(name) and len(name) <= LONGEST_PLAIN
    text = quoted_string(name) if plain else f'"{encode_words(name, 8)}"'
    return f"Content-Type: {kind};{FOLD}name={text}"


def disposition(kind: str, name: str | None) -> str:
    """A Content-Disposition field with its file name (RFC 2183, RFC 2231)."""
    line = f"Content-Disposition: {kind}"
    if not name:
        return line
    name = clean_name(name)
    if is_plain(name) and len(name) <= LONGEST_PLAIN:
        tail = f"filename={quoted_string(name)}"
        return f"{line};{' ' if len(line) + len(tail) < 76 else FOLD}{tail}"
    return f";{FOLD}".join((line, *_extended("filename", name)))


def clean_name(name: str) -> str:
    """A file name without control characters."""
    return _CONTROLS.sub("_", name)


def parse_value(text: str) -> tuple[str, dict[str, str]]:
    """The value before the parameters, in lower case, and the parameters, decoded, by their names in lower case.

    `text` is the unfolded field. Segments are joined and character sets honoured (RFC 2231); encoded words, which
    do not belong here but are used, are decoded.
    """
    value, _, rest = text.partition(";")
    plain: dict[str, str] = {}
    segments: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, argument in _arguments(rest):
        found = _EXTENDED.fullmatch(name)
        if found and (found[2] or found[3]):
            segments.setdefault(found[1], {}).setdefault(int(found[2] or 0), (argument, bool(found[3])))
        else:
            plain.setdefault(name, one_line(decode_words(argument)))
    return value.strip().lower(), plain | {name: _joined(pieces) for name, pieces in segments.items()}


def _extended(name: str, value: str) -> list[str]:
    """A parameter in RFC 2231's form, in segments of whole characters where it is long."""
    pieces, piece = [], ""
    for character in value:
        coded = quote(character, safe="", errors="replace")
        if len(piece) + len(coded) > _SEGMENT:
            pieces.append(piece)
            piece = ""
        piece += coded
    pieces.append(piece)
    if len(pieces) == 1:
        return [f"{name}*=utf-8''{piece}"]
    lead = ("utf-8''", *[""] * (len(pieces) - 1))
    return [f"{name}*{at}*={start}{text}" for at, (start, text) in enumerate(zip(lead, pieces, strict=True))]


def _arguments(text: str) -> Iterable[tuple[str, str]]:
    position = 0
    for _ in range(MOST_PARAMETERS):
        found = _PARAMETER.match(text, position)
        if not found:
            return
        argument = (found[2] or "").strip()
        if argument.startswith('"'):
            argument = _ESCAPE.sub(r"\1", argument[1:-1] if argument[1:].endswith('"') else argument[1:])
        yield found[1].lower(), argument
        position = found.end()


def _joined(pieces: dict[int, tuple[str, bool]]) -> str:
    """The segments of a parameter, in order, as text; only the first names the character set."""
    charset, data = "utf-8", b""
    for number, (text, coded) in sorted(pieces.items()):
        if coded and number == 0 and text.count("'") >= 2:
            charset, _, text = text.split("'", 2)
        data += unquote_to_bytes(text) if coded else text.encode("utf-8", "replace")
    return one_line(decode(data, charset or "utf-8")[0])
