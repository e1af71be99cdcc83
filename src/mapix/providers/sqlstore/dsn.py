"""The way to a PostgreSQL database as people write it, with what is secret taken out. Cheap to import.

>>> without_password("postgresql://ann:geheim@mail.example/mail")
('postgresql://ann@mail.example/mail', 'geheim')
>>> without_password("host=mail.example password='two words' user=ann")
('host=mail.example user=ann', 'two words')
"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

_SCHEMES = ("postgresql", "postgres")
_PAIR = re.compile(r"\s*password\s*=\s*('(?:[^'\\]|\\.)*'|(?:[^\s'\\]|\\.)*)", re.DOTALL)


def is_uri(dsn: str) -> bool:
    """Whether a DSN is a URI; else it is words like `host=mail.example`."""
    return urlsplit(dsn).scheme in _SCHEMES


def without_password(dsn: str) -> tuple[str, str | None]:
    """A DSN without its password, and that password, None where it has none."""
    return _of_uri(dsn) if is_uri(dsn) else _of_words(dsn)


def _of_uri(dsn: str) -> tuple[str, str | None]:
    parts = urlsplit(dsn)
    user, at, host = parts.netloc.rpartition("@")
    name, mark, password = user.partition(":")
    query = parse_qsl(parts.query, keep_blank_values=True)
    asked = [value for key, value in query if key == "password"]
    if not mark and not asked:
        return dsn, None
    rest = urlencode([(key, value) for key, value in query if key != "password"])
    found = asked[-1] if asked else unquote(password)
    return f"{parts.scheme}://{name}{at}{host}{parts.path}{rest and f'?{rest}'}", found


def _of_words(dsn: str) -> tuple[str, str | None]:
    found = _PAIR.search(dsn)
    if found is None:
        return dsn, None
    quoted = found[1]
    password = quoted[1:-1] if quoted.startswith("'") else quoted
    return (dsn[: found.start()] + dsn[found.end() :]).strip(), re.sub(r"\\(.)", r"\1", password)
