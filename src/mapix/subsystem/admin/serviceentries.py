"""Entries of message services and providers in a profile: made, copied, and the flags one of them has (PRF 4.8)."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from uuid import uuid4

from mapix.interfaces.spi import MessageService, ProviderKind, ProviderSpec
from mapix.properties.errors import NoAccess, NotFound
from mapix.properties.flags import (
    SERVICE_NO_PRIMARY_IDENTITY,
    SERVICE_PRIMARY_IDENTITY,
    SERVICE_SINGLE_COPY,
    STATUS_DEFAULT_STORE,
    STATUS_NO_DEFAULT_STORE,
    STATUS_NO_PRIMARY_IDENTITY,
    STATUS_PRIMARY_IDENTITY,
)
from mapix.properties.tags import PR_SERVICE_EXTRA_UIDS
from mapix.subsystem.profiles.profile import Profile, ProviderEntry, ServiceEntry, extra_uids
from mapix.subsystem.profiles.servicesecrets import uids_of

_ROLES = STATUS_PRIMARY_IDENTITY | STATUS_DEFAULT_STORE


def insert(profile: Profile, added: ServiceEntry) -> None:
    """Put a service at the end of a profile, with a number no other of its name has; `NoAccess` for a second one of a
    single-copy service.
    """
    single = added.resource_flags & SERVICE_SINGLE_COPY
    if single and any(other.name == added.name for other in profile.services):
        raise NoAccess("a profile holds this message service only once", value=added.name)
    choose_flags(profile, added)
    added.number = profile.free_number(added.name)
    profile.services.append(added)


def take_out(profile: Profile, entry: ServiceEntry) -> None:
    """Take a service out of a profile, with its sections; the primary identity goes to the next (PRF-51)."""
    profile.services.remove(entry)
    gone = set(uids_of(entry)).difference(*map(uids_of, profile.services))
    for each in gone:
        profile.sections.pop(each, None)
    profile.transport_order = [each for each in profile.transport_order if each not in gone]
    profile.secure = [each for each in profile.secure if each not in gone]
    pass_on_identity(profile, entry.providers)


def copied(profile: Profile, entry: ServiceEntry, into: Profile) -> ServiceEntry:
    """A copy of a service under uids of its own; its extra sections come along into `into` (PR_SERVICE_EXTRA_UIDS)."""
    copy = deepcopy(entry)
    copy.uid = uuid4().bytes_le
    for provider in copy.providers:
        provider.uid = uuid4().bytes_le
        provider.resource_flags &= ~_ROLES
    copy.resource_flags &= ~SERVICE_PRIMARY_IDENTITY
    if old := extra_uids(entry):
        new = {uid: uuid4().bytes_le for uid in old}
        copy.properties[PR_SERVICE_EXTRA_UIDS] = b"".join(new[uid] for uid in old)
        into.sections.update({new[uid]: dict(profile.sections[uid]) for uid in old if uid in profile.sections})
    new_uids = zip(uids_of(entry), uids_of(copy), strict=True)
    into.secure.extend(new for old, new in new_uids if old in profile.secure)
    return copy


def new_service(described: MessageService, display_name: str | None) -> ServiceEntry:
    """The entry of a service that is added, with a section for each of its providers."""
    flags = SERVICE_SINGLE_COPY if described.single_copy else 0
    able = any(not spec.resource_flags & STATUS_NO_PRIMARY_IDENTITY for spec in described.providers)
    flags |= 0 if able else SERVICE_NO_PRIMARY_IDENTITY
    providers = [new_provider(spec, uuid4().bytes_le) for spec in described.providers]
    name = display_name or described.display_name
    properties = dict(described.properties)
    if described.sections:
        properties[PR_SERVICE_EXTRA_UIDS] = b"".join(described.sections)
    uid = uuid4().bytes_le
    return ServiceEntry(uid, described.name, name, flags, properties=properties, providers=providers)


def new_provider(spec: ProviderSpec, uid: bytes) -> ProviderEntry:
    """A section of a provider; the flags that MAPI or the user sets later start clear."""
    flags = spec.resource_flags & ~(STATUS_PRIMARY_IDENTITY | STATUS_DEFAULT_STORE)
    return ProviderEntry(uid, spec.name, spec.kind, spec.display_name, flags, dict(spec.properties))


def choose_flags(profile: Profile, added: ServiceEntry) -> None:
    """Make the first store that can be the default store it, and the first capable provider the identity (PRF-51)."""
    stores = [entry for entry in added.providers if entry.kind is ProviderKind.STORE]
    able = [entry for entry in stores if not entry.resource_flags & STATUS_NO_DEFAULT_STORE]
    if able and profile.default_store() is None:
        able[0].resource_flags |= STATUS_DEFAULT_STORE
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


def pass_on_identity(profile: Profile, gone: Iterable[ProviderEntry]) -> None:
    """The primary identity goes from providers that were removed to the next capable one (PRF-51); where nobody was to
    have it, nobody gets it.
    """
    if not any(entry.resource_flags & STATUS_PRIMARY_IDENTITY for entry in gone):
        return
    for service in profile.services:
        set_flag(service, SERVICE_PRIMARY_IDENTITY, False)
    any(_give_identity(service) for service in profile.services)


def identity_provider(profile: Profile, uid: bytes) -> ProviderEntry:
    """The provider that a service's uid or its own names; `NotFound`, `NoAccess` for one that cannot (C5)."""
    for service, provider in profile.providers():
        if uid in (service.uid, provider.uid):
            if provider.resource_flags & STATUS_NO_PRIMARY_IDENTITY:
                continue
            return provider
    if any(uid in (service.uid, provider.uid) for service, provider in profile.providers()):
        raise NoAccess("this message service cannot say who the user is", value=uid)
    raise NotFound("the profile has no message service with this uid", value=uid)


def choose_identity(profile: Profile, uid: bytes | None) -> None:
    """Give the primary identity to what `identity_provider` finds, for None to nobody."""
    chosen = identity_provider(profile, uid) if uid is not None else None
    for service, provider in profile.providers():
        set_flag(provider, STATUS_PRIMARY_IDENTITY, provider is chosen)
        set_flag(service, SERVICE_PRIMARY_IDENTITY, any(each is chosen for each in service.providers))


def set_flag(entry: ServiceEntry | ProviderEntry, flag: int, on: bool) -> None:
    """Set or clear a resource flag."""
    entry.resource_flags = entry.resource_flags | flag if on else entry.resource_flags & ~flag
