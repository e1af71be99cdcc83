"""The secrets of a profile as administration deals with them: told apart, kept, copied, forgotten.

Secrets are the secret settings of services, and the secure properties of every section (PRF-23).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from mapix.interfaces.spi import MessageService
from mapix.properties.errors import MapiError
from mapix.subsystem.profiles.profile import Profile, ServiceEntry, extra_uids
from mapix.subsystem.profiles.profsect import PS_PROFILE_PROPERTIES, service_secrets
from mapix.subsystem.profiles.secrets import SECURE, SecretChanges, SecretPlace, secure_name
from mapix.subsystem.profiles.settings import PASSWORD, secrets_of

if TYPE_CHECKING:
    from mapix.subsystem.catalogue.services import Catalogue

_log = logging.getLogger("mapix.subsystem")


class Kept(NamedTuple):
    """A section of a profile that may have secrets: its uid, where they are, and what they are called."""

    uid: bytes
    place: SecretPlace
    names: tuple[str, ...]


def split(described: MessageService, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str | None]]:
    """Settings that stand in the profile, and those that do not."""
    hidden = secrets_of(described)
    public = {name: value for name, value in settings.items() if name not in hidden}
    return public, {name: value for name, value in settings.items() if name in hidden}


def uids_of(service: ServiceEntry) -> list[bytes]:
    """The sections of a service: its own, its providers', and others, in an order that copies of it share."""
    return [service.uid, *(provider.uid for provider in service.providers), *extra_uids(service)]


def places_of(catalogue: Catalogue, profile: Profile, home: Path | None) -> Iterator[Kept]:
    """Every section of a profile; a service that is not installed is taken to have a password."""
    extra = {uid for service in profile.services for uid in extra_uids(service)}
    for uid in (PS_PROFILE_PROPERTIES, *(uid for uid in profile.sections if uid not in extra)):
        yield _kept(profile, uid, "PROFILE", (), home)
    for service in profile.services:
        yield from places_of_service(catalogue, profile, service, home)


def places_of_service(
    catalogue: Catalogue, profile: Profile, service: ServiceEntry, home: Path | None
) -> Iterator[Kept]:
    """The sections of a service, in the order of `uids_of`."""
    described = catalogue.find(service.name)
    own = sorted(secrets_of(described)) if described is not None else [PASSWORD]
    extra = extra_uids(service)
    for uid in uids_of(service):
        yield _kept(profile, uid, "PROFILE" if uid in extra else service.name, own if uid == service.uid else (), home)


def _kept(profile: Profile, uid: bytes, service: str, own: Iterable[str], home: Path | None) -> Kept:
    place = SecretPlace(service, f"{profile.search_key.hex()}/{uid.hex()}", home)
    return Kept(uid, place, (*own, *(map(secure_name, SECURE) if uid in profile.secure else ())))


def store_secrets(
    changes: SecretChanges, profile: Profile, entry: ServiceEntry, secrets: Mapping[str, str | None], home: Path | None
) -> None:
    """Keep secrets of a service, to be taken back by `changes`; `NoSupport` where nothing keeps secrets."""
    place = service_secrets(profile, entry.uid, home)
    for name, secret in secrets.items():
        changes.store(place, name, secret)


def copy_secrets(changes: SecretChanges, source: Iterable[Kept], target: Iterable[Kept]) -> None:
    """Keep for some sections what keyring or vault keep for others of the same shape, to be taken back by `changes`.

    Raises LogonFailed where the vault does not open, and what else keeps the secrets from being read or written.
    """
    for old, new in zip(source, target, strict=True):
        for name in old.names:
            if (secret := old.place.fetch_kept(name)) is not None:
                changes.store(new.place, name, secret)


def forget_secrets(places: Iterable[Kept]) -> None:
    """Take the secrets of sections out of keyring or vault; where they cannot be removed that is logged, once."""
    for kept in places:
        for name in kept.names:
            try:
                kept.place.store(name, None)
            except MapiError as error:
                _log.warning("secrets of %s stay where they are kept: %s", kept.place.service, error)
                return


def forget_profile(profile: Profile, home: Path, catalogue: Catalogue | None = None) -> None:
    """Take every secret of a profile that goes out of keyring or vault."""
    if catalogue is None:
        from mapix.subsystem.catalogue.inffiles import inf_files
        from mapix.subsystem.catalogue.services import Catalogue

        catalogue = Catalogue(inf_files(home))
    forget_secrets(places_of(catalogue, profile, home))
