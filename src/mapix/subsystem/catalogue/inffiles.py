"""Message services that files like MAPISVC.INF describe (SPI-2, PRF-30..PRF-36).

`mapisvc.inf` in the home directory is looked at, however its letters are written, and the files that `MAPIX_MAPISVC`
names; one of these that cannot be read is told of, and its services are missing. The names of DLLs in them are those of
modules; nothing is imported before a provider is needed.
"""

from __future__ import annotations

import errno
import os
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from mapix.interfaces.spi import MessageService, ProviderKind, ProviderSpec
from mapix.properties.errors import InvalidParameter, MapiError

if TYPE_CHECKING:
    from mapix.formats.defects import Defect
    from mapix.formats.mapisvc import Section, ServiceFile
    from mapix.properties.tag import PropTag

NAME: Final = "mapisvc.inf"
VARIABLE: Final = "MAPIX_MAPISVC"
_SUFFIX: Final = ".dll"
_WINDOWS: Final = "cp1252"


def inf_files(home: Path, environment: Mapping[str, str] = os.environ) -> list[Path]:
    """The files that describe services: one in the home directory, where there is one, and those that are named."""
    return [*_in_home(home), *named_files(environment)]


def named_files(environment: Mapping[str, str] = os.environ) -> list[Path]:
    """The files that the variable names, whether they are there or not."""
    return [_expanded(part) for part in environment.get(VARIABLE, "").split(os.pathsep) if part]


class Unread(NamedTuple):
    """A file of which nothing can be read: why, and what to do."""

    path: Path
    why: str
    hint: str

    def __str__(self) -> str:
        return f"{self.path}: {self.why}. Try: {self.hint}"


def unread_files(environment: Mapping[str, str] = os.environ) -> list[Unread]:
    """The files that the variable names and that cannot be read."""
    found: list[Unread] = []
    for path in named_files(environment):
        try:
            _check(path)
        except OSError as error:
            found.append(_unread(path, error, environment))
    return found


def _in_home(home: Path) -> list[Path]:
    """`MAPISVC.INF`, as other systems know it, is the same file (PRF-30). The one in small letters is first."""
    try:
        return sorted((path for path in home.iterdir() if path.name.lower() == NAME), reverse=True)
    except OSError:
        return []


def _expanded(part: str) -> Path:
    try:
        return Path(part).expanduser()
    except RuntimeError:
        return Path(part)


