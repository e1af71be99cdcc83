"""Files that leave the house: names every operating system can live with, and nothing half written.

>>> safe_name("..\\\\..\\\\etc/pass|wd")
'pass_wd'
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

LONGEST: Final = 240
"""Bytes of a name at most, in UTF-8; file systems take 255, and a number may have to be added."""

_LONGEST_SUFFIX: Final = 20
_SIGNS: Final = re.compile(r'[<>:"|?*]')
_DEVICES: Final = re.compile(r"(CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|(COM|LPT)[\d¹²³]) *(\.|$)", re.IGNORECASE)


def safe_name(name: str) -> str:
    """`name` as that of a file: no folders, no control characters, nothing that leads elsewhere, not too long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = _SIGNS.sub("_", "".join(letter for letter in last if letter.isprintable())).strip(". ")
    if _DEVICES.match(clean):
        clean = f"_{clean}"
    return _shortened(clean) or "attachment"


@contextmanager
def writing(path: Path) -> Iterator[IO[bytes]]:
    """`path` open for writing. When something fails a file that was there stays as it was, also one that a link leads
    to, and a new one is taken away.
    """
    import os

    if path.is_file() and os.access(path.resolve().parent, os.W_OK):
        with replacing(path.resolve()) as file:
            yield file
        return
    file = path.open("wb")
    try:
        with file:
            yield file
    except BaseException:
        if path.is_file():
            path.unlink()
        raise


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """A new file for `path`, which takes its place when all is written; what is no file, as a pipe, is written to."""
    import os
    import tempfile

    if path.exists() and not (path.is_file() or path.is_dir()):
        with path.open("wb") as special:
            yield special
        return
    number, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem[:40]}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(number, "w+b") as file:
            yield file
        mask = os.umask(0)
        os.umask(mask)
        part.chmod(0o666 & ~mask)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _shortened(name: str) -> str:
    """`name` with at most `LONGEST` bytes; a suffix of common length stays."""
    if len(name.encode(errors="replace")) <= LONGEST:
        return name
    suffix = Path(name).suffix
    if len(suffix.encode(errors="replace")) > _LONGEST_SUFFIX:
        suffix = ""
    room = LONGEST - len(suffix.encode(errors="replace"))
    return name.removesuffix(suffix).encode(errors="replace")[:room].decode(errors="ignore").rstrip(". ") + suffix
