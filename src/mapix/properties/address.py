"""Internet addresses: what can be one.

>>> is_address("ann@example.org"), is_address('"Ann A"@example.org'), is_address("Ann <ann@example.org>")
(True, True, False)
"""

from __future__ import annotations

from typing import Final

from mapix.properties.errors import InvalidParameter

_NEVER: Final = frozenset("<>\r\n\0")


def is_address(text: str) -> bool:
    """Whether `text` has the form of a mailbox's address, `local@domain` (RFC 5321 4.1.2, RFC 6531 3.3).

    Blanks and another `@` are for quoted local parts. Whether the mailbox exists is another question.
    """
    local, _, domain = text.rpartition("@")
    if not local or not domain or _NEVER & set(text) or _odd(domain):
        return False
    quoted = len(local) > 2 and local.startswith('"') and local.endswith('"')
    return quoted or not _odd(local)


def check_address(text: str | None) -> None:
    """Raise `InvalidParameter` for what is no address; no text at all is well."""
    if text and not is_address(text):
        raise InvalidParameter("not an e-mail address", value=text, hint="somebody@example.com")


def _odd(part: str) -> bool:
    """Whether a part has what only a quoted one may have, or does not print."""
    return any(letter in ' "@,;' or not letter.isprintable() for letter in part)
