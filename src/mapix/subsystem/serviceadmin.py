"""The message services of one profile: IMsgServiceAdmin and IProviderAdmin (session 4.3, 4.4).

Everything acts on the profile's file at once; sessions that run on it see it at their next logon (SES-65).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from mapix.interfaces.admin import MsgServiceAdmin, ProfSect, ProviderAdmin
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import MessageService, ProviderKind, ProviderSpec
from mapix.interfaces.table import MapiTable
from mapix.properties.errors import Busy, InvalidParameter, MapiError, NoAccess, NotFound, Unconfigured
from mapix.properties.flags import (
    SERVICE_DEFAULT_STORE,
    SERVICE_NO_PRIMARY_IDENTITY,
    SERVICE_PRIMARY_IDENTITY,
    SERVICE_SINGLE_COPY,
    STATUS_DEFAULT_STORE,
    STATUS_NO_DEFAULT_STORE,
    STATUS_NO_PRIMARY_IDENTITY,
    STATUS_PRIMARY_IDENTITY,
)
from mapix.properties.value import Props
from mapix.subsystem.adminrows import provider_table, service_table
from mapix.subsystem.profile import Profile, ProviderEntry, ServiceEntry
from mapix.subsystem.profilehandle import StoredProfile
from mapix.subsystem.profsect import open_section, service_secrets
from mapix.subsystem.services import provider_of
from mapix.subsystem.settings import check_settings, complete, missing, secrets_of

if TYPE_CHECKING:
    from mapix.subsystem.initialize import Subsystem
    from mapix.subsystem.services import Catalogue

_log = logging.getLogger("mapix.subsystem")


class ServiceAdministration(MsgServiceAdmin):
    """Administration of the services of a profile."""

    def __init__(self, subsystem: Subsystem, profile_name: str) -> None:
        self._subsystem = subsystem
        self._catalogue = subsystem.catalogue
        self._handle = StoredProfile(subsystem.profiles, profile_name)

    def get_msg_service_table(self) -> MapiTable:
        """See `MsgServiceAdmin.get_msg_service_table`."""
        return service_table(self._handle.read())

    def get_provider_table(self) -> MapiTable:
        """See `MsgServiceAdmin.get_provider_table`."""
        return provider_table(self._handle.read())

    def create_msg_service(
        self, service: str, display_name: str | None = None, settings: Mapping[str, Any] | None = None
    ) -> bytes:
        """See `MsgServiceAdmin.create_msg_service`. Settings may be missing: the service is unconfigured then (C8).

        `InvalidParameter` names a setting that is wrong; secrets go to the keyring, `NoSupport` without one.
        """
        described = self._catalogue.get(service)
        entry = _new_service(described, display_name)
        public, secrets = _split(described, check_settings(described, settings or {}))
        entry.settings = {name: value for name, value in public.items() if value is not None}
        _check_whole(described, entry.settings)

        def add(profile: Profile) -> Profile:
            if described.single_copy and any(other.name == described.name for other in profile.services):
                raise NoAccess("a profile holds this message service only once", value=described.name)
            _choose_flags(profile, entry)
            profile.services.append(entry)
            _store_secrets(profile, entry, secrets, self._handle.home)
            return profile

        self._handle.change(add)
        return entry.uid

    def configure_msg_service(self, uid: bytes, settings: Mapping[str, Any]) -> None:
        """See `MsgServiceAdmin.configure_msg_service`; None takes a setting back to its default. `NotFound`."""

        def configure(profile: Profile) -> None:
            entry = profile.service(uid)
            described = self._catalogue.get(entry.name)
            public, secrets = _split(described, check_settings(described, settings))
            changed = {**entry.settings, **public}
            changed = {name: value for name, value in changed.items() if value is not None}
            _check_whole(described, changed)
            _store_secrets(profile, entry, secrets, self._handle.home)
            entry.settings = changed

        self._handle.change(configure)

    def delete_msg_service(self, uid: bytes) -> None:
        """See `MsgServiceAdmin.delete_msg_service`; its secrets leave the keyring. `NotFound`."""

        def delete(profile: Profile) -> None:
            entry = profile.service(uid)
            forget_secrets(self._catalogue, profile, entry, self._handle.home)
            profile.services.remove(entry)
            gone = {provider.uid for provider in entry.providers}
            profile.transport_order = [each for each in profile.transport_order if each not in gone]
            _pass_on_identity(profile)

        self._handle.change(delete)

    def admin_providers(self, uid: bytes) -> ProviderAdmin:
        """See `MsgServiceAdmin.admin_providers`; `NotFound`."""
        self._handle.read().service(uid)
        return ProviderAdministration(self._subsystem, self._handle, uid)

    def open_profile_section(self, uid: bytes | None, access: Access = Access.READ, *, force: bool = False) -> ProfSect:
        """See `MsgServiceAdmin.open_profile_section`; `force` is MAPI_FORCE_ACCESS."""
        return open_section(self._handle, self._catalogue, self._subsystem.section_locks, uid, access, force=force)

    def msg_service_transport_order(self, uids: Sequence[bytes]) -> None:
        """See `MsgServiceAdmin.msg_service_transport_order`: `Busy` for a wrong count, `NotFound` for a strange uid."""

        def order(profile: Profile) -> None:
            known = {provider.uid for _, provider in profile.providers(ProviderKind.TRANSPORT)}
            if len(uids) != len(known):
                raise Busy(f"the profile has {len(known)} transports, and all of them must be named", value=len(uids))
            for uid in uids:
                if uid not in known or list(uids).count(uid) > 1:
                    raise NotFound("the profile has no other transport with this uid", value=uid)
            profile.transport_order = [bytes(uid) for uid in uids]

        self._handle.change(order)

    def set_primary_identity(self, uid: bytes | None) -> None:
        """The service, or provider, that says who the user is; None for none (C5).

        `NotFound`, `NoAccess` for one that cannot.
        """

        def choose(profile: Profile) -> None:
            chosen = _identity_provider(profile, uid) if uid is not None else None
            for service, provider in profile.providers():
                mine = provider is chosen
                _set(provider, STATUS_PRIMARY_IDENTITY, mine)
                _set(service, SERVICE_PRIMARY_IDENTITY, any(each is chosen for each in service.providers))

        self._handle.change(choose)


class ProviderAdministration(ProviderAdmin):
    """Administration of the providers of one service."""

    def __init__(self, subsystem: Subsystem, handle: StoredProfile, service: bytes) -> None:
        self._subsystem = subsystem
        self._handle = handle
        self._service = service

    def get_provider_table(self) -> MapiTable:
        """See `ProviderAdmin.get_provider_table`."""
        profile = self._handle.read()
        return provider_table(profile, profile.service(self._service))

    def create_provider(self, name: str, props: Props | None = None) -> bytes:
        """See `ProviderAdmin.create_provider`; `NotFound` for a provider the service does not have."""
        uid = uuid4().bytes_le

        def create(profile: Profile) -> None:
            service = profile.service(self._service)
            spec = provider_of(self._subsystem.catalogue.get(service.name), name)
            entry = _new_provider(spec, uid)
            entry.properties.update(props or {})
            service.providers.append(entry)

        self._handle.change(create)
        return uid

    def delete_provider(self, uid: bytes) -> None:
        """See `ProviderAdmin.delete_provider`; `NotFound`."""

        def delete(profile: Profile) -> None:
            service, provider = profile.provider(uid)
            if service.uid != self._service:
                raise NotFound("the message service has no provider with this uid", value=uid)
            service.providers.remove(provider)
            profile.transport_order = [each for each in profile.transport_order if each != uid]
            _pass_on_identity(profile)

        self._handle.change(delete)

    def open_profile_section(self, uid: bytes | None, access: Access = Access.READ) -> ProfSect:
        """See `ProviderAdmin.open_profile_section`; a uid must be given, provider sections are for reading (PRF-18)."""
        if uid is None:
            raise InvalidParameter("name the section by its uid")
        locks = self._subsystem.section_locks
        own = any(provider.uid == uid for provider in self._handle.read().service(self._service).providers)
        if own and access is Access.MODIFY:
            raise NoAccess("the section belongs to a provider", value=uid)
        return open_section(self._handle, self._subsystem.catalogue, locks, uid, access, force=own)


def forget_secrets(catalogue: Catalogue, profile: Profile, service: ServiceEntry, home: Path | None) -> None:
    """Take the secrets of a service out of keyring or vault; what cannot be removed is logged."""
    described = catalogue.find(service.name)
    for name in secrets_of(described) if described is not None else ():
        try:
            service_secrets(profile, service.uid, home).store(name, None)
        except Exception:
            _log.warning("the %s of %s could not be taken out of where it is kept", name, service.name, exc_info=True)


def _new_service(described: MessageService, display_name: str | None) -> ServiceEntry:
    flags = SERVICE_SINGLE_COPY if described.single_copy else 0
    able = any(not spec.resource_flags & STATUS_NO_PRIMARY_IDENTITY for spec in described.providers)
    flags |= 0 if able else SERVICE_NO_PRIMARY_IDENTITY
    providers = [_new_provider(spec, uuid4().bytes_le) for spec in described.providers]
    name = display_name or described.display_name
    return ServiceEntry(uuid4().bytes_le, described.name, name, flags, providers=providers)


def _new_provider(spec: ProviderSpec, uid: bytes) -> ProviderEntry:
    """A section of a provider; the flags that MAPI or the user sets later start clear."""
    flags = spec.resource_flags & ~(STATUS_PRIMARY_IDENTITY | STATUS_DEFAULT_STORE)
    return ProviderEntry(uid, spec.name, spec.kind, spec.display_name, flags)


def _choose_flags(profile: Profile, added: ServiceEntry) -> None:
    """Make the first store that can be the default store it, and the first capable provider the identity (PRF-51)."""
    stores = [entry for entry in added.providers if entry.kind is ProviderKind.STORE]
    able = [entry for entry in stores if not entry.resource_flags & STATUS_NO_DEFAULT_STORE]
    if able and profile.default_store() is None:
        able[0].resource_flags |= STATUS_DEFAULT_STORE
        added.resource_flags |= SERVICE_DEFAULT_STORE
    if not any(entry.resource_flags & STATUS_PRIMARY_IDENTITY for _, entry in profile.providers()):
        _give_identity(added)


def _give_identity(service: ServiceEntry) -> bool:
    """Give the primary identity to the first capable transport of a service."""
    for entry in service.providers:
        if entry.kind is ProviderKind.TRANSPORT and not entry.resource_flags & STATUS_NO_PRIMARY_IDENTITY:
            entry.resource_flags |= STATUS_PRIMARY_IDENTITY
            service.resource_flags |= SERVICE_PRIMARY_IDENTITY
            return True
    return False


def _pass_on_identity(profile: Profile) -> None:
    """Somebody must have the primary identity who can: after a removal the next capable one (PRF-51)."""
    if any(entry.resource_flags & STATUS_PRIMARY_IDENTITY for _, entry in profile.providers()):
        return
    for service in profile.services:
        _set(service, SERVICE_PRIMARY_IDENTITY, False)
    any(_give_identity(service) for service in profile.services)


def _identity_provider(profile: Profile, uid: bytes) -> ProviderEntry:
    for service, provider in profile.providers():
        if uid in (service.uid, provider.uid):
            if provider.resource_flags & STATUS_NO_PRIMARY_IDENTITY:
                continue
            return provider
    if any(uid in (service.uid, provider.uid) for service, provider in profile.providers()):
        raise NoAccess("this message service cannot say who the user is", value=uid)
    raise NotFound("the profile has no message service with this uid", value=uid)


def _set(entry: ServiceEntry | ProviderEntry, flag: int, on: bool) -> None:
    entry.resource_flags = entry.resource_flags | flag if on else entry.resource_flags & ~flag


def _split(described: MessageService, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str | None]]:
    hidden = secrets_of(described)
    public = {name: value for name, value in settings.items() if name not in hidden}
    return public, {name: value for name, value in settings.items() if name in hidden}


def _check_whole(described: MessageService, settings: Mapping[str, Any]) -> None:
    """Let the service look at settings that are complete; incomplete ones are left for later (C8)."""
    filled = complete(described, settings)
    if described.check is not None and not missing(described, filled):
        with suppress(Unconfigured):
            described.check(filled)


def _store_secrets(profile: Profile, entry: ServiceEntry, secrets: Mapping[str, str | None], home: Path | None) -> None:
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
