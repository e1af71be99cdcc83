"""Header fields: text folded and encoded into lines, and encoded lines as text again (RFC 5322 2.2, RFC 2047).

    >>> field("Subject", "Hello")
    'Subject: Hello'
    >>> field("Subject", "Viele Grüße")
    'Subject: =?utf-8?q?Viele_Gr=C3=BC=C3=9Fe?='
    >>> decode_words("=?iso-8859-1?Q?Gr=FC=DFe?=")
    'Grüße'

A field is made without its final CRLF. No value can start a new field: line ends in values become spaces, whatever
else cannot stand in a header is encoded.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable
from typing import Final

from mapix.formats.mime.charsets import decode

LINE: Final = 78
LONGEST_WORD: Final = 900
FOLD: Final = "\r\n "

_LINE_ENDS: Final = re.compile(r"[\x00\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")
_PLAIN: Final = re.compile(r"[!-~](?:[\t -~]*[!-~])?")
_AWKWARD: Final = re.compile(rf"=\?|[ \t]{{20}}|[!-~]{{{LONGEST_WORD}}}")
_WORD: Final = re.compile(r"[ \t]*[^ \t]+")
_OVERHEAD: Final = len("=?utf-8?q??=")
_WORD_ROOM: Final = 75 - _OVERHEAD
_Q: Final = {
    byte: chr(byte) if chr(byte).isalnum() or chr(byte) in "!*+-/" else f"={byte:02X}" for byte in range(128)
} | {0x20: "_"}
_ENCODED: Final = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
_Q_HEX: Final = re.compile(rb"=([0-9A-Fa-f]{2})")


def one_line(text: str) -> str:
    """`text` with every run of line ends and NULs as one space."""
    return _LINE_ENDS.sub(" ", text)


def is_plain(text: str) -> bool:
    """Whether `text` can stand in a header as it is: printable ASCII that nobody takes for an encoded word."""
    return _PLAIN.fullmatch(text) is not None and not _AWKWARD.search(text)


def field(name: str, text: str) -> str:
    """An unstructured field, folded at 78 columns."""
    text = one_line(text)
    if not text:
        return f"{name}:"
    if not is_plain(text):
        return f"{name}: {encode_words(text, len(name) + 2)}"
    if len(name) + 2 + len(text) <= LINE:
        return f"{name}: {text}"
    return folded(name, (word.group() for word in _WORD.finditer(" " + text)), "")


def folded(name: str, items: Iterable[str], space: str = " ") -> str:
    """A field of `items`, with a line break before each that does not fit; an item may hold line breaks itself.

    `space` goes before every item, and must be there, or in the items, for a line to break.
    """
    parts = [name, ":"]
    column = len(name) + 1
    for item in items:
        text = space + item
        first, _, rest = text.partition("\r\n")
        if column + len(first) > LINE and len(parts) > 2:
            parts.append("\r\n")
            column = 0
        parts.append(text)
        column = len(text) - text.rindex("\n") - 1 if rest else column + len(first)
    return "".join(parts)


def encode_words(text: str, used: int = 0) -> str:
    """`text` as encoded words in UTF-8, a line each; `used` columns of the first line are taken.

    Each word holds whole characters and has at most 75 columns (RFC 2047 2, 5); the quoted form is safe in phrases.
    """
    raw = text.encode("utf-8", "replace")
    quoted = sum(1 if _Q.get(byte, "=")[0] != "=" else 3 for byte in raw)
    short = quoted <= 2 * len(raw)
    room = max(min(_WORD_ROOM, 76 - used - _OVERHEAD), 12)
    words = []
    for chunk in _chunks(text, room, short):
        data = chunk.encode("utf-8", "replace")
        words.append(f"=?utf-8?q?{_quoted(data)}?=" if short else f"=?utf-8?b?{_base64(data)}?=")
    return FOLD.join(words)


def decode_words(text: str) -> str:
    """`text` with its encoded words decoded; what is not a true one stays as it stands."""
    if "=?" not in text:
        return text
    parts: list[str] = []
    pending, charset, last = b"", "", 0
    for match in _ENCODED.finditer(text):
        between = text[last : match.start()]
        data, name = _word_bytes(match[2], match[3]), match[1].partition("*")[0].lower()
        if pending and between.strip(" \t\r\n") == "" and name == charset:
            pending += data
        else:
            parts.append(decode(pending, charset)[0])
            parts.append("" if charset and between.strip(" \t\r\n") == "" else between)
            pending, charset = data, name
        last = match.end()
    return "".join((*parts, decode(pending, charset)[0] if charset else "", text[last:]))


def raw_text(raw: str, charset: str | None = None) -> str:
    """A field's value as the parser gives it, unfolded, its 8-bit bytes read as UTF-8 or as `charset`."""
    unfolded = raw.replace("\r\n", "").replace("\n", "").replace("\r", "")
    if unfolded.isascii():
        return (decode(unfolded.encode(), None)[0] if "\x1b" in unfolded else unfolded).strip(" \t")
    data = unfolded.encode("utf-8", "surrogateescape")
    try:
        return data.decode("utf-8").strip(" \t")
    except UnicodeDecodeError:
        return decode(data, charset)[0].strip(" \t")


def header_text(raw: str, charset: str | None = None) -> str:
    """The text of an unstructured field, as a person reads it: one line, everything decoded."""
    return one_line(decode_words(raw_text(raw, charset)))


def eight_bit(line: str) -> str:
    """A field with its encoded words as the letters they stand for (RFC 6532), where a line can hold them."""
    if "=?" not in line:
        return line
    shown = re.sub(r"(?<=\?=)\r\n[ \t](?==\?)", "", line)
    text = _ENCODED.sub(lambda found: one_line(decode_words(found.group())), shown)
    value = text.partition(": ")[2]
    quoted = any(letter in value for letter in '"<>,;:') and "<" not in line
    fits = all(len(each.encode("utf-8", "replace")) < LONGEST_WORD for each in text.split("\r\n"))
    return text if fits and value.isprintable() and not quoted else line


def _chunks(text: str, room: int, short: bool) -> Iterable[str]:
    """`text` in pieces whose encoded form fits `room` columns, later ones a whole word."""
    start = 0
    cost = 0
    for at, character in enumerate(text):
        size = _cost(character, short)
        limit = room if short else room // 4 * 3
        if cost + size > limit and at > start:
            yield text[start:at]
            start, cost, room = at, 0, _WORD_ROOM
        cost += size
    yield text[start:]


def _cost(character: str, short: bool) -> int:
    """Columns of a character in the quoted form, bytes of it for the other."""
    code = ord(character)
    if code < 0x80:
        return len(_Q[code]) if short else 1
    size = 2 if code < 0x800 else 3 if code < 0x10000 else 4
    return 3 * size if short else size


def _quoted(data: bytes) -> str:
    return "".join(_Q.get(byte) or f"={byte:02X}" for byte in data)


def _base64(data: bytes) -> str:
    return binascii.b2a_base64(data, newline=False).decode("ascii")


def _word_bytes(kind: str, text: str) -> bytes:
    data = text.encode("utf-8", "surrogateescape")
    if kind in "qQ":
        return _Q_HEX.sub(lambda match: bytes((int(match[1], 16),)), data.replace(b"_", b" "))
    return loose_base64(data)


def loose_base64(data: bytes) -> bytes:
    """What can be read of `data` as base64: strange letters are skipped, missing padding is added."""
    letters = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
    if len(letters) % 4 == 1:
        letters = letters[:-1]
    return binascii.a2b_base64(letters + b"=" * (-len(letters) % 4))
