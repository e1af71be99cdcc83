"""What is in archives: messages, mailboxes and archives in archives, each under a name that leads nowhere else.

Members of zip archives and of plain tar archives are read where they are; those of packed tar archives travel with
their items, large ones lie in the work folder meanwhile. Archives that unpack to too much are left where that shows.
"""

from __future__ import annotations

import tarfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from shutil import copyfileobj
from typing import IO, Final
from zipfile import ZipFile, ZipInfo

from mapix.convert import zips
from mapix.convert.failures import lacks_room
from mapix.convert.forms import LOOK, by_head, by_name, form_of, is_undecided, without_suffix
from mapix.convert.items import Item, Kind
from mapix.convert.names import joined, sign, unique
from mapix.convert.plan import Plan
from mapix.properties.errors import CorruptData, MapiError, TooBig

NESTED: Final = 3
"""Archives in archives."""

INLINE: Final = 1 << 20
_DAMAGE: Final = (*zips.DAMAGE, tarfile.TarError, OSError, MapiError)


class _Tar(tarfile.TarFile):
    """A tar archive that is read from its beginning to its end."""

    members: list[tarfile.TarInfo]
    """What was read of it: a list that only grows where nobody empties it."""


class Archives:
    """Looks into archives; `ignored` grows with what is no message."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.ignored = 0

    def items(self, path: str, name: str, target: str, form: str, depth: int = 0) -> Iterator[Item]:
        """The messages in an archive; where it is damaged an item that fails tells so."""
        from mapix.convert.sources import broken

        try:
            yield from (self._zip if form == "zip" else self._tar)(path, name, target, depth)
        except _DAMAGE as error:
            failure = _told(error, "the archive cannot be read to its end", path)
            yield broken(name, joined(target, "archive") if target else "archive", failure)

    def _zip(self, path: str, name: str, target: str, depth: int) -> Iterator[Item]:
        try:
            members = zips.members(path)
        except CorruptData:
            yield from self._before_damage(path, name, target, depth)
            raise
        looked = _forms_inside(path, members)
        listed = [
            (number, info, by_name(info.filename) or looked.get(number, ""))
            for number, info in enumerate(members)
            if not info.filename.endswith("/")
        ]
        wanted = [each for each in listed if each[2] and not _is_link(each[1].external_attr >> 16)]
        self.ignored += len(listed) - len(wanted)
        places = self._places(target, [(f"{info.filename}#{number}", form) for number, info, form in wanted])
        repeated = _repeated([info.filename for _, info, _ in wanted])
        for (number, info, form), place in zip(wanted, places, strict=True):
            called = f"{name}!{info.filename}" + (f"#{number}" if info.filename in repeated else "")
            if form == "message":
                size, weight = info.file_size, info.compress_size
                yield Item(called, place, Kind.ZIP, path, number, size, info.filename, weight=weight)
            else:
                yield from self._zip_inside(path, number, called, place, form, depth)

    def _before_damage(self, path: str, name: str, target: str, depth: int) -> Iterator[Item]:
        """What is whole in a zip archive without its directory."""
        from mapix.convert.zipsalvage import whole_members

        for number, (title, member) in enumerate(whole_members(path)):
            form = by_name(title)
            if not form:
                self.ignored += not title.endswith("/")
                continue
            called, place = f"{name}!{title}#{number}", self._place(target, title, number, form)
            kept = self._kept(called, member)
            if form == "message":
                size = Path(kept).stat().st_size
                yield Item(called, place, path=kept, size=size, member=title, weight=size)
            else:
                yield from self._inside(kept, called, place, form, depth)

    def _zip_inside(self, path: str, number: int, name: str, target: str, form: str, depth: int) -> Iterator[Item]:
        from mapix.convert.sources import broken

        try:
            with ZipFile(path) as archive:
                info = archive.infolist()[number]
                zips.refuse_bomb(info)
                with archive.open(info) as member:
                    kept = self._kept(name, member)
        except _DAMAGE as error:
            yield broken(name, target, _told(error, "the member cannot be unpacked", name))
            return
        yield from self._inside(kept, name, target, form, depth)

    def _tar(self, path: str, name: str, target: str, depth: int) -> Iterator[Item]:
        plain = tarfile.is_tarfile(path) and _is_plain(path)
        seen: dict[str, int] = {}
        with Path(path).open("rb") as file, _Tar.open(fileobj=file, mode="r|" if plain else "r|*") as archive:
            for number, info in enumerate(archive):
                archive.members = []
                self._refuse_bomb(archive, file, plain)
                form = by_name(info.name) if info.isreg() else ""
                undecided = info.isreg() and is_undecided(_parts(info.name)[-1])
                if not form and not undecided:
                    self.ignored += not info.isdir()
                    continue
                seen[info.name] = seen.get(info.name, -1) + 1
                called = f"{name}!{info.name}" + (f"#{number}" if seen[info.name] else "")
                if undecided:
                    yield from self._undecided(archive, info, called, (target, number), depth)
                    continue
                place = self._place(target, info.name, number, form)
                if form == "message":
                    yield self._tar_item(archive, info, path if plain else "", called, place)
                    continue
                member = archive.extractfile(info)
                if member is not None:
                    yield from self._inside(self._kept(called, member), called, place, form, depth)

    def _undecided(
        self, archive: tarfile.TarFile, info: tarfile.TarInfo, called: str, where: tuple[str, int], depth: int
    ) -> Iterator[Item]:
        """A member whose name does not tell what it is: its bytes do, in the work folder."""
        member = archive.extractfile(info)
        if member is None:
            return
        kept = self._kept(called, member)
        form = form_of(kept, any_name=True)
        place = self._place(where[0], info.name, where[1], form)
        if form == "message":
            yield Item(called, place, path=kept, size=info.size, member=info.name, weight=info.size)
        elif form:
            yield from self._inside(kept, called, place, form, depth)
        else:
            Path(kept).unlink()
            self.ignored += 1

    def _tar_item(self, archive: tarfile.TarFile, info: tarfile.TarInfo, path: str, name: str, place: str) -> Item:
        if path and not info.issparse():
            return Item(name, place, Kind.SPAN, path, info.offset_data, info.size, info.name, weight=info.size)
        member = archive.extractfile(info)
        if member is None:
            raise CorruptData("the member has no bytes", value=info.name)
        if info.size <= INLINE:
            return Item(name, place, Kind.BYTES, size=info.size, member=info.name, data=member.read(), weight=info.size)
        return Item(name, place, path=self._kept(name, member), size=info.size, member=info.name, weight=info.size)

    def _inside(self, path: str, name: str, target: str, form: str, depth: int) -> Iterator[Item]:
        """What is in a member that was put into the work folder."""
        if form == "mbox":
            from mapix.convert.mboxes import items_of

            yield from items_of(path, name, target)
        elif form == "loose":
            from mapix.convert.looses import items_of as loose_items

            yield from loose_items(path, name, target)
        elif depth + 1 < NESTED:
            yield from self.items(path, name, target, form, depth + 1)
        else:
            from mapix.convert.sources import broken

            yield broken(name, target, TooBig("archives are nested too deeply"))

    def _kept(self, name: str, member: IO[bytes]) -> str:
        """A member as a file of the work folder, with the suffix that tells what it is."""
        folder = self.plan.work / "members"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / (sign(name, 32) + "".join(Path(name.rpartition("!")[2]).suffixes[-2:])[-12:].replace("/", ""))
        with path.open("wb") as file:
            copyfileobj(member, file, 1 << 20)
        return str(path)

    def _refuse_bomb(self, archive: tarfile.TarFile, file: IO[bytes], plain: bool) -> None:
        if not plain and archive.offset > zips.MODEST and archive.offset > zips.RATIO * max(file.tell(), 1):
            raise TooBig("the archive unpacks to too much", value=archive.offset)

    def _places(self, target: str, wanted: list[tuple[str, str]]) -> list[str]:
        """Where members go: the folders in their names below `target`, all names of a folder made unique."""
        folders: dict[str, list[int]] = {}
        for number, (identity, _) in enumerate(wanted):
            folders.setdefault(_folder(identity.rpartition("#")[0]), []).append(number)
        places = [""] * len(wanted)
        for folder, numbers in folders.items():
            entries = []
            for number in numbers:
                identity, form = wanted[number]
                title = without_suffix(_parts(identity.rpartition("#")[0])[-1])
                entries.append((title, identity, self.plan.suffix if form == "message" else "/"))
            for number, title in zip(numbers, unique(entries), strict=True):
                places[number] = joined(_below(target, folder), title)
        return places

    def _place(self, target: str, name: str, number: int, form: str) -> str:
        """The same for one member, of which the others are not known: with a sign where its name is not itself."""
        (title,) = unique([(without_suffix(_parts(name)[-1]), name, self.plan.suffix if form == "message" else "/")])
        return joined(_below(target, _folder(name)), f"{title}~{number}")


def _told(error: Exception, what: str, value: str) -> Exception:
    """What of the damage is told: errors of ours and of the file system say it themselves."""
    if isinstance(error, MapiError | PermissionError | FileNotFoundError) or lacks_room(error):
        return error
    return CorruptData(f"{what}: {error}", value=value)


def _parts(name: str) -> list[str]:
    found = [part for part in name.replace("\\", "/").split("/") if part.strip(". ")]
    return found or ["unnamed"]


def _folder(name: str) -> str:
    """The folders of a member's name as safe names; what leads upwards is left out."""
    from mapix.convert.names import short

    return "/".join(short(part) for part in _parts(name)[:-1])


