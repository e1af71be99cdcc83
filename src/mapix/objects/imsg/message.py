"""The message on a storage: IMessage with what differs from a message of a store (IMS-20, IMS-21)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NoReturn, cast

from mapix.formats.storage import ACCESS_MASK, Mode, Storage
from mapix.interfaces.backend import StoreBackend
from mapix.interfaces.notify import Notification
from mapix.interfaces.prop import Access, MapiProp
from mapix.interfaces.spi import StoreSupport
from mapix.objects.bags import computed
from mapix.objects.bags.names import Names
from mapix.objects.bags.rules import Computation, Rules
from mapix.objects.imsg.source import StorageBackend, StorageSource
from mapix.objects.messages.messageobject import MessageObject
from mapix.objects.messages.sharedparts import SharedParts
from mapix.objects.stores.context import StoreContext
from mapix.objects.stores.entryids import StoreIds
from mapix.objects.stores.life import Life, remembered
from mapix.properties.errors import Computed, InvalidParameter, NoSupport, UnknownEntryid
from mapix.properties.flags import STORE_ATTACH_OK, STORE_CREATE_OK, STORE_MODIFY_OK, STORE_UNICODE_OK
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_MDB_PROVIDER,
    PR_STORE_ENTRYID,
    PR_STORE_RECORD_KEY,
    PR_STORE_SUPPORT_MASK,
    PR_STORE_UNICODE_MASK,
)
from mapix.properties.value import Problem, Problems, Props

Released = Callable[[int, "StorageMessage"], object]
"""Called after the last release with the caller's number and the message (MSGCALLRELEASE)."""

_MASK: Final = PR_STORE_SUPPORT_MASK.id
_OF_STORES: Final = frozenset(
    (PR_STORE_ENTRYID.id, PR_STORE_RECORD_KEY.id, PR_STORE_UNICODE_MASK.id, PR_MDB_PROVIDER.id)
)
"""What a message has because of the store it lies in (IMS-20)."""


def _support_mask(message: Any) -> int:
    can = STORE_ATTACH_OK | STORE_MODIFY_OK | STORE_CREATE_OK
    return can | (STORE_UNICODE_OK if message.source.unicode else 0)


_RULES: Final[Rules] = replace(
    computed.EMBEDDED,
    computed={
        **{number: one for number, one in computed.EMBEDDED.computed.items() if number not in _OF_STORES},
        _MASK: Computation(PR_STORE_SUPPORT_MASK, _support_mask),
    },
    readonly={**computed.EMBEDDED.readonly, _MASK: Computed.hresult},
    guarded=computed.EMBEDDED.guarded | {_MASK},
)


