"""The catalogue of message services: what can be put into a profile (the part of MAPISVC.INF; PRF-30).

Distributions offer services by entry points in the group `mapix.services`, files like MAPISVC.INF describe others
(see `inffiles`), and a program may add its own with `register`. Reading the names imports nothing, asking for a
service imports the module that describes it, and only `ProviderSpec.load` imports a provider.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from mapix.interfaces.spi import MessageService, ProviderSpec
from mapix.properties.errors import MapiError, NotFound
from mapix.properties.interrupts import let_interrupt_through
from mapix.subsystem.catalogue.entrypoints import read_group

if TYPE_CHECKING:
    from mapix.formats.defects import Defect
    from mapix.subsystem.catalogue.inffiles import InfFiles, Unread

GROUP = "mapix.services"
_log = logging.getLogger("mapix.subsystem")


@dataclass(frozen=True, slots=True)
class Unavailable:
    """A message service that is installed and cannot be used; `reason` says why."""

    name: str
    reason: str


class Catalogue:
    """The message services of this installation, by name, case aside. Of those in `files` the first of a name counts;
    they come before what distributions offer; one that cannot be read is told of in the log and by `defects`.
    """

    def __init__(self, files: Sequence[Path] = ()) -> None:
        self._files = list(files)
        self._described: InfFiles | None = None
        self._offered: dict[str, str] | None = None
        self._known: dict[str, MessageService | Unavailable] = {}

    def register(self, service: MessageService) -> None:
        """Offer a service from within the program; it takes the place of an installed one of its name."""
        self._known[service.name.upper()] = service

    def names(self) -> list[str]:
        """Names of all services, those that turn out unavailable included; nothing is imported."""
        return sorted({*self._entries(), *self._known, *self._in_files().names()})

    def defects(self) -> list[tuple[Path, Defect]]:
        """What is wrong in the files that describe services, with the file each is in."""
        return list(self._in_files().defects) if self._files else []

    def unread(self) -> list[Unread]:
        """The files that should describe services and cannot be read."""
        return list(self._in_files().unread) if self._files else []

    def get(self, name: str) -> MessageService:
        """The service of a name; `NotFound` when there is none or it cannot be loaded, with the reason."""
        found = self._load(name.upper())
        if isinstance(found, MessageService):
            return found
        if found is not None:
            raise NotFound(f"the message service cannot be used: {found.reason}", value=name)
        if (meant := self._meant(name)) is not None:
            return meant
        unread = "".join(f"{each.hint}: {each.path}; or " for each in self.unread())
        hint = f"{unread}one of {', '.join(self.names()) or 'none that is installed'}"
        raise NotFound("there is no message service of this name", value=name, hint=hint)

    def find(self, name: str) -> MessageService | None:
        """The service of a name, None when it cannot be had."""
        found = self._load(name.upper())
        return found if isinstance(found, MessageService) else None

    def defaults(self) -> list[MessageService]:
        """The services a profile is made with (MAPI_DEFAULT_SERVICES): those of the files first, in their order; what
        cannot be used is left out and told in the log.
        """
        found = [self._load(name) for name in dict.fromkeys((*self._in_files().defaults, *self.names()))]
        for each in found:
            if isinstance(each, Unavailable) and each.name in self._in_files().defaults:
                _log.warning("a profile gets no message service %s: %s", each.name, each.reason)
        return [each for each in found if isinstance(each, MessageService) and each.default]

    def _meant(self, alias: str) -> MessageService | None:
        """The service that command lines may call so."""
        offered = (found for found in self if isinstance(found, MessageService))
        return next((found for found in offered if found.alias and found.alias == alias.lower()), None)

    def __iter__(self) -> Iterator[MessageService | Unavailable]:
        """Every service, described; one that fails to load is `Unavailable` and the others go on."""
        for name in self.names():
            found = self._load(name)
            if found is not None:
                yield found

    def _in_files(self) -> InfFiles:
        if self._described is None:
            from mapix.subsystem.catalogue.inffiles import InfFiles

            self._described = InfFiles(self._files)
            for each in self._described.unread:
                _log.warning("message services are missing: %s", each)
        return self._described

    def _from_files(self, name: str) -> MessageService | Unavailable:
        try:
            described = self._in_files().service(name)
        except MapiError as error:
            return Unavailable(name, error.sentence)
        if name not in self._entries() or not self._in_files().stands_for_installed(name):
            return described
        installed = _import(name, self._entries()[name])
        if isinstance(installed, Unavailable):
            return installed
        return replace(
            installed,
            display_name=described.display_name,
            default=installed.default or described.default,
            properties={**installed.properties, **described.properties},
            sections={**installed.sections, **described.sections},
        )

    def _entries(self) -> dict[str, str]:
        if self._offered is None:
            self._offered = {name.upper(): value for name, value in read_group(GROUP).items()}
        return self._offered

    def _load(self, key: str) -> MessageService | Unavailable | None:
        if key not in self._known and key in self._in_files().names():
            self._known[key] = self._from_files(key)
        if key not in self._known and (value := self._entries().get(key)):
            self._known[key] = _import(key, value)
        return self._known.get(key)


def provider_of(service: MessageService, name: str) -> ProviderSpec:
    """The provider called `name` in a service; `NotFound`."""
    for spec in service.providers:
        if spec.name == name:
            return spec
    known = ", ".join(spec.name for spec in service.providers)
    raise NotFound(f"the message service {service.name} has no such provider", value=name, hint=f"one of {known}")


def _import(name: str, value: str) -> MessageService | Unavailable:
    """What an entry point names. A stranger's module may raise anything; none of it stops the others."""
    module, _, attribute = value.partition(":")
    try:
        found = getattr(import_module(module), attribute)
    except (Exception, SystemExit) as error:
        let_interrupt_through(error)
        _log.warning("message service %s (%s) cannot be loaded", name, value, exc_info=True)
        return Unavailable(name, f"{type(error).__name__}: {error}")
    if not isinstance(found, MessageService):
        return Unavailable(name, f"{value} is not a MessageService")
    return found