def _below(target: str, folder: str) -> str:
    for part in filter(None, folder.split("/")):
        target = joined(target, f"{part}_" if part.casefold().endswith(".files") else part)
    return target


def _forms_inside(path: str, members: Sequence[ZipInfo]) -> dict[int, str]:
    """What members of a zip archive are whose names do not tell, by their first bytes."""
    wanted = [
        (number, info)
        for number, info in enumerate(members)
        if not info.filename.endswith("/")
        and is_undecided(_parts(info.filename)[-1])
        and not _is_link(info.external_attr >> 16)
    ]
    if not wanted:
        return {}
    with ZipFile(path) as archive:
        return {number: _form_inside(archive, info) for number, info in wanted}


def _form_inside(archive: ZipFile, info: ZipInfo) -> str:
    try:
        with archive.open(info) as member:
            return by_head(member.read(LOOK))
    except _DAMAGE:
        return ""


def _is_link(mode: int) -> bool:
    return mode & 0o170000 == 0o120000


def _is_plain(path: str) -> bool:
    with Path(path).open("rb") as file:
        return not file.read(6).startswith((b"\x1f\x8b", b"BZh", b"\xfd7zXZ"))


def _repeated(names: list[str]) -> set[str]:
    return {name for name, times in Counter(names).items() if times > 1}