class StorageMessage(MessageObject):
    """IMessage on IStorage. `support` turns short-term recipients into long-term ones; `released` is called when the
    message is closed, with `caller_data`.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        support: StoreSupport | None = None,
        life: Life | None = None,
        unicode: bool = True,
        commit: bool = True,
        released: Released | None = None,
        caller_data: int = 0,
    ) -> None:
        access = access_of(storage)
        self.source = StorageSource(storage, unicode=unicode, commit=commit)
        self.locked = self._locked_ones()
        self._released = released
        self._caller_data = caller_data
        new = self.source.is_new and access is Access.MODIFY
        context = _context(self.source, support, access, Life(life))
        super().__init__(context, self.source, access, new=new, embedded=True)
        self._rules = _RULES

    @property
    def is_writable(self) -> bool:
        """Whether its storage was opened for writing."""
        return self._granted

    @property
    def is_unicode(self) -> bool:
        """Whether text is kept as Unicode (IMS-2)."""
        return self.source.unicode

    def _locked_ones(self) -> set[int]:
        """What may be read but not set (IMS-31)."""
        return {one for one, value in self.source.attributes().items() if value & 6 == 2}

    def lock_again(self) -> None:
        """The attributes have changed."""
        self.locked = self._locked_ones()

    def set_props(self, values: Props) -> Problems:
        """See `MapiProp.set_props`; what SetAttribIMsgOnIStg locked is a problem (IMS-31)."""
        locked = [tag for tag in values if tag >> 16 in self.locked]
        if not locked:
            return super().set_props(values)
        rest = {tag: value for tag, value in values.items() if tag not in locked}
        problems = list(super().set_props(rest)) if rest else []
        told = {one.tag: one.scode for one in problems} | dict.fromkeys(locked, Computed.hresult)
        return [Problem(place, PropTag(tag), told[tag]) for place, tag in enumerate(values) if tag in told]

    def delete_props(self, tags: Collection[PropTag]) -> Problems:
        """See `MapiProp.delete_props`; as `set_props`."""
        locked = [place for place, tag in enumerate(tags) if tag >> 16 in self.locked]
        if not locked:
            return super().delete_props(tags)
        free = [(place, tag) for place, tag in enumerate(tags) if place not in locked]
        problems = super().delete_props([tag for _, tag in free]) if free else ()
        told = dict.fromkeys(locked, Computed.hresult) | {free[one.index][0]: one.scode for one in problems}
        return [Problem(place, PropTag(tag), told[place]) for place, tag in enumerate(tags) if place in told]

    @remembered
    def submit_message(self) -> None:
        """Never: there is no Outbox (IMS-20)."""
        _refuse("a message on a storage cannot be sent", "copy it into a message of the Outbox")

    @remembered
    def set_read_flag(self, flags: int = 0) -> None:
        """Never: there is no folder (IMS-20)."""
        _refuse("a message on a storage has no read flag of its own", "set PR_MESSAGE_FLAGS")

    def close(self) -> None:
        """Release it; what was not saved is lost, the callback is called once."""
        super().close()
        if not self._closed:
            return
        self.context.life.end()
        self.source.release()
        released, self._released = self._released, None
        if released is not None:
            released(self._caller_data, self)

    def __repr__(self) -> str:
        return f"<StorageMessage {'Unicode' if self.is_unicode else '8-bit'}>"


def access_of(storage: Storage) -> Access:
    """What the mode of a storage grants (OpenIMsgOnIStg): READ, or READWRITE together with TRANSACTED."""
    mode = storage.stat().mode
    access = mode & ACCESS_MASK
    if access == Mode.READ:
        return Access.READ
    if access == Mode.WRITE or not mode & Mode.TRANSACTED:
        hint = "STGM_READ, or STGM_READWRITE | STGM_TRANSACTED"
        raise InvalidParameter("a storage that messages cannot be opened on by its mode", value=mode, hint=hint)
    return Access.MODIFY


def _context(source: StorageSource, support: StoreSupport | None, access: Access, life: Life) -> StoreContext:
    backend = cast(StoreBackend, StorageBackend(source.names))
    return StoreContext(
        backend=backend,
        support=support or cast(StoreSupport, _NoSupport()),
        ids=StoreIds(bytes(16), bytes(16), b""),
        names=Names(source.names),
        life=life,
        modifiable=access is Access.MODIFY,
        parts=SharedParts(life),
        spooler=False,
        open_entry=_no_entries,
    )


class _NoSupport:
    """Nobody listens, nobody is known: what a message without a support object has (OpenIMsgOnIStg, lpMapiSup)."""

    def expand_recips(self, recipients: Sequence[dict[PropTag, Any]]) -> list[dict[PropTag, Any]]:
        return [dict(row) for row in recipients]

    def submission_flags(self, recipients: Sequence[dict[PropTag, Any]]) -> int:
        return 0

    def identity(self) -> Mapping[PropTag, Any]:
        return {}

    def notify(self, key: bytes, notifications: Sequence[Notification]) -> None:
        return

    def subscribe(self, *_: object) -> NoReturn:
        raise NoSupport("messages on storages tell nothing (IMS-20)")

    def unsubscribe(self, connection: int) -> None:
        return


def _no_entries(entry_id: bytes | None, access: Access, deleted: bool = False) -> MapiProp:
    raise UnknownEntryid("a message on a storage knows no other objects", value=entry_id)


def _refuse(text: str, hint: str) -> NoReturn:
    raise NoSupport(text, hint=hint)
