"""Choosing the default store of a session and its profile (SES-55..SES-58)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from mapix.interfaces.prop import Access
from mapix.interfaces.spi import ProviderKind
from mapix.properties.errors import InvalidParameter, NoSupport, NotFound, UnknownFlags
from mapix.properties.flags import (
    MAPI_DEFAULT_STORE,
    MAPI_PRIMARY_STORE,
    MAPI_SECONDARY_STORE,
    MAPI_SIMPLE_STORE_PERMANENT,
    MAPI_SIMPLE_STORE_TEMPORARY,
    STATUS_DEFAULT_STORE,
    STATUS_NO_DEFAULT_STORE,
    STATUS_PRIMARY_STORE,
    STATUS_SECONDARY_STORE,
    STATUS_SIMPLE_STORE,
    STORE_CREATE_OK,
    STORE_MODIFY_OK,
    STORE_SUBMIT_OK,
)
from mapix.properties.tags import PR_RESOURCE_FLAGS, PR_STORE_SUPPORT_MASK
from mapix.subsystem.profiles.profile import Pair, Profile

if TYPE_CHECKING:
    from mapix.subsystem.core import SessionCore
    from mapix.subsystem.session import Session

_FLAGS = {
    MAPI_DEFAULT_STORE: STATUS_DEFAULT_STORE,
    MAPI_SIMPLE_STORE_TEMPORARY: STATUS_SIMPLE_STORE,
    MAPI_SIMPLE_STORE_PERMANENT: STATUS_SIMPLE_STORE,
    MAPI_PRIMARY_STORE: STATUS_PRIMARY_STORE,
    MAPI_SECONDARY_STORE: STATUS_SECONDARY_STORE,
}
_NEEDED = STORE_SUBMIT_OK | STORE_CREATE_OK | STORE_MODIFY_OK


def set_default_store(session: Session, core: SessionCore, entry_id: bytes | None, which: int) -> None:
    """Give a store the role `which`, an enumeration (SES-55); None takes it away from whoever has it.

    Raises UnknownFlags, NotFound for a store outside the profile, NoSupport for one that cannot be the default.
    """
    flag = _FLAGS.get(which)
    if flag is None:
        raise UnknownFlags("exactly one kind of default store is wanted", value=which, hint="MAPI_DEFAULT_STORE")
    chosen = _find(core, entry_id) if entry_id else None
    if chosen is not None and which == MAPI_DEFAULT_STORE:
        _check_able(session, chosen, entry_id or b"")

    def choose(profile: Profile) -> None:
        _give(profile, flag, chosen[1].uid if chosen is not None else None)

    if which == MAPI_SIMPLE_STORE_TEMPORARY:
        choose(core.handle.profile)
    else:
        core.handle.change(choose)
    core.stores.refresh()
    _refresh_status(core)
    core.identity.forget()


def _find(core: SessionCore, entry_id: bytes) -> Pair:
    pair, _ = core.stores.match(entry_id)
    if all(pair[1].uid != other[1].uid for other in core.stores.pairs()):
        raise NotFound("the store is not in the profile", value=entry_id)
    return pair


def _check_able(session: Session, pair: Pair, entry_id: bytes) -> None:
    """A default store takes messages and lets them be sent (SES-57)."""
    if pair[1].resource_flags & STATUS_NO_DEFAULT_STORE:
        raise NoSupport("this store can never be the default store", value=pair[0].display_name)
    store = session.open_msg_store(entry_id, Access.BEST, no_mail=True)
    mask = store.get_prop(PR_STORE_SUPPORT_MASK, 0)
    store.close()
    if mask & _NEEDED != _NEEDED:
        raise NoSupport("a default store must be writable and let messages be submitted", value=pair[0].display_name)


def _give(profile: Profile, flag: int, uid: bytes | None) -> None:
    """Set a role's flag on one store and clear it on the others."""
    stores = [entry for _, entry in profile.providers(ProviderKind.STORE)]
    if uid is not None and all(entry.uid != uid for entry in stores):
        raise InvalidParameter("the store is not in the profile any more", value=uid)
    for entry in stores:
        entry.resource_flags = entry.resource_flags | flag if entry.uid == uid else entry.resource_flags & ~flag
    if flag == STATUS_DEFAULT_STORE:
        profile.no_default_store = uid is None


def _refresh_status(core: SessionCore) -> None:
    """Show the flags in the status rows of stores that have one."""
    for pair in core.stores.pairs():
        with suppress(NotFound):
            row = core.status.row(pair[1].uid)
            flags = core.stores.flags(pair)
            if row.get(PR_RESOURCE_FLAGS) != flags:
                core.status.put(pair[1].uid, {PR_RESOURCE_FLAGS: flags}, update=True)
