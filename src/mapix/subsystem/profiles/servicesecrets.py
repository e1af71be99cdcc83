"""The secrets of a message service as administration deals with them: told apart, kept, copied, forgotten."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapix.interfaces.spi import MessageService
from mapix.properties.errors import MapiError
from mapix.subsystem.profiles.profile import Profile, ServiceEntry
from mapix.subsystem.profiles.profsect import service_secrets
from mapix.subsystem.profiles.settings import secrets_of

if TYPE_CHECKING:
    from mapix.subsystem.catalogue.services import Catalogue

_log = logging.getLogger("mapix.subsystem")


def split(described: MessageService, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str | None]]:
    """Settings that stand in the profile, and those that do not."""
    hidden = secrets_of(described)
    public = {name: value for name, value in settings.items() if name not in hidden}
    return public, {name: value for name, value in settings.items() if name in hidden}


def store_secrets(profile: Profile, entry: ServiceEntry, secrets: Mapping[str, str | None], home: Path | None) -> None:
    """Keep all of them or none; `NoSupport` where nothing keeps secrets."""
    kept: list[str] = []
    place = service_secrets(profile, entry.uid, home)
    try:
        for name, secret in secrets.items():
            place.store(name, secret)
            kept.append(name)
    except MapiError:
        for name in kept:
            place.store(name, None)
        raise


def copy_secrets(
    described: MessageService,
    source: tuple[Profile, ServiceEntry, Path | None],
    target: tuple[Profile, ServiceEntry, Path | None],
) -> None:
    """Keep for one service what keyring or vault keep for another."""
    origin = service_secrets(source[0], source[1].uid, source[2])
    found = {name: origin.fetch_kept(name) for name in secrets_of(described)}
    store_secrets(*target[:2], {name: secret for name, secret in found.items() if secret is not None}, target[2])


def forget_secrets(catalogue: Catalogue, profile: Profile, service: ServiceEntry, home: Path | None) -> None:
    """Take the secrets of a service out of keyring or vault; what cannot be removed is logged."""
    described = catalogue.find(service.name)
    for name in secrets_of(described) if described is not None else ():
        try:
            service_secrets(profile, service.uid, home).store(name, None)
        except Exception:
            _log.warning("the %s of %s could not be taken out of where it is kept", name, service.name, exc_info=True)