def _check(path: Path) -> None:
    """`OSError` for what is no file, as a pipe is none, or is not to be read."""
    if not S_ISREG(path.stat().st_mode):
        raise OSError(errno.EINVAL, "it is no file")
    if not os.access(path, os.R_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _unread(path: Path, error: OSError | MapiError, environment: Mapping[str, str] = os.environ) -> Unread:
    why = error.text if isinstance(error, MapiError) else error.strerror or str(error)
    if path in named_files(environment):
        hint = f"correct {VARIABLE}, or put a file there that can be read"
        return Unread(path, f"{VARIABLE} names it, and it cannot be read ({why})", hint)
    return Unread(path, f"it cannot be read ({why})", "its permissions, or another file in its place")


def module_name(dll: str) -> str:
    """The module that stands for a DLL: without `.dll` (PRF-36). `InvalidParameter` for what no module is called."""
    name = dll.strip().removesuffix(_SUFFIX) if not dll.lower().endswith(_SUFFIX) else dll.strip()[: -len(_SUFFIX)]
    if not name or not all(part.isidentifier() for part in name.split(".")):
        raise InvalidParameter("a provider's DLL is the name of a module that can be imported", value=dll)
    return name


class InfFiles:
    """What some files describe together. Of services of one name the first counts."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.defects: list[tuple[Path, Defect]] = []
        self.unread: list[Unread] = []
        self.defaults: list[str] = []
        """Services, in capitals, that profiles are made with, in their order (`[Default Services]`, PRF-31)."""
        self._files: dict[str, ServiceFile] = {}
        for path in paths:
            self._read(path)

    def names(self) -> set[str]:
        """The services, in capitals."""
        return set(self._files)

    def service(self, name: str) -> MessageService:
        """A service as the catalogue has them; nothing is imported. `NotFound`, `InvalidParameter`."""
        from mapix.properties.flags import SERVICE_SINGLE_COPY
        from mapix.properties.tags import PR_RESOURCE_FLAGS, PR_SERVICE_DLL_NAME, PR_SERVICE_ENTRY_NAME

        found = self._files[name.upper()].service(name)
        props = found.section.properties()
        if not found.providers:
            raise InvalidParameter("the file describes no provider of this message service", value=name)
        return MessageService(
            name=found.name.upper(),
            display_name=found.display_name,
            providers=tuple(_provider(section) for section in found.providers),
            single_copy=bool(props.get(PR_RESOURCE_FLAGS, 0) & SERVICE_SINGLE_COPY),
            properties=_kept(props),
            sections={section.uid: _public(section) for section in found.extras if section.uid is not None},
            entry=_entry(props.get(PR_SERVICE_DLL_NAME), props.get(PR_SERVICE_ENTRY_NAME)),
            default=name.upper() in self.defaults,
        )

    def stands_for_installed(self, name: str) -> bool:
        """Whether what a file says is meant for the installed service of the name: its DLL is called like it."""
        section = self._files[name.upper()].section(name)
        return section is not None and (section.get("PR_SERVICE_DLL_NAME") or "").upper() == name.upper()

    def _read(self, path: Path) -> None:
        from mapix.formats.defects import Defect
        from mapix.formats.mapisvc import DEFAULTS, parse

        try:
            _check(path)
            text, foreign = _decoded(path.read_bytes())
            parsed = parse(text)
        except (OSError, MapiError) as error:
            self.unread.append(_unread(path, error))
            self.defects.append((path, Defect("file", self.unread[-1].why)))
            return
        if foreign:
            self.defects.append((path, Defect("file", f"neither UTF-8 nor UTF-16, it is read as {_WINDOWS}")))
        self.defects += [(path, defect) for defect in parsed.defects]
        self.defects += [(path, defect) for defect in _secure(parsed.value)]
        for name in parsed.value.names():
            if parsed.value.section(name) is not None:
                self._files.setdefault(name.upper(), parsed.value)
        mine = (name.upper() for name in parsed.value.names(DEFAULTS))
        self.defaults += [name for name in mine if self._files.get(name) is parsed.value]


def _decoded(data: bytes) -> tuple[str, bool]:
    """The text of a file, UTF-16 where it begins so, and whether it is in a code page of Windows."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return data.decode("utf-16", "replace"), False
    try:
        return data.decode(), False
    except UnicodeDecodeError:
        return data.decode(_WINDOWS, "replace"), True


def _secure(file: ServiceFile) -> Iterator[Defect]:
    """A file holds public data only (PRF-30): secure properties are no part of it, and go into no profile (PRF-23)."""
    from mapix.formats.defects import Defect

    for section in file.sections.values():
        for tag in section.properties():
            if tag.is_secure:
                yield Defect(f"[{section.name}] {tag}", "a secure property is not read from such a file")


def _provider(section: Section) -> ProviderSpec:
    from mapix.properties.tags import (
        PR_DISPLAY_NAME,
        PR_PROVIDER_DISPLAY,
        PR_PROVIDER_DLL_NAME,
        PR_RESOURCE_FLAGS,
        PR_RESOURCE_TYPE,
    )

    props = section.properties()
    number, dll = props.get(PR_RESOURCE_TYPE), props.get(PR_PROVIDER_DLL_NAME)
    if number not in {int(kind) for kind in ProviderKind}:
        text = f"the provider {section.name} is of no kind that can be loaded (PR_RESOURCE_TYPE)"
        raise InvalidParameter(text, value=section.get("PR_RESOURCE_TYPE"))
    if dll is None:
        raise InvalidParameter(f"the provider {section.name} names no PR_PROVIDER_DLL_NAME", value=section.name)
    kind = ProviderKind(number)
    shown = props.get(PR_PROVIDER_DISPLAY) or props.get(PR_DISPLAY_NAME) or section.name
    load = partial(_load, kind, module_name(dll), section.name)
    return ProviderSpec(kind, section.name, shown, load, props.get(PR_RESOURCE_FLAGS, 0), _kept(props))


def _load(kind: ProviderKind, module: str, name: str) -> Any:
    from mapix.subsystem.catalogue.providerinit import start_provider

    return start_provider(kind, module, name)


def _entry(dll: str | None, function: str | None) -> Callable[..., object] | None:
    """The service's entry function, imported when it is called (PRF-40, PRF-45)."""
    if not dll or not function:
        return None
    module = module_name(dll)

    def entry(*args: Any) -> object:
        from mapix.subsystem.catalogue.providerinit import function_of

        return function_of(module, function)(*args)

    return entry


def _kept(props: Mapping[PropTag, Any]) -> dict[PropTag, Any]:
    """What goes into a section of a profile: all but what the profile has a place of its own for."""
    from mapix.properties.tags import (
        PR_DISPLAY_NAME,
        PR_PROVIDER_DISPLAY,
        PR_RESOURCE_FLAGS,
        PR_RESOURCE_TYPE,
    )

    own = (PR_DISPLAY_NAME, PR_PROVIDER_DISPLAY, PR_RESOURCE_FLAGS, PR_RESOURCE_TYPE)
    return {_as_unicode(tag): value for tag, value in props.items() if tag not in own and not tag.is_secure}


def _public(section: Section) -> dict[PropTag, Any]:
    return {_as_unicode(tag): value for tag, value in section.properties().items() if not tag.is_secure}


def _as_unicode(tag: PropTag) -> PropTag:
    """Texts are kept as UNICODE, whatever width the file gives them."""
    from mapix.properties.tag import PropTag, PropType

    return PropTag.of(tag.id, PropType.UNICODE) if tag.type == PropType.STRING8 else tag
