"""What is known of profiles without reading their files as TOML: damaged ones are listed, too."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Final

from mapix.properties.errors import DiskError
from mapix.subsystem.profiles.profile import Profile, folded

DELETED: Final = "\ndeleted = true\n"
APP: Final = "\napp = true\n"
RENAMED: Final = "\nrenamed = "
FILES: Final = "\nfiles = "


def has_mark(path: Path, *marks: str) -> bool:
    """Whether the head of a profile's file has one of the marks."""
    head = _head(path)
    return any(mark in head for mark in marks)


def mentions(path: Path, text: str) -> bool:
    """Whether a text stands anywhere in a profile's file; in one that cannot be read it may."""
    try:
        return text in path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True


def is_deleted(path: Path) -> bool:
    """Whether a profile goes when its last session ends (PRF-6)."""
    return has_mark(path, DELETED)


def waits(path: Path) -> bool:
    """Whether there is something to be done with a profile when its last session ends (PRF-6)."""
    return has_mark(path, DELETED, RENAMED)


def key_mark(profile: Profile) -> str:
    """The mark of profiles that have the same search key (PRF-5)."""
    return f'\nsearch_key = "{profile.search_key.hex()}"\n'


def name_to_be(path: Path) -> str:
    """What a profile will be called when its last session has ended; nothing where that is its name (PRF-6)."""
    return _text_after(RENAMED, _head(path))


def files_of(path: Path) -> str:
    """What the files of a profile are called: as the profile was when it was made."""
    return _text_after(FILES, _head(path)) or path.stem


def free_files(name: str, taken: Collection[str]) -> str:
    """What the files of a new profile are called: as the profile, and counted up where another one that was renamed
    has files of this name; nothing where it is the name.
    """
    held = {folded(each) for each in taken}
    if folded(name) not in held:
        return ""
    return next(other for number in count(2) if folded(other := f"{name} {number}") not in held)


def default_named(file: Path) -> str:
    """The name in the file that says which profile is the default, nothing where there is none; `DiskError`."""
    try:
        return file.read_text(encoding="utf-8", errors="replace").strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        text = f"cannot read which profile is the default ({error.strerror})"
        raise DiskError(text, value=str(file), low_level=error.errno or 0) from error


def _head(path: Path) -> str:
    with suppress(OSError, UnicodeDecodeError):
        return path.read_text(encoding="utf-8").partition("\n[")[0] + "\n"
    return ""


def _text_after(mark: str, head: str) -> str:
    """The text of an entry; names of profiles need no escapes in TOML (LOG-2)."""
    found = re.search(re.escape(mark) + r'"([^"\\\n]*)"', head)
    return found[1] if found is not None else ""
