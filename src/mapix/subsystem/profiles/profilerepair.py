"""Mending a profile whose file is damaged: its copy takes its place (PRF-8 leaves that to us).

The copy beside a profile's file is the profile before its last change. The damaged file is kept as `NAME.toml.damaged`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mapix.properties.errors import CorruptData, DiskError, MapiError, NotFound, Version
from mapix.subsystem.durable import backup_of, directory_lock, replace_file
from mapix.subsystem.profiles.profilefile import from_text

if TYPE_CHECKING:
    from mapix.subsystem.profiles.profilestore import ProfileStore


def damage_of(store: ProfileStore, name: str) -> MapiError | None:
    """What is wrong with the file of a profile, None when it can be read; `NotFound` for an unknown one."""
    path = store.path_of(name)
    if not path.exists():
        return NotFound("the profile's file is missing", value=str(path))
    try:
        store.load(path.stem)
    except (CorruptData, Version) as error:
        return error
    return None


def repair(store: ProfileStore, name: str) -> Path | None:
    """Put the copy of a profile in the place of its damaged file; where the damaged one is kept now, None where there
    was none.

    Raises NotFound without a copy, CorruptData when the copy is damaged, too. A file that can be read stays.
    """
    with directory_lock(store.directory):
        path = store.path_of(name)
        if damage_of(store, name) is None:
            return None
        data = _sound_copy(backup_of(path))
        kept = _set_aside(path)
        try:
            replace_file(path, data, keep=False)
        except BaseException:
            if kept is not None:
                kept.replace(path)
            raise
        return kept


def _sound_copy(copy: Path) -> bytes:
    try:
        data = copy.read_bytes()
    except FileNotFoundError:
        raise NotFound("there is no copy of the profile", value=str(copy), hint="correct the file by hand") from None
    except OSError as error:
        text = f"cannot read the copy ({error.strerror})"
        raise DiskError(text, value=str(copy), low_level=error.errno or 0) from error
    try:
        from_text(data.decode(), str(copy))
    except UnicodeDecodeError:
        raise CorruptData("the copy of the profile is damaged, too: not UTF-8", value=str(copy)) from None
    return data


def _set_aside(path: Path) -> Path | None:
    """Another name for a damaged file, one that is free."""
    if not path.exists():
        return None
    kept = path.with_name(path.name + ".damaged")
    number = 1
    while kept.exists():
        number += 1
        kept = path.with_name(f"{path.name}.damaged{number}")
    try:
        path.rename(kept)
    except OSError as error:
        text = f"cannot set the damaged file aside ({error.strerror})"
        raise DiskError(text, value=str(path), low_level=error.errno or 0) from error
    return kept
