"""Mail addresses as header fields write them (RFC 5322 3.4, RFC 6532), and lists of them read back.

    >>> mailbox(Address("Joe Q. Public", "john.q.public@example.com"))
    '"Joe Q. Public" <john.q.public@example.com>'
    >>> [found.address for found in parse_addresses('Mary <mary@x.test>, "a b"@y.test, undisclosed:;')]
    ['mary@x.test', '"a b"@y.test']

Addresses of other kinds than SMTP travel encapsulated, as `IMCEAFAX-...@imcea.invalid` ([MS-OXCMAIL] 2.1.3.3); what no
header can carry is written as the name of an empty group, so that nothing is lost and nothing is let in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from mapix.formats.mime.headers import FOLD, LINE, LONGEST_WORD, decode_words, encode_words, folded, is_plain, one_line

ENCAPSULATION_DOMAIN: Final = "imcea.invalid"
MOST_ADDRESSES: Final = 50_000

_ATOMS: Final = re.compile(r"[A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+(?: [A-Za-z0-9!#$%&'*+\-/=?^_`{|}~]+)*")
_LONGEST_QUOTED: Final = 60
_TEXT: Final = r"A-Za-z0-9!#$%&'*+\-/=?^_`{|}~\u00a0-\U0010ffff"
_DOT_ATOM: Final = re.compile(rf"[{_TEXT}]+(?:\.[{_TEXT}]+)*")
_QUOTED: Final = re.compile(r'"((?:[^"\\]|\\.)*)"')
_DOMAIN: Final = re.compile(r"[A-Za-z0-9\-._\u00a0-\U0010ffff]+|\[[!-Z^-~]*\]")
_ENCAPSULATED: Final = re.compile(r"IMCEA([A-Za-z0-9]+)-([A-Za-z0-9_\-+=]*)@", re.IGNORECASE)
_TOKEN: Final = re.compile(
    r'"(?:[^"\\]|\\.)*"|<(?>"(?:[^"\\]|\\.)*"|\\.|[^>])*+>?|\[[^\]]*\]?|[ \t\r\n]+|\\.?|[,;:()"]'
    r'|[^ \t\r\n\\"<\[,;:()]+',
    re.DOTALL,
)
_COMMENT: Final = re.compile(r"\([^()]*\)")
_UNQUOTE: Final = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Address:
    """A display name and an address; `address_type` is SMTP, or another kind that has its own addresses."""

    name: str
    address: str
    address_type: str = "SMTP"


def smtp_form(address: str) -> str | None:
    """`address` as an addr-spec, its local part quoted where it must be; None where it cannot be one."""
    local, at, domain = address.rpartition("@")
    if len(address) > LONGEST_WORD or not address.isprintable():
        return None
    if not at:
        return domain if _DOT_ATOM.fullmatch(domain) else None
    if not local or not _DOMAIN.fullmatch(domain):
        return None
    quoted = _QUOTED.fullmatch(local)
    bare = _UNQUOTE.sub(r"\1", quoted[1]) if quoted else local
    return f"{bare if _DOT_ATOM.fullmatch(bare) else quoted_string(bare)}@{domain}"


def ascii_domain(address: str) -> str:
    """An addr-spec whose ASCII local part stands before a domain of other letters, in the domain's ASCII form.

    Left as it is where the local part needs RFC 6531 anyway, or where the ASCII form would name another domain.
    """
    local, _, domain = address.rpartition("@")
    if address.isascii() or not local.isascii():
        return address
    try:
        ascii_form = domain.encode("idna").decode("ascii")
        same = ascii_form.encode("ascii").decode("idna") == domain.lower()
    except UnicodeError:
        return address
    return f"{local}@{ascii_form}" if same else address


def header_form(address: Address) -> str | None:
    """The addr-spec that stands for `address` in a header; None where none can."""
    if address.address_type.upper() == "SMTP":
        form = smtp_form(address.address)
        return ascii_domain(form) if form else None
    return smtp_form(encapsulate(address)) if address.address else None


def encapsulate(address: Address) -> str:
    """An address of another kind inside an SMTP address ([MS-OXCMAIL] 2.1.3.3)."""
    text = "".join(_encapsulated(character) for character in address.address)
    kind = re.sub(r"[^A-Za-z0-9]", "", address.address_type).upper()
    return f"IMCEA{kind}-{text}@{ENCAPSULATION_DOMAIN}"


def release(address: Address) -> Address:
    """The address that `encapsulate` put into an SMTP address; any other as it is."""
    found = _ENCAPSULATED.match(address.address)
    if not found:
        return address
    data = re.sub(r"\+([0-9A-Fa-f]{2})", lambda hexed: chr(int(hexed[1], 16)), found[2].replace("_", "/"))
    return Address(address.name, data.encode("latin-1").decode("utf-8", "replace"), found[1].upper())


@lru_cache(maxsize=1024)
def mailbox(address: Address) -> str:
    """`address` as one item of an address field, with line breaks where it is long."""
    form = header_form(address)
    if form is None:
        return phrase(" ".join(filter(None, (address.name, address.address))) or "unknown") + ":;"
    name = one_line(address.name).strip()
    if not name or name in (address.address, form):
        return form if "@" in form else f"<{form}>"
    text = phrase(name)
    return f"{text}{' ' if len(text) + len(form) < LINE - 3 else FOLD}<{form}>"


def phrase(text: str) -> str:
    """A display name as atoms, as a quoted string, or encoded."""
    text = one_line(text)
    if not is_plain(text) or len(text) > _LONGEST_QUOTED:
        return encode_words(text, LINE // 3)
    return text if _ATOMS.fullmatch(text) else quoted_string(text)


def quoted_string(text: str) -> str:
    """`text` between quotation marks."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def address_field(name: str, addresses: Iterable[Address]) -> str | None:
    """A field of addresses, folded between them; None without any."""
    items = [mailbox(address) for address in addresses]
    if not items:
        return None
    return folded(name, [*(item + "," for item in items[:-1]), items[-1]])


