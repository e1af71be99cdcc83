"""What the status table shows of a provider: what it says itself, and the columns that are MAPI's (SES-31)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from mapix.interfaces.spi import ProviderKind
from mapix.properties.errors import MapiError
from mapix.properties.flags import (
    STATUS_AVAILABLE,
    STATUS_CHANGE_PASSWORD,
    STATUS_OWN_STORE,
    STATUS_VALIDATE_STATE,
)
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_OWN_STORE_ENTRYID,
    PR_PROVIDER_DISPLAY,
    PR_PROVIDER_DLL_NAME,
    PR_RESOURCE_FLAGS,
    PR_RESOURCE_METHODS,
    PR_RESOURCE_TYPE,
    PR_STATUS_CODE,
)
from mapix.subsystem.profiles.settings import PASSWORD, secrets_of
from mapix.subsystem.remote import offline
from mapix.subsystem.settingsdialog import dialog_bit

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore
    from mapix.subsystem.profiles.profile import Pair, ServiceEntry

Row = dict[PropTag, Any]


def row_of(core: SessionCore, pair: Pair, values: Mapping[PropTag, Any], *, update: bool) -> Row:
    """The row of a provider that says `values`, all it says or with `update` what changed."""
    service, provider = pair
    base = {} if update and core.status.has(provider.uid) else _known(pair)
    row = {**base, **values, **_own(core, pair)}
    if provider.kind is ProviderKind.TRANSPORT:
        row |= _of_transport(core, pair, row)
    if PR_RESOURCE_METHODS in row:
        row[PR_RESOURCE_METHODS] |= _methods(core, service)
    return row


def _methods(core: SessionCore, service: ServiceEntry) -> int:
    """What MAPI offers for every provider of a service: another password, a look at the settings (STA-10, STA-11)."""
    password = STATUS_CHANGE_PASSWORD if PASSWORD in _secrets_of(core, service) else 0
    return password | dialog_bit(core, service)


def _known(pair: Pair) -> Row:
    """What is shown of a provider that says nothing."""
    service, provider = pair
    return {
        PR_DISPLAY_NAME: service.display_name or service.name,
        PR_PROVIDER_DISPLAY: provider.display_name or service.name,
        PR_STATUS_CODE: STATUS_AVAILABLE,
        PR_RESOURCE_METHODS: STATUS_VALIDATE_STATE,
    }


def _own(core: SessionCore, pair: Pair) -> Row:
    """The columns that are MAPI's own."""
    service, provider = pair
    is_store = provider.kind is ProviderKind.STORE
    return {
        PR_RESOURCE_TYPE: int(provider.kind),
        PR_RESOURCE_FLAGS: core.stores.flags(pair) if is_store else provider.resource_flags,
        PR_PROVIDER_DLL_NAME: service.name,
    }


def _of_transport(core: SessionCore, pair: Pair, row: Row) -> Row:
    """The store whose server it shares, and that it works offline (STATUS_OWN_STORE, SPL-45)."""
    service, provider = pair
    stores = [each for each in service.providers if each.kind is ProviderKind.STORE]
    found: Row = {}
    if stores and provider.resource_flags & STATUS_OWN_STORE:
        found[PR_OWN_STORE_ENTRYID] = core.stores.entry_id((service, stores[0]))
    if core.spooling.is_offline(provider.uid):
        found |= offline(row.get(PR_STATUS_CODE, 0))
    return found


def _secrets_of(core: SessionCore, service: ServiceEntry) -> frozenset[str]:
    try:
        return secrets_of(core.catalogue.get(service.name))
    except MapiError:
        return frozenset()
