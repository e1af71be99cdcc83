"""mailto: URIs (RFC 6068): whom a message is to go to, and what it begins with.

    >>> found = parse_mailto("mailto:ann@example.org?subject=Caf%C3%A9&body=Hello%0D%0AAnn")
    >>> found.to, found.subject, found.body
    (('ann@example.org',), 'Café', 'Hello\\nAnn')

A link is a stranger's: headers that could name a sender, a route or a file are not taken, and told in `ignored`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import unquote_to_bytes

from mapix.properties.errors import InvalidParameter

SCHEME: Final = "mailto:"
LONGEST: Final = 1 << 20
"""Characters of a URI at most."""

_UNSAFE: Final = frozenset('"<>\\^`{|}')
_PERCENT: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NAME: Final = re.compile(r"[!-9;-~]+")
_PEOPLE: Final = ("to", "cc", "bcc")
_ONCE: Final = ("subject", "body", "in-reply-to")


@dataclass(frozen=True, slots=True)
class Mailto:
    """What a mailto: URI says; `subject`, `body` and `in_reply_to` are None where it does not. Lines of the body end in
    `\\n`. `ignored` are the names of headers that are not taken from a link.
    """

    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str | None = None
    body: str | None = None
    in_reply_to: str | None = None
    keywords: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


def is_mailto(text: str) -> bool:
    """Whether a text is meant as a mailto: URI."""
    return text[: len(SCHEME)].lower() == SCHEME


def parse_mailto(uri: str) -> Mailto:
    """Read a mailto: URI. Raises `InvalidParameter` for one that breaks the rules of RFC 6068 section 2."""
    if not is_mailto(uri) or len(uri) > LONGEST:
        raise InvalidParameter("not a mailto: URI", value=uri)
    _check_letters(uri)
    path, _, query = uri[len(SCHEME) :].partition("#")[0].partition("?")
    found = Mailto(to=_addresses(path))
    for field in query.split("&") if query else ():
        name, mark, value = field.partition("=")
        if not mark or not name:
            raise InvalidParameter("a header of a mailto: URI is name=value", value=field)
        found = _with(found, _decoded(name).lower(), value)
    return found


def _with(found: Mailto, name: str, value: str) -> Mailto:
    """The same with one header more."""
    if not _NAME.fullmatch(name):
        raise InvalidParameter("not the name of a header", value=name)
    if name in _PEOPLE:
        people: dict[str, Any] = {name: getattr(found, name) + _addresses(value)}
        return replace(found, **people)
    if name == "keywords":
        words = (word.strip() for word in _line(name, value).split(","))
        return replace(found, keywords=found.keywords + tuple(filter(None, words)))
    if name not in _ONCE:
        return replace(found, ignored=(*found.ignored, name))
    field = name.replace("-", "_")
    if getattr(found, field) is not None:
        raise InvalidParameter(f"a mailto: URI has one {name}", value=value)
    text = _lines(_decoded(value)) if name == "body" else _line(name, value)
    if name == "subject" and "=?" in text:
        text = _words(text)
    said: dict[str, Any] = {field: text}
    return replace(found, **said)


def _addresses(text: str) -> tuple[str, ...]:
    """Addresses with commas between; a comma inside one is percent-encoded."""
    return tuple(address for part in text.split(",") if (address := _line("address", part).strip()))


def _line(name: str, value: str) -> str:
    """A value of one line."""
    text = _decoded(value)
    if not text.isprintable():
        raise InvalidParameter(f"the {name} of a mailto: URI has characters that do not print", value=text)
    return text


def _words(text: str) -> str:
    """Text with its encoded words read (RFC 6068 section 5); as it is where they are broken."""
    from email.errors import MessageError
    from email.header import decode_header, make_header

    try:
        read = str(make_header(decode_header(text)))
    except (MessageError, LookupError, UnicodeError, ValueError):
        return text
    return read if read.isprintable() else text


def _decoded(text: str) -> str:
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise InvalidParameter("a mailto: URI is percent-encoded UTF-8", value=text) from None


def _lines(text: str) -> str:
    """A body with lines that end in one way, and no other control characters than tabs."""
    unified = text.replace("\r\n", "\n").replace("\r", "\n")
    if any(not letter.isprintable() and letter not in "\n\t" for letter in unified):
        raise InvalidParameter("the body of a mailto: URI has control characters")
    return unified


def _check_letters(uri: str) -> None:
    if (broken := _PERCENT.search(uri)) is not None:
        raise InvalidParameter("a percent sign is followed by two hexadecimal digits", value=uri[broken.start() :][:3])
    for letter in uri:
        if letter in _UNSAFE or letter.isspace() or not letter.isprintable():
            raise InvalidParameter("this character is percent-encoded in a URI", value=letter)
