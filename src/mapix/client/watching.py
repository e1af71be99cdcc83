"""What happens in a folder, as it happens: in a loop, in an `async for`, or by a callback.

    for event in inbox.watch(timeout=60):
        print(event.kind, event.message and event.message.subject)

    async for event in inbox.watch():
        ...

    with inbox.on_change(print):
        session.dispatch(timeout=10)

It does not matter who changes the folder: this session, another one, or another process. Watching begins when `watch`
or `on_change` is called and ends with `close`, with the `with` block, or with the session.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any, Final, Self

from mapix.client.base import GONE
from mapix.interfaces.notify import Event, Notification, ObjectNotification, TableEvent, TableNotification
from mapix.interfaces.prop import ObjectType
from mapix.interfaces.table import MapiTable
from mapix.properties import tags as t
from mapix.properties.errors import MapiError, NotInitialized
from mapix.properties.restriction import Property, Relop

if TYPE_CHECKING:
    from mapix.client.folder import Folder
    from mapix.client.message import Message

MOST_WAITING: Final = 10_000
"""Events that may wait; when more come they give way to one RELOAD."""

_MESSAGES: Final = (
    Event.OBJECT_CREATED | Event.OBJECT_DELETED | Event.OBJECT_MODIFIED | Event.OBJECT_MOVED | Event.OBJECT_COPIED
)
_LOOK_SECONDS: Final = 0.25
_OTHERS_SECONDS: Final = 0.05
_KNOWN_RESULTS: Final = 10_000


class Change(Enum):
    """What happened to a message, seen from the folder."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"
    RELOAD = "reload"
    """So much happened that it cannot be told one by one: look at the folder again."""


class FolderEvent:
    """Something that happened. `entry_id` is the message's; None with RELOAD, and where nothing tells which result of a
    search folder went.
    """

    __slots__ = ("entry_id", "folder", "kind")

    def __init__(self, kind: Change, folder: Folder, entry_id: bytes | None = None) -> None:
        self.kind = kind
        self.folder = folder
        self.entry_id = entry_id

    @property
    def message(self) -> Message | None:
        """The message as the folder lists it now; None when it is not there any more.

        What a list has of it can be read even when others delete it meanwhile, or a spooler has it in hand (ST-060).
        """
        if self.entry_id is None or self.kind is Change.REMOVED:
            return None
        try:
            return self.folder.messages.where(Property(Relop.EQ, t.PR_ENTRYID, self.entry_id)).first()
        except GONE:
            return None

    def __repr__(self) -> str:
        return f"<FolderEvent {self.kind.value} in {self.folder.name!r}>"


