"""What a file is: a message, a mailbox, an archive, or nothing that is converted.

>>> without_suffix("mail.eml"), without_suffix("v1.2"), without_suffix("old.tar.gz")
('mail', 'v1.2', 'old')
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from mapix.formats.recognition import MAILBOXES, loose_kind

MESSAGES: Final = (".msg", ".oft", ".eml", ".tnef", ".emltpl", ".mht", ".mhtml")
LOOSE: Final = (".ics", ".vcf")
TARS: Final = (".tar", ".tgz", ".tar.gz", ".tbz2", ".tar.bz2", ".txz", ".tar.xz")
COMPOUND: Final = bytes.fromhex("D0CF11E0A1B11AE1")
TNEF: Final = b"\x78\x9f\x3e\x22"
"""How compound files and TNEF streams begin."""

_FIELD: Final = re.compile(rb"\A(?:>?From [^\r\n]*\r?\n)?[!-9;-~]{1,76}:[ \t]?[^\r\n]*\r?\n", re.ASCII)
_PACKED: Final = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ")
LOOK: Final = 1024


def form_of(path: str, *, any_name: bool = False) -> str:
    """ "message", "mbox", "zip", "tar" or, for calendars and cards of several, "loose"; "" for what is none of them.
    Names tell; what has none that tells is looked into, with `any_name` whatever it is called.

    Raises: OSError.
    """
    name = Path(path).name.lower()
    known = by_name(name)
    if known == "loose":
        return _loose_form(path)
    wrapped = name.endswith(".dat")
    if known or not (any_name or wrapped or is_undecided(name)):
        return known
    with Path(path).open("rb") as file:
        head = file.read(LOOK)
    form = by_head(head) if not wrapped or head.startswith(TNEF) else ""
    return _loose_form(path) if form == "loose" else form


def by_name(name: str) -> str:
    """The same by the name alone."""
    lower = name.lower()
    if lower.endswith(MESSAGES) or (lower.startswith("winmail") and lower.endswith(".dat")):
        return "message"
    if lower.endswith(LOOSE):
        return "loose"
    if lower.endswith(MAILBOXES) or lower == "mbox":
        return "mbox"
    if lower.endswith(".zip"):
        return "zip"
    return "tar" if lower.endswith(TARS) else ""


def is_undecided(name: str) -> bool:
    """Whether the name of a file tells nothing of what it is: it has no suffix, or is one of a maildir."""
    return not by_name(name) and ("." not in name.strip(".") or _maildir_name(name))


def by_head(head: bytes) -> str:
    """The same by how the file begins."""
    if head.startswith((TNEF, COMPOUND)):
        return "message"
    if head.startswith(b"From "):
        return "mbox"
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head.startswith(_PACKED) or head[257:262] == b"ustar":
        return "tar"
    if loose_kind(head):
        return "loose"
    return "message" if _FIELD.match(head) else ""


def names_file(word: str) -> bool:
    """Whether a word that is no file there is must have been meant as one."""
    return word == "-" or bool(by_name(word)) or word.startswith((".", "/", "~"))


def without_suffix(name: str) -> str:
    """A name without a suffix that only tells the format."""
    lower = name.lower()
    for suffix in sorted((*MESSAGES, *LOOSE, *MAILBOXES, *TARS, ".zip", ".json", ".dat"), key=len, reverse=True):
        if lower.endswith(suffix) and len(name) > len(suffix):
            return name[: -len(suffix)]
    return name.partition(":2,")[0] or name


def _loose_form(path: str) -> str:
    """ "message" for a calendar or card by itself, "loose" for several."""
    from mapix.convert.looses import LARGEST, pieces

    return "loose" if Path(path).stat().st_size > LARGEST or len(pieces(path)) > 1 else "message"


def _maildir_name(name: str) -> bool:
    return ":2," in name or ";2," in name or name[:1].isdigit()
