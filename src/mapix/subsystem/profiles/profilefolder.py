"""The directory of the profiles' files: which there are, by names that differ by more than case."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from mapix.properties.errors import DiskError
from mapix.subsystem.durable import backup_of

_ENDING = ".toml"


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
        """The file of a profile, whatever the case of its name."""
        exact = self.path(name)
        files = self.files()
        if exact in files:
            return exact
        return next((path for path in files if path.stem.casefold() == name.casefold()), None)

    def remove(self, path: Path) -> None:
        """Remove a profile's file and its copy; `DiskError`."""
        try:
            path.unlink()
            with suppress(FileNotFoundError):
                backup_of(path).unlink()
        except OSError as error:
            text = f"cannot remove the profile's file ({error.strerror})"
            raise DiskError(text, value=str(path), low_level=error.errno or 0) from error
