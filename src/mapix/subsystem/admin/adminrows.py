"""Rows of the static tables of profile administration: profiles, message services, providers (SES-32)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from mapix.interfaces.spi import ProviderKind
from mapix.interfaces.table import MapiTable
from mapix.objects.tables.tabledata import TableData
from mapix.properties.flags import SERVICE_DEFAULT_STORE, STATUS_DEFAULT_STORE
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_DEFAULT_PROFILE,
    PR_DISPLAY_NAME,
    PR_INSTANCE_KEY,
    PR_PROVIDER_DISPLAY,
    PR_PROVIDER_DLL_NAME,
    PR_PROVIDER_ORDINAL,
    PR_PROVIDER_UID,
    PR_RESOURCE_FLAGS,
    PR_RESOURCE_TYPE,
    PR_SERVICE_DLL_NAME,
    PR_SERVICE_ENTRY_NAME,
    PR_SERVICE_NAME,
    PR_SERVICE_SUPPORT_FILES,
    PR_SERVICE_UID,
)
from mapix.subsystem.profiles.profile import Profile, ProviderEntry, ServiceEntry

PROFILE_COLUMNS = (PR_DISPLAY_NAME, PR_DEFAULT_PROFILE)
SERVICE_COLUMNS = (
    PR_SERVICE_UID,
    PR_SERVICE_NAME,
    PR_DISPLAY_NAME,
    PR_RESOURCE_FLAGS,
    PR_INSTANCE_KEY,
    PR_SERVICE_DLL_NAME,
    PR_SERVICE_ENTRY_NAME,
    PR_SERVICE_SUPPORT_FILES,
)
PROVIDER_COLUMNS = (
    PR_PROVIDER_UID,
    PR_DISPLAY_NAME,
    PR_PROVIDER_DISPLAY,
    PR_RESOURCE_TYPE,
    PR_RESOURCE_FLAGS,
    PR_PROVIDER_ORDINAL,
    PR_SERVICE_NAME,
    PR_SERVICE_UID,
    PR_PROVIDER_DLL_NAME,
    PR_INSTANCE_KEY,
)

Row = Mapping[PropTag, Any]


def profile_table(names: Iterable[str], default: str | None) -> MapiTable:
    """Profiles and which is the default: these two columns, no others."""
    rows = [{PR_DISPLAY_NAME: name, PR_DEFAULT_PROFILE: name == default} for name in names]
    view = TableData(PROFILE_COLUMNS, rows, index=PR_DISPLAY_NAME).view()
    view.set_columns(PROFILE_COLUMNS)
    return view


def service_table(profile: Profile) -> MapiTable:
    """The services of a profile, the newest last; sorted by name when asked."""
    return _table(SERVICE_COLUMNS, [_service_row(service, profile) for service in profile.services])


def provider_table(profile: Profile, service: ServiceEntry | None = None) -> MapiTable:
    """The providers of a profile or of one service."""
    ordinals = _ordinals(profile)
    pairs = [pair for pair in profile.providers() if service is None or pair[0] is service]
    return _table(PROVIDER_COLUMNS, [_provider_row(*pair, profile, ordinals) for pair in pairs])


def _table(columns: tuple[PropTag, ...], rows: Iterable[Row]) -> MapiTable:
    view = TableData(columns, rows).view()
    view.set_columns(columns)
    return view


def _service_row(service: ServiceEntry, profile: Profile) -> Row:
    default = profile.default_store()
    holds = any(provider.uid == default for provider in service.providers)
    flags = service.resource_flags & ~SERVICE_DEFAULT_STORE
    said = {tag.id: value for tag, value in service.properties.items()}
    return {
        PR_SERVICE_UID: service.uid,
        PR_SERVICE_NAME: service.name,
        PR_DISPLAY_NAME: service.display_name or service.name,
        PR_RESOURCE_FLAGS: flags | SERVICE_DEFAULT_STORE if holds else flags,
        PR_INSTANCE_KEY: service.uid,
        PR_SERVICE_DLL_NAME: said.get(PR_SERVICE_DLL_NAME.id, service.name),
        PR_SERVICE_ENTRY_NAME: said.get(PR_SERVICE_ENTRY_NAME.id, ""),
        PR_SERVICE_SUPPORT_FILES: said.get(PR_SERVICE_SUPPORT_FILES.id, ()),
    }


def _provider_row(
    service: ServiceEntry, provider: ProviderEntry, profile: Profile, ordinals: Mapping[bytes, int]
) -> Row:
    flags = provider.resource_flags
    if provider.kind is ProviderKind.STORE:
        chosen = STATUS_DEFAULT_STORE if profile.default_store() == provider.uid else 0
        flags = flags & ~STATUS_DEFAULT_STORE | chosen
    return {
        PR_PROVIDER_UID: provider.uid,
        PR_DISPLAY_NAME: service.display_name or provider.display_name or service.name,
        PR_PROVIDER_DISPLAY: provider.display_name or service.name,
        PR_RESOURCE_TYPE: int(provider.kind),
        PR_RESOURCE_FLAGS: flags,
        PR_PROVIDER_ORDINAL: ordinals[provider.uid],
        PR_SERVICE_NAME: service.name,
        PR_SERVICE_UID: service.uid,
        PR_PROVIDER_DLL_NAME: service.name,
        PR_INSTANCE_KEY: provider.uid,
    }


def _ordinals(profile: Profile) -> dict[bytes, int]:
    """Positions from 0; those of transports are the transport order (PRF-4)."""
    others = [entry.uid for _, entry in profile.providers() if entry.kind is not ProviderKind.TRANSPORT]
    ordered = [*(entry.uid for _, entry in profile.transports()), *others]
    return {uid: place for place, uid in enumerate(ordered)}