def parse_addresses(text: str) -> list[Address]:
    """The mailboxes of an address field; groups are opened, what has no address keeps its name.

    `text` is the unfolded field, its encoded words still encoded. Never fails: what cannot be understood is a name.
    """
    found: list[Address] = []
    item = _Item()
    for token in _tokens(text):
        if token in ",;":
            item = _take(item, found)
        elif token == ":" and item.is_group_name():
            item = _Item()
        else:
            item.add(token)
        if len(found) >= MOST_ADDRESSES:
            return found
    _take(item, found)
    return found


class _Item:
    """One mailbox being read: its words, the part in angle brackets, its comments."""

    __slots__ = ("angle", "comments", "words")

    def __init__(self) -> None:
        self.words: list[str] = []
        self.angle: str | None = None
        self.comments: list[str] = []

    def add(self, token: str) -> None:
        """Take the next token."""
        if token[0] == "<" and self.angle is None:
            self.angle = token[1:].removesuffix(">")
        elif token[0] == "(":
            self.comments.append(token[1:-1])
        else:
            self.words.append(token)

    def is_group_name(self) -> bool:
        """Whether a colon now would end the name of a group."""
        bare = "".join(word for word in self.words if word[0] != '"').lower()
        return self.angle is None and "@" not in bare and bare != "mailto"

    def address(self) -> Address | None:
        """The mailbox; None where nothing was said."""
        text = "".join(self.words).strip()
        comment = _shown(" ".join(self.comments))
        if self.angle is not None:
            return release(Address(_name(self.words) or comment, _addr_spec(self.angle)))
        if "@" in text or (text and " " not in text and not text.startswith('"') and text.isascii()):
            return release(Address(comment, _addr_spec(text)))
        name = _name(self.words)
        return Address(name, "") if name else None


def _take(item: _Item, found: list[Address]) -> _Item:
    address = item.address()
    if address is not None:
        found.append(address)
    return _Item()


def _tokens(text: str) -> Iterable[str]:
    """The tokens of an address field; a comment, however nested, is one, white space is one blank."""
    depth, start = 0, 0
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token == "(":
            start = match.start() if not depth else start
            depth += 1
        elif token == ")" and depth:
            depth -= 1
            if not depth:
                yield text[start : match.end()]
        elif not depth:
            yield " " if token.isspace() else token
    if depth:
        yield text[start:] + ")"


def _name(words: list[str]) -> str:
    """A display name of its tokens: quoted strings opened, encoded words decoded."""
    return _shown("".join(_UNQUOTE.sub(r"\1", word[1:-1]) if word[0] == '"' else word for word in words))


def _shown(text: str) -> str:
    return one_line(decode_words(text.strip())).strip()


def _addr_spec(text: str) -> str:
    """An addr-spec without white space, route and needless quotation marks."""
    text = text.strip().removeprefix("mailto:")
    if text.startswith("@") and ":" in text:
        text = text.rpartition(":")[2]
    if '"' not in text:
        text = "".join(_COMMENT.sub("", text).split())
    return smtp_form(text) or one_line(decode_words(text))


def _encapsulated(character: str) -> str:
    if character.isascii() and (character.isalnum() or character in "-="):
        return character
    return "_" if character == "/" else "".join(f"+{byte:02X}" for byte in character.encode("utf-8", "replace"))
