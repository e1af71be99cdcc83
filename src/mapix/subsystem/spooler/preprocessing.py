"""Message preprocessors: what transports registered, and a message's way through them (SPL-20, SPL-21; SPL 6.2.7).

They are asked in the order they were registered, each in the time that `Limits.preprocess` allows; the spooler goes on
when the last one is through. What they changed is saved, and what they made besides is submitted, in one durable step,
in which the message loses SUBMITFLAG_PREPROCESS: a crash before it leaves nothing of them, one after it asks no one
again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import (
    Preprocess,
    Preprocessed,
    Preprocessing,
    RecipientResult,
    RecipientState,
    RemoveInfo,
)
from mapix.interfaces.store import MsgStore
from mapix.properties.errors import CallFailed, MapiError
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_PARENT_ENTRYID, PR_PREPROCESS, PR_RESPONSIBILITY, PR_ROWID
from mapix.subsystem.isolation.callers import Caller
from mapix.subsystem.isolation.limits import Limits
from mapix.subsystem.isolation.objects import check_kind
from mapix.subsystem.spooler.matching import matches

Row = Mapping[PropTag, Any]
Asked = tuple["Registered", tuple[dict[PropTag, Any], ...]]
"""A preprocessor, and the recipients it is asked for."""

Bad = tuple[bytes, tuple[RecipientResult, ...]]
"""Recipients that the preprocessor of a transport found to be unreachable."""

_log = logging.getLogger(__name__)


def _nothing() -> None:
    """There is no session."""


@dataclass(slots=True)
class Registered:
    """One preprocessor of the transport whose section has the uid `transport`.

    `show` puts an error, or None when it works again, into the transport's status row; `session` and `book` answer what
    it is given.
    """

    transport: bytes
    name: str
    preprocess: Preprocess
    remove: RemoveInfo | None = None
    uid: bytes | None = None
    address_type: str | None = None
    show: Callable[[MapiError | None], object] = lambda error: None
    session: Callable[[], Any] = _nothing
    book: Callable[[], Any] = _nothing
    seconds: float = Limits().preprocess
    failing: bool = False
    _caller: Caller = field(init=False)

    def __post_init__(self) -> None:
        self._caller = Caller(self.name)

    def wants(self, row: Row) -> bool:
        """Whether it is for a recipient: by its provider's uid or its address type, for all with neither (SPL-20)."""
        return matches(row, self.uid, self.address_type)

    def ask(self, asked: Preprocessing) -> Preprocessed:
        """Call it. Raises `MapiError` for what it raises, `TimedOut`, `CallFailed` for an answer of a wrong kind."""
        asked = replace(asked, session=self.session(), address_book=self.book())
        found = self._call("preprocess_message", lambda: self.preprocess(asked), Preprocessed, type(None))
        return Preprocessed() if found is None else self._checked(found, asked)

    def undo(self, message: Message) -> None:
        """Call RemovePreprocessInfo, where there is one."""
        if self.remove is not None:
            remove = self.remove
            self._call("remove_preprocess_info", lambda: remove(message))

    def close(self) -> None:
        """It is asked no more."""
        self._caller.close()

    def _call(self, what: str, work: Callable[[], Any], *wanted: type) -> Any:
        try:
            found = self._caller.call(what, work, self.seconds)
            if wanted:
                check_kind(self.name, what, found, wanted)
        except MapiError as error:
            self.failing = True
            self.show(error)
            raise
        if self.failing:
            self.failing = False
            self.show(None)
        return found

    def _checked(self, found: Preprocessed, asked: Preprocessing) -> Preprocessed:
        rows = {row[PR_ROWID] for row in asked.recipients}
        for each in found.messages:
            check_kind(self.name, "preprocess_message", each, Message)
            if each is asked.message:
                raise CallFailed("a preprocessor never answers the message itself (SPL-21)", value=self.name)
        for result in found.bad:
            check_kind(self.name, "preprocess_message", result, RecipientResult)
            if result.row_id not in rows or result.state is not RecipientState.FAILED:
                raise CallFailed("bad recipients are some that it was asked for, and FAILED", value=self.name)
        return found


class Preprocessors:
    """Those of all transports, in the order they were registered."""

    def __init__(self) -> None:
        self._registered: tuple[Registered, ...] = ()

    def __bool__(self) -> bool:
        return bool(self._registered)

    def register(self, one: Registered) -> None:
        """One more."""
        self._registered = (*self._registered, one)

    def forget(self, gone: Sequence[Registered]) -> None:
        """Their transport was logged off."""
        self._registered = tuple(each for each in self._registered if not any(each is one for one in gone))
        for each in gone:
            each.close()

    def may_want(self, rows: Iterable[Row]) -> bool:
        """Whether one may have to prepare a message to these recipients (NEEDS_PREPROCESSING)."""
        open_rows = [row for row in rows if not row.get(PR_RESPONSIBILITY)] if self._registered else []
        return any(each.wants(row) for row in open_rows for each in self._registered)

    def asked(self, rows: Sequence[dict[PropTag, Any]], first: Mapping[int, bytes]) -> list[Asked]:
        """Who is asked, and for which of `rows`: only for those its transport is the `first` to get (SPL-20)."""
        found = []
        for each in self._registered:
            mine = tuple(row for row in rows if first.get(row[PR_ROWID]) == each.transport and each.wants(row))
            if mine:
                found.append((each, mine))
        return found

    def removers(self, rows: Sequence[Row]) -> list[Registered]:
        """Who may have prepared a message to `rows`, and can undo it."""
        return [each for each in self._registered if each.remove is not None and any(map(each.wants, rows))]


def preprocess(store: MsgStore, entry_id: bytes, asked: Sequence[Asked]) -> list[Bad]:
    """Prepare a locked message of the queue, and let the store know that it is prepared.

    The recipients that cannot be reached. Raises `MapiError`; then the message is as it was.
    """
    message = cast(Message, store.open_entry(entry_id, Access.MODIFY))
    made: list[Message] = []
    bad: list[Bad] = []
    try:
        folder = cast(MapiFolder, store.open_entry(message.get_prop(PR_PARENT_ENTRYID), Access.MODIFY))
        for one, rows in asked:
            done = one.ask(Preprocessing(message, folder, rows))
            made += done.messages
            bad.append((one.transport, done.bad))
        with store.transaction():
            for each in made:
                each.set_props({PR_PREPROCESS: True})
                each.submit_message()
            message.submit_message()
    finally:
        for opened in (*made, message):
            opened.close()
    return bad


def remove_info(store: MsgStore, entry_id: bytes, removers: Sequence[Registered]) -> None:
    """Undo in a message that was sent what only served its sending (SPL 6.2.5). What fails is told and passed over:
    the message is sent.
    """
    message = cast(Message, store.open_entry(entry_id, Access.MODIFY))
    try:
        for each in removers:
            try:
                each.undo(message)
            except MapiError as error:
                _log.warning("the preprocessor of %s could not undo its work: %s", each.name, error)
        message.delete_props([PR_PREPROCESS])
        message.save_changes()
    except MapiError as error:
        _log.warning("what was prepared for sending stays in a message that was sent: %s", error)
    finally:
        message.close()


NAMED: Final = ":"


def function(what: Callable[..., Any] | str) -> Callable[..., Any]:
    """A function, or the one that text names as `module:function`, imported when it is called first."""
    if not isinstance(what, str):
        return what
    module, _, name = what.partition(NAMED)

    def call(*args: Any) -> Any:
        from mapix.subsystem.catalogue.providerinit import function_of

        return function_of(module, name)(*args)

    return call