class FolderWatch:
    """An end of a folder's events; see the module. `timeout` is how many seconds a loop waits for the next one."""

    def __init__(
        self, folder: Folder, *, timeout: float | None = None, callback: Callable[[FolderEvent], object] | None = None
    ) -> None:
        self._folder = folder
        self._timeout = timeout
        self._callback = callback
        self._waiting: deque[FolderEvent] = deque()
        self._change = threading.Condition()
        self._closed = False
        self._table: MapiTable | None = None
        self._connection: int | None = None
        if folder.is_search:
            self._table = _results(folder)
            self._known = _known(self._table)
            self._table.advise(Event.TABLE_MODIFIED, self._results_changed)
        else:
            self._entry_id = folder.entry_id
            self._connection = folder.store.mapi.advise(None, _MESSAGES, self._store_changed)

    @property
    def closed(self) -> bool:
        """Whether it has ended: it was closed, or its session was."""
        return self._closed or not self._folder.store.is_open

    def close(self) -> None:
        """Hear no more; loops end. Twice is harmless."""
        with self._change:
            if self._closed:
                return
            self._closed = True
            self._change.notify_all()
        try:
            if self._table is not None:
                self._table.close()
            elif self._connection is not None:
                self._folder.store.mapi.unadvise(self._connection)
        except MapiError:  # the session has ended it
            return

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # in a loop

    def __iter__(self) -> Iterator[FolderEvent]:
        return self

    def __next__(self) -> FolderEvent:
        while self._wait(self._timeout):
            if (event := self._take()) is not None:
                return event
        raise StopIteration

    def __aiter__(self) -> AsyncIterator[FolderEvent]:
        return self._events()

    async def _events(self) -> AsyncIterator[FolderEvent]:
        import asyncio

        loop, arrived = asyncio.get_running_loop(), asyncio.Event()
        thread = threading.Thread(target=self._tell_loop, args=(loop, arrived), name="mapix watch", daemon=True)
        thread.start()
        try:
            while True:
                if not self._waiting:
                    await asyncio.wait_for(arrived.wait(), self._timeout)
                arrived.clear()
                if (event := self._take()) is not None:
                    yield event
                elif self.closed:
                    return
        except TimeoutError:
            return
        finally:
            self.close()

    def _take(self) -> FolderEvent | None:
        """The next event; None where there is none, or another thread was quicker."""
        with self._change:
            self._change.notify_all()
            return self._waiting.popleft() if self._waiting else None

    def _tell_loop(self, loop: Any, arrived: Any) -> None:
        """In a thread of its own: tell an event loop that something has come, until the watch is closed."""
        try:
            while not self.closed:
                if self._wait(_LOOK_SECONDS):
                    loop.call_soon_threadsafe(arrived.set)
                    with self._change:
                        self._change.wait_for(lambda: self.closed or not self._waiting, _LOOK_SECONDS)
            loop.call_soon_threadsafe(arrived.set)
        except RuntimeError:  # the loop has ended
            self.close()

    def _wait(self, timeout: float | None) -> bool:
        """Wait until an event is there, while notifications are delivered; False when time is over, the watch, or MAPI
        in this process.
        """
        from mapix.subsystem.initialize import subsystem

        deadline = None if timeout is None else time.monotonic() + timeout
        try:
            system = subsystem()
        except NotInitialized:
            self.close()
            return bool(self._waiting)
        while not self._waiting and not self.closed:
            told = system.dispatch_notifications()
            left = _LOOK_SECONDS if deadline is None else min(_LOOK_SECONDS, deadline - time.monotonic())
            if self._waiting or left <= 0:
                break
            if not system.notifications.threaded and (told or not system.notifications.ready.is_set()):
                system.notifications.wait(left)
                continue
            if not system.notifications.threaded:  # what waits is for another thread to tell
                left = min(left, _OTHERS_SECONDS)
            with self._change:
                self._change.wait_for(lambda: self._waiting or self.closed, left)
        return bool(self._waiting)

    # what is heard

    def _store_changed(self, batch: Sequence[Notification]) -> None:
        for one in batch:
            if not isinstance(one, ObjectNotification):
                self._put(Change.RELOAD)
            elif one.object_type == ObjectType.MESSAGE and (kind := self._kind(one)) is not None:
                self._put(kind, one.entry_id if kind is not Change.REMOVED else one.old_id or one.entry_id)

    def _kind(self, told: ObjectNotification) -> Change | None:
        """What a notification means for the folder; None when it is about others."""
        is_here, was_here = told.parent_id == self._entry_id, told.old_parent_id == self._entry_id
        if told.event is Event.OBJECT_MOVED:
            return (None if was_here else Change.ADDED) if is_here else Change.REMOVED if was_here else None
        if not is_here:
            return None
        if told.event is Event.OBJECT_DELETED:
            return Change.REMOVED
        return Change.CHANGED if told.event is Event.OBJECT_MODIFIED else Change.ADDED

    def _results_changed(self, batch: Sequence[Notification]) -> None:
        for one in batch:
            if not isinstance(one, TableNotification) or one.index is None:
                self._put(Change.RELOAD)
            elif one.table_event == TableEvent.ROW_DELETED:
                self._put(Change.REMOVED, self._known.pop(one.index, None))
            else:
                entry_id: bytes = dict(one.row)[t.PR_ENTRYID]
                self._known[one.index] = entry_id
                added = one.table_event == TableEvent.ROW_ADDED
                self._put(Change.ADDED if added else Change.CHANGED, entry_id)

    def _put(self, kind: Change, entry_id: bytes | None = None) -> None:
        event = FolderEvent(kind, self._folder, entry_id)
        if self._callback is not None:
            if not self._closed:
                self._callback(event)
            return
        with self._change:
            if len(self._waiting) >= MOST_WAITING:
                self._waiting.clear()
                event = FolderEvent(Change.RELOAD, self._folder)
            if kind is not Change.RELOAD or not self._waiting or self._waiting[-1].kind is not Change.RELOAD:
                self._waiting.append(event)
            self._change.notify_all()


def _results(folder: Folder) -> MapiTable:
    """The results of a search folder, with the columns that name them."""
    table = folder.mapi.get_contents_table()
    table.set_columns((t.PR_INSTANCE_KEY, t.PR_ENTRYID))
    return table


def _known(table: MapiTable) -> dict[bytes, bytes]:
    """The entry identifiers of results by their row's key, of a search folder that has not too many."""
    return dict(table.query_rows(_KNOWN_RESULTS)) if table.get_row_count() <= _KNOWN_RESULTS else {}
