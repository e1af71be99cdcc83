"""Names of what is written: safe on every file system, and the same at every run.

>>> unique([("a", "x/a.eml", ".msg"), ("A", "x/A.eml", ".msg"), ("CON", "c", ".msg")])
['a~8026bd5f', 'A~8e35be27', '_CON']

Names that differ only by case or by the form of their letters are one name somewhere, so all of them get a sign made
of what they stand for; which comes first does not matter.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from pathlib import PurePath
from typing import Final

from mapix.client.files import safe_name

LONGEST: Final = 150
"""Bytes of a name; what stands beside a message has a longer one."""

DEEPEST: Final = 24
LONGEST_FOLDER: Final = 600
"""Folders in one another, and bytes of their names together; below that is one folder with a sign for a name."""

BESIDE: Final = ".files"
"""How the folder of what is attached to a readable message ends."""

_SIGN: Final = 8


def unique(entries: Sequence[tuple[str, str, str]]) -> list[str]:
    """Names for entries of one folder, each a name it would like, what it stands for, and its suffix (not included in
    what is returned; "/" for a folder, "" for a name that has its own).
    """
    wished = [_wished(name, suffix) for name, _, suffix in entries]
    keys = [_key(name, suffix) for name, (_, _, suffix) in zip(wished, entries, strict=True)]
    crowd = Counter(keys)
    taken = {key for key in keys if crowd[key] == 1}
    found = []
    for name, key, (_, identity, suffix) in zip(wished, keys, entries, strict=True):
        chosen = name
        if crowd[key] > 1:
            chosen = _signed(name, identity, suffix, taken)
            taken.add(_key(chosen, suffix))
        found.append(chosen)
    return found


def joined(folder: str, name: str) -> str:
    """A name below a folder, which may be "": not too deep and not too long."""
    if not folder:
        return name
    if folder.count("/") >= DEEPEST or len(folder.encode(errors="replace")) > LONGEST_FOLDER:
        folder = f"deep~{sign(folder, 16)}"
    return f"{folder}/{name}"


def sign(identity: str, length: int = _SIGN) -> str:
    """Hexadecimal digits that stand for something."""
    return sha256(identity.encode(errors="surrogatepass")).hexdigest()[:length]


def short(name: str, most: int = LONGEST) -> str:
    """`name` as one that is safe, of the composed form, with at most so many bytes."""
    clean = safe_name(unicodedata.normalize("NFC", name.encode(errors="replace").decode()))
    if len(clean.encode()) <= most:
        return clean
    return clean.encode()[: most - 9].decode(errors="ignore").rstrip(". ") + f"~{sign(name)}"


def _wished(name: str, suffix: str) -> str:
    chosen = short(name) if name.strip(". ") else "unnamed"
    return f"{chosen}_" if suffix == "/" and chosen.casefold().endswith(BESIDE) else chosen


def _key(name: str, suffix: str) -> str:
    whole = name if suffix == "/" else name + suffix
    return unicodedata.normalize("NFC", unicodedata.normalize("NFKC", whole).casefold())


def _signed(name: str, identity: str, suffix: str, taken: set[str]) -> str:
    for length in range(_SIGN, 65):
        ending = "" if suffix else PurePath(name).suffix
        stem = name.removesuffix(ending)
        chosen = f"{stem}~{sign(identity, length)}{ending}"
        if _key(chosen, suffix) not in taken:
            break
    return chosen
