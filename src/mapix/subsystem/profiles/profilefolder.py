"""The directory of the profiles' files, by names that differ by more than case: which there are, read and written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from mapix.properties.errors import CallFailed, DiskError, NoAccess
from mapix.subsystem.durable import backup_of, replace_file
from mapix.subsystem.profiles.profile import Profile, folded
from mapix.subsystem.profiles.profilefile import from_text, text_of, to_text
from mapix.subsystem.profiles.profilehead import has_mark, is_deleted, key_mark, name_to_be, waits

GOING: Final = "the profile of this name is deleted, and goes when its last session ends"
_THERE: Final = "there is a profile of this name already"
_ENDING: Final = ".toml"


class ProfileFolder:
    """Files of profiles in a directory, which need not be there yet."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def path(self, name: str) -> Path:
        """The file of a profile called so, whether there is one or not."""
        return self._directory / (name + _ENDING)

    def files(self) -> list[Path]:
        """Every profile's file, damaged ones too; `DiskError`."""
        try:
            return [path for path in self._directory.iterdir() if path.suffix == _ENDING and path.stem[:1] != "."]
        except FileNotFoundError:
            return []
        except OSError as error:
            text = f"cannot read the directory of profiles ({error.strerror})"
            raise DiskError(text, value=str(self._directory), low_level=error.errno or 0) from error

    def find(self, name: str) -> Path | None:
        """The file of a profile, whatever the case of its name, and however its accents are written."""
        exact = self.path(name)
        files = self.files()
        if exact in files:
            return exact
        wanted = folded(name)
        return next((path for path in files if folded(path.stem) == wanted), None)

    def taken(self, name: str) -> str:
        """Why no profile can get this name: one has it, or will have it when its last session has ended (PRF-6)."""
        path = self.find(name)
        if path is not None:
            return GOING if is_deleted(path) else _THERE
        waiting = (path for path in self.files() if waits(path) and not is_deleted(path))
        coming = any(folded(name_to_be(path)) == folded(name) for path in waiting)
        return "a profile in use gets this name when its last session ends" if coming else ""

    def copies(self, profile: Profile) -> list[Path]:
        """The files with the search key of a profile, its own among them (PRF-5)."""
        return [path for path in self.files() if has_mark(path, key_mark(profile))]

    def read(self, path: Path) -> Profile:
        """The profile in a file, called as the file is; `CorruptData` naming file and line, `Version`, `DiskError`."""
        profile = from_text(text_of(path), str(path))
        profile.name = path.stem
        return profile

    def write(self, profile: Profile) -> None:
        """Put a profile into its file, all of it or nothing; a new one has a copy beside it at once."""
        text = to_text(profile)
        if to_text(from_text(text, profile.name)) != text:
            raise CallFailed("the profile would not be read back as it is", value=profile.name)
        path = self.path(profile.name)
        if path.exists():
            replace_file(path, text.encode())
            return
        with self._without(path):
            replace_file(path, text.encode())
            replace_file(backup_of(path), text.encode(), keep=False)

    def move(self, old: Path, profile: Profile) -> None:
        """Put a profile into the file of its new name, and remove the old one; when that fails, only that one is there.

        A name that differs by case only may be the same file.
        """
        path = self.path(profile.name)
        if path == old:
            self.write(profile)
        elif folded(path.stem) == folded(old.stem):
            if path.exists() and not path.samefile(old):
                raise NoAccess(_THERE, value=path.stem)
            self._respell(old, path)
            try:
                self.write(profile)
            except BaseException:
                self._respell(path, old)
                raise
        else:
            self.write(profile)
            with self._without(path):
                self.remove(old)

    def remove(self, path: Path) -> None:
        """Remove a profile's file and its copy, which goes first; `DiskError`."""
        try:
            with suppress(FileNotFoundError):
                backup_of(path).unlink()
            path.unlink()
        except OSError as error:
            text = f"cannot remove the profile's file ({error.strerror})"
            raise DiskError(text, value=str(path), low_level=error.errno or 0) from error

    def _respell(self, old: Path, new: Path) -> None:
        try:
            old.rename(new)
        except OSError as error:
            text = f"cannot rename the profile's file ({error.strerror})"
            raise DiskError(text, value=str(old), low_level=error.errno or 0) from error
        with suppress(OSError):
            backup_of(old).rename(backup_of(new))

    @contextmanager
    def _without(self, path: Path) -> Iterator[None]:
        """When the block fails, a new file is not there any more."""
        try:
            yield
        except BaseException:
            with suppress(DiskError):
                self.remove(path)
            raise
