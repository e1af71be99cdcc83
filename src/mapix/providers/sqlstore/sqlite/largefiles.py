"""The largest values of a store, each in a file of its own beside it: `store.mapix-large/<SHA-256>`.

A database writes every byte twice and reads a value's pages to forget it; a file is written once and forgotten at once.
Files come and go under the store's write lock: `adopt` belongs to the transaction that refers to the file, `remove` to
a later one than that which took the last reference back. A file that no row knows is what a crash left, and `sweep`
takes it away.
"""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from mapix.properties.errors import CorruptStore, DiskError, MapiError, NoAccess, NotEnoughDisk
from mapix.providers.sqlstore.scratch import Scratch, elsewhere, unnamed

GIANT: Final = 32 << 20
"""Bytes from which a value is a file."""

_PIECE: Final = 128 * 1024
_PART: Final = ".part"
_NO_ROOM: Final = frozenset(("ENOSPC", "EDQUOT", "EFBIG"))


class LargeFiles:
    """The files beside the store at `store`. The directory is made with the first of them; `adopted` says that this
    object made one.
    """

    least = GIANT

    def __init__(self, store: Path) -> None:
        self.directory = store.with_name(store.name + "-large")
        self.adopted = False
        self._place = store.parent

    def scratch(self) -> Scratch:
        """An empty file that `adopt` takes over without copying, where the system has such files."""
        return unnamed(self._place) or elsewhere()

    def adopt(self, digest: bytes, scratch: Scratch) -> None:
        """Keep what is in `scratch`, which is on the disk already, as the content of this hash."""
        path, self.adopted = self._path(digest), True
        try:
            self.directory.mkdir(mode=0o700, exist_ok=True)
            if not (scratch.nameable and _named(scratch, path)):
                _copied(scratch, path)
            _sync_directory(self.directory)
        except OSError as error:
            raise failure(error, path) from error

    def has(self, digest: bytes) -> bool:
        """Whether the file of a content is there."""
        return self._path(digest).is_file()

    def open(self, digest: bytes) -> IO[bytes]:
        """A reader of a content. `CorruptStore` when its file is gone."""
        path = self._path(digest)
        try:
            return io.BufferedReader(io.FileIO(path), _PIECE)
        except FileNotFoundError:
            raise CorruptStore(
                "the file of a large value is gone", value=str(path), hint="put it back; mapix store check tells which"
            ) from None
        except OSError as error:
            raise failure(error, path) from error

    def remove(self, digest: bytes) -> bool:
        """Forget a content; False where the system does not let it go now."""
        try:
            self._path(digest).unlink(missing_ok=True)
        except OSError:
            return False
        return True

    def names(self) -> list[str]:
        """What there is, contents by their hashes in hex; nothing where there never was any."""
        try:
            return sorted(path.name for path in self.directory.iterdir())
        except FileNotFoundError:
            return []
        except OSError as error:
            raise failure(error, self.directory) from error

    def size(self, name: str) -> int:
        """Bytes of one of `names`."""
        try:
            return (self.directory / name).stat().st_size
        except OSError:
            return 0

    def orphans(self, known: Collection[bytes]) -> list[str]:
        """Those of `names` that are not among the `known` hashes."""
        keep = {digest.hex() for digest in known}
        return [name for name in self.names() if name not in keep]

    def sweep(self, known: Collection[bytes]) -> None:
        """Take away what is not among the `known` hashes."""
        for name in self.orphans(known):
            with suppress(OSError):
                (self.directory / name).unlink()

    def _path(self, digest: bytes) -> Path:
        return self.directory / digest.hex()


def failure(error: OSError, path: Path) -> MapiError:
    """What the system says of a file, in MAPI's words."""
    import errno

    code, value = error.errno or 0, str(path)
    if isinstance(error, PermissionError):
        return NoAccess("the file of a large value may not be used", value=value, low_level=code)
    if errno.errorcode.get(code) in _NO_ROOM:
        return NotEnoughDisk("there is no room for a large value", value=value, hint="make room", low_level=code)
    return DiskError(f"the file of a large value fails ({error.strerror})", value=value, low_level=code)


def _named(scratch: Scratch, path: Path) -> bool:
    """Give the file its name, in the place of what a crash may have left there; whether that can be done here."""
    path.unlink(missing_ok=True)
    try:
        scratch.give_name(path)
    except (FileNotFoundError, PermissionError, NotImplementedError):
        return False
    return True


def _copied(scratch: Scratch, path: Path) -> None:
    part = path.with_name(path.name + _PART)
    try:
        with open(part, "wb", opener=_private) as target:
            scratch.seek(0)
            shutil.copyfileobj(scratch, target, _PIECE)
            target.flush()
            os.fsync(target.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _private(path: str, how: int) -> int:
    return os.open(path, how, 0o600)


def _sync_directory(directory: Path) -> None:
    """Have the names in a directory written to the disk, where directories can be opened."""
    if os.name == "posix":
        opened = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)
