"""The profiles of one user on disk: `profiles/<name>.toml` in the home directory, and which one is the default.

A profile is read at every use and written whole: `with store.edit(name) as profile: ...` reads, lets change and
writes back under a lock, so that no change of another process is lost. Secrets are never in it.
"""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from mapix.properties.errors import Collision, CorruptData, MapiError, NoAccess, NotFound, Version
from mapix.subsystem.durable import backup_of, directory_lock, replace_file
from mapix.subsystem.profiles.inuse import Uses
from mapix.subsystem.profiles.profile import Profile, check_name, folded, one_like
from mapix.subsystem.profiles.profilefolder import GOING, ProfileFolder
from mapix.subsystem.profiles.profilehead import (
    APP,
    default_named,
    files_of,
    free_files,
    has_mark,
    is_deleted,
    mentions,
    waits,
)

if TYPE_CHECKING:
    from mapix.subsystem.profiles.servicesecrets import Kept

_log = logging.getLogger(__name__)


class ProfileStore:
    """Profiles below a home directory. Names differ by more than case."""

    def __init__(self, home: Path) -> None:
        self.directory = home / "profiles"
        self._folder = ProfileFolder(self.directory)
        self._default_file = home / "default-profile"
        self._users: Counter[str] = Counter()
        self._uses = Uses(self.directory)
        self._guard = threading.RLock()
        self.on_gone: Callable[[Profile], object] = self._forget
        """Told of a profile that is about to go."""

    def names(self, *, app: bool = False) -> list[str]:
        """Names of the profiles, sorted; those that wait for their last session to be deleted are left out (PRF-6),
        and those of applications unless `app`.
        """
        self._sweep()
        shown = (path for path in self._folder.files() if not is_deleted(path) and (app or not self.is_app(path.stem)))
        return sorted((path.stem for path in shown), key=str.casefold)

    def is_app(self, name: str) -> bool:
        """Whether a profile is one that an application made for itself (MAPI_APP_PROFILE)."""
        path = self._folder.find(name)
        return path is not None and has_mark(path, APP)

    def exists(self, name: str) -> bool:
        """Whether there is a profile of this name that is not about to go."""
        path = self._folder.find(name)
        return path is not None and not is_deleted(path)

    def load(self, name: str) -> Profile:
        """The profile; `NotFound`, `CorruptData` naming file and line."""
        path = self._folder.find(name)
        if path is None:
            raise NotFound("there is no profile of this name", value=name, hint=self._suggest(name))
        return self._folder.read(path)

    @contextmanager
    def edit(self, name: str) -> Iterator[Profile]:
        """The profile to be changed; written when the block ends without an error."""
        with directory_lock(self.directory):
            profile = self.load(name)
            yield profile
            self._folder.write(profile)

    def locked(self) -> AbstractContextManager[None]:
        """No other process and no other thread changes profiles meanwhile; reentrant. `NoAccess`."""
        return directory_lock(self.directory)

    def create(self, name: str, *, app: bool = False) -> Profile:
        """A new, empty profile, with `app` one of an application; `InvalidParameter` for its name, `NoAccess` when it
        is taken.
        """
        profile = Profile(name, uuid4().bytes_le, app=app)
        try:
            self.add(profile)
        except Collision as error:
            raise NoAccess(error.text, value=name) from None
        return profile

    def add(self, profile: Profile) -> None:
        """Keep a profile that came from elsewhere; `InvalidParameter` for its name, `Collision` when it is taken."""
        profile.name = check_name(profile.name)
        with directory_lock(self.directory):
            self._sweep()
            if taken := self._folder.taken(profile.name):
                raise Collision(taken, value=profile.name)
            self._write_new(profile)

    def path_of(self, name: str) -> Path:
        """The file of a profile, which may be gone while its copy is there; `NotFound`."""
        path = self._folder.find(name) or self._folder.path(name)
        if not path.exists() and not backup_of(path).exists():
            raise NotFound("there is no profile of this name", value=name, hint=self._suggest(name))
        return path

    def delete(self, name: str) -> None:
        """Remove a profile and its secrets; one in use is marked and goes with its last session (PRF-6)."""
        with directory_lock(self.directory):
            path = self._present(name)
            was_default = self.default() == path.stem
            if self.in_use(path.stem):
                profile = self._folder.read(path)
                profile.deleted = True
                self._folder.write(profile)
            else:
                self._discard(path)
            if was_default:
                self._point("")

    def copy(self, old: str, new: str) -> Profile:
        """A copy under another name, with a search key of its own (PRF-5)."""
        new = check_name(new)
        with directory_lock(self.directory):
            profile = self._folder.read(self._present(old))
            self._refuse_taken(new)
            profile.name, profile.renamed, profile.search_key = new, "", uuid4().bytes_le
            self._write_new(profile)
            return profile

    def rename(self, old: str, new: str) -> None:
        """Another name; for a profile in use it comes with the end of its last session."""
        new = check_name(new)
        with directory_lock(self.directory):
            path = self._present(old)
            profile = self._folder.read(path)
            if folded(new) not in (folded(old), folded(profile.renamed)):
                self._refuse_taken(new)
            if self.in_use(path.stem):
                profile.renamed = new
                self._folder.write(profile)
            else:
                self._move(path, profile, new)

    def default(self) -> str | None:
        """The name of the default profile, None when there is none or the file that names it names no profile."""
        name = default_named(self._default_file)
        path = self._folder.find(name) if name else None
        return path.stem if path is not None and not is_deleted(path) else None

    def set_default(self, name: str | None) -> None:
        """Make a profile the default, or none; `NotFound`."""
        self._point(self._present(name).stem if name is not None else "")

    def in_use(self, name: str) -> bool:
        """Whether a session runs on the profile, in this process or another one (PRF-6)."""
        return self._users[name] > 0 or self._uses.by_anybody(name)

    def use(self, name: str) -> Profile:
        """Load a profile for a session; `release` gives it back. One that is deleted is none for a new session."""
        with self._guard:
            path = self._folder.find(name)
            if path is not None:
                self._uses.take(path.stem)
            try:
                profile = self.load(name)
                if profile.deleted:
                    raise NotFound(GOING, value=name, hint=self._suggest(name))
            except BaseException:
                self._unuse(path)
                raise
            self._users[profile.name] += 1
            return profile

    def adopt(self, profile: Profile) -> None:
        """Count a session on a profile it did not load from here; `release` gives it back."""
        with self._guard:
            self._users[profile.name] += 1
            if self._folder.path(profile.name).exists():
                self._uses.take(profile.name)

    def release(self, name: str) -> None:
        """A session ended: what waited for it happens now (PRF-6)."""
        with self._guard:
            self._users[name] -= 1
            if self._users[name] > 0:
                return
            del self._users[name]
            self._uses.leave(name)
        path = self._folder.find(name)
        if path is not None and waits(path):
            self._settle_now([path])

    def _unuse(self, path: Path | None) -> None:
        """No session came of it."""
        if path is not None and not self._users[path.stem]:
            self._uses.leave(path.stem)

    def _settle(self, path: Path) -> None:
        """Do what was put off while the profile was in use, unless it still is somewhere."""
        if self.in_use(path.stem):
            return
        try:
            profile = self._folder.read(path)
        except MapiError:
            return
        if profile.deleted:
            self._discard(path)
        elif self._folder.find(profile.renamed) not in (None, path):
            _log.warning("the profile %s keeps its name: there is another one called %s", profile.name, profile.renamed)
            profile.renamed = ""
            self._folder.write(profile)
        elif profile.renamed:
            self._move(path, profile, profile.renamed)

    def _sweep(self) -> None:
        """Settle what a process left undone that ended without logging off."""
        self._settle_now([path for path in self._folder.files() if not self.in_use(path.stem) and waits(path)])

    def _settle_now(self, waiting: Iterable[Path]) -> None:
        """Do what was put off; where it cannot be done, as nothing can be written, it waits on, and no one fails."""
        for path in waiting:
            try:
                with directory_lock(self.directory):
                    self._settle(path)
            except MapiError as error:
                _log.warning("what was put off for the profile %s waits on: %s", path.stem, error)

    def _move(self, old: Path, profile: Profile, new: str) -> None:
        files = profile.files_name
        profile.name, profile.renamed, profile.files = new, "", files if files != new else ""
        was_default = self.default() == old.stem
        if was_default:
            self._point(new)
        try:
            self._folder.move(old, profile)
        except BaseException:
            if was_default:
                with suppress(MapiError):
                    self._point(old.stem)
            raise
        self._uses.forget(old.stem)

    def _point(self, stem: str) -> None:
        """Write down which profile is the default."""
        replace_file(self._default_file, f"{stem}\n".encode(), keep=False)

    def _present(self, name: str) -> Path:
        path = self._folder.find(name)
        if path is None or is_deleted(path):
            raise NotFound("there is no profile of this name", value=name, hint=self._suggest(name))
        return path

    def _refuse_taken(self, name: str) -> None:
        if taken := self._folder.taken(name):
            raise NoAccess(taken, value=name)

    def _suggest(self, name: str) -> str:
        return one_like(name, self.names())

    def _write_new(self, profile: Profile) -> None:
        """Write a profile that was not there, with a name of its own for its files: renamed ones keep theirs."""
        profile.files = free_files(profile.name, [files_of(path) for path in self._folder.files()])
        self._folder.write(profile)

    def alone_with(self, profile: Profile, places: Iterable[Kept]) -> list[Kept]:
        """Those of `places` that no copy of the profile's file has, too: copies have the secrets of the first one."""
        copies = [path for path in self._folder.copies(profile) if path.stem != profile.name]
        return [each for each in places if not any(mentions(path, each.uid.hex()) for path in copies)]

    def _discard(self, path: Path) -> None:
        """Remove a profile, then its secrets: these stay with the last file that somebody copied, and with one that
        cannot be removed.
        """
        gone: Profile | None = None
        with suppress(CorruptData, Version):
            gone = self._folder.read(path)
        self._folder.remove(path)
        self._uses.forget(path.stem)
        if gone is not None and not self._folder.copies(gone):
            self.on_gone(gone)

    def _forget(self, profile: Profile) -> None:
        from mapix.subsystem.profiles.servicesecrets import forget_profile

        forget_profile(profile, self.directory.parent)
