"""Where messages are found: files, folders with all below them, archives, mailboxes in files, maildirs, stores.

    for item in Scan(["mail/", "old.zip"], plan).items(): ...

Items come in the same order with the same names at every run. What is no message is not looked at and counted as
ignored; what cannot be looked at is an item that fails. Links are not followed below a folder that was named.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from mapix.convert.forms import form_of
from mapix.convert.items import Item, Kind
from mapix.convert.names import joined, unique
from mapix.convert.plan import Plan

DEEPEST: Final = 100
"""Folders in one another that are looked into."""

CONTAINERS: Final = ("mbox", "zip", "tar", "loose")


@dataclass(frozen=True, slots=True)
class Found:
    """A file that was found: `name` for the manifest, `folder` where its messages go, `form` what it is."""

    path: str
    name: str
    form: str
    size: int


class Scan:
    """One look at all sources; `ignored` grows with what is no message."""

    def __init__(self, words: Sequence[str], plan: Plan) -> None:
        self.words = _without_repeats(words)
        self.plan = plan
        self.ignored = 0

    def items(self) -> Iterator[Item]:
        """Every message there is."""
        places = [word for word in self.words if _is_place(word)]
        alone = len(self.words) == 1
        names = iter(unique([(_title(word), word, self._ending(word)) for word in places]))
        for word in self.words:
            if not _is_place(word):
                yield from self._in_store(word)
                continue
            name = next(names)
            if Path(word).is_dir():
                yield from self._in_folder(word, word, "" if alone else name, 0)
            else:
                yield from self._named_file(word, name, alone)

    def weight(self) -> int:
        """Bytes of all the files; a look at names only, for the progress."""
        total = 0
        for word in filter(_is_place, self.words):
            if not Path(word).is_dir():
                total += Path(word).stat().st_size
            for folder, _, files in os.walk(word):
                total += sum(_size(f"{folder}{os.sep}{name}") for name in files)
        return total

    def _named_file(self, path: str, name: str, alone: bool) -> Iterator[Item]:
        """A file that was named is a source whatever it is called."""
        try:
            size = Path(path).stat().st_size
            form = form_of(path, any_name=True) or "message"
        except OSError as error:
            yield broken(path, name, error)
            return
        if form in CONTAINERS:
            yield from self._contained(Found(path, path, form, size), "" if alone else name, 0)
        else:
            yield Item(path, name, path=path, size=size, weight=size)

    def _in_folder(self, path: str, name: str, target: str, depth: int) -> Iterator[Item]:
        """All below a folder, in the order of names."""
        try:
            entries = sorted(os.scandir(path), key=lambda entry: entry.name)
        except OSError as error:
            yield broken(name, target or "folder", error)
            return
        if _is_maildir(entries):
            entries = [entry for entry in entries if entry.name != "tmp"]
        listed = [each for entry in entries if (each := self._looked_at(entry, name)) is not None]
        wanted = [(_title(found.path) if found.form != "folder" else os.path.split(found.path)[1]) for found in listed]
        endings = [self.plan.suffix if found.form == "message" else "/" for found in listed]
        chosen = unique([(want, each.name, ending) for want, each, ending in zip(wanted, listed, endings, strict=True)])
        for found, title in zip(listed, chosen, strict=True):
            at = joined(target, title)
            if found.form == "folder" and depth < DEEPEST:
                yield from self._in_folder(found.path, found.name, at, depth + 1)
            elif found.form in CONTAINERS:
                yield from self._contained(found, at, 0)
            elif found.form == "message":
                yield Item(found.name, at, path=found.path, size=found.size, weight=found.size)
            else:
                yield broken(found.name, at, OSError("the folder lies too deep"))

    def _looked_at(self, entry: os.DirEntry[str], above: str) -> Found | None:
        """What an entry of a folder is; None for what is ignored."""
        name = f"{above.rstrip('/')}/{entry.name}"
        try:
            about = entry.stat(follow_symlinks=False)
        except OSError:
            return Found(entry.path, name, "message", 0)
        if stat.S_ISDIR(about.st_mode) and not entry.name.startswith(".mapix-convert"):
            return Found(entry.path, name, "folder", 0)
        form = _form(entry.path) if stat.S_ISREG(about.st_mode) else ""
        if not form:
            self.ignored += not stat.S_ISDIR(about.st_mode)
            return None
        return Found(entry.path, name, form, about.st_size)

    def _contained(self, found: Found, target: str, depth: int) -> Iterator[Item]:
        """The messages in a file of many."""
        if found.form == "mbox":
            from mapix.convert.mboxes import items_of

            yield from items_of(found.path, found.name, target)
            return
        if found.form == "loose":
            from mapix.convert.looses import items_of as loose_items

            yield from loose_items(found.path, found.name, target)
            return
        from mapix.convert.archives import Archives

        archives = Archives(self.plan)
        yield from archives.items(found.path, found.name, target, found.form)
        self.ignored += archives.ignored

    def _in_store(self, word: str) -> Iterator[Item]:
        from mapix.convert.stores import items_of

        yield from items_of(word, self.plan, alone=len(self.words) == 1)

    def _ending(self, word: str) -> str:
        return "/" if Path(word).is_dir() else self.plan.suffix


def broken(name: str, target: str, error: Exception) -> Item:
    """A source that cannot be looked at."""
    from mapix.convert.failures import told

    code, text = told(error)
    return Item(name, target, Kind.BROKEN, error=text, code=code)


def _form(path: str) -> str:
    """What a file of a folder is; one that cannot be read counts as a message, which fails."""
    try:
        return form_of(path)
    except OSError:
        return "message"


def _title(path: str) -> str:
    """The name of a file without a suffix that only tells the format."""
    from mapix.convert.forms import without_suffix

    name = os.path.split(path.rstrip("/"))[1]
    return without_suffix(name if name.strip(".") else Path(path).resolve().name)


def _is_maildir(entries: Sequence[os.DirEntry[str]]) -> bool:
    names = {entry.name for entry in entries}
    return {"cur", "new"} <= names


def _is_place(word: str) -> bool:
    """Whether a word is a file or folder, or can be nothing else."""
    if os.path.lexists(word):
        return True
    from mapix.convert.forms import names_file

    return names_file(word)


def _size(path: str) -> int:
    try:
        return os.lstat(path).st_size
    except OSError:
        return 0


def _without_repeats(words: Sequence[str]) -> list[str]:
    """What lies in a folder that is named as well is no second source."""
    found: list[str] = []
    for word in dict.fromkeys(words):
        place = os.path.realpath(word)
        above = [os.path.realpath(other) for other in words if other != word and os.path.lexists(other)]
        inside = any(place.startswith(f"{other}{os.sep}") for other in above)
        twin = any(os.path.realpath(other) == place for other in found if os.path.lexists(other))
        if not (os.path.lexists(word) and (inside or twin)):
            found.append(word)
    return found
