"""What providers of strangers hand out, watched: whatever a method raises is an error of MAPI, what it answers is
what the interface says.

    store = watched(logon.store, "Acme")

An object stays the one its provider made; its class gets a subclass whose public methods watch. Objects that such a
method answers are watched, too. Calls that a provider makes of its own objects meanwhile go straight through. In a
rehearsal its messages are told of and not asked to submit themselves.
"""

from __future__ import annotations

import inspect
import logging
import threading
from collections.abc import Callable, Mapping
from functools import lru_cache, wraps
from typing import Any, Final, TypeVar, cast

from mapix.interfaces.addrbook import AbContainer
from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Attach, Message
from mapix.interfaces.prop import MapiProp
from mapix.interfaces.store import OutgoingQueue
from mapix.interfaces.stream import Stream
from mapix.interfaces.table import MapiTable
from mapix.objects.messages.rehearsal import heeding
from mapix.properties.errors import CallFailed, MapiError
from mapix.properties.interrupts import let_interrupt_through
from mapix.properties.tag import PropTag
from mapix.subsystem.isolation.callers import as_mapi_error

T = TypeVar("T")
_WATCHED: Final = (MapiProp, MapiTable, OutgoingQueue, Stream)
_log = logging.getLogger("mapix.subsystem")

_ANSWERS: Final[Mapping[str, type | tuple[type, ...]]] = {
    "open_entry": MapiProp,
    "get_contents_table": MapiTable,
    "get_hierarchy_table": MapiTable,
    "get_recipient_table": MapiTable,
    "get_attachment_table": MapiTable,
    "get_receive_folder_table": MapiTable,
    "get_outgoing_queue": MapiTable,
    "one_off_table": MapiTable,
    "create_message": Message,
    "create_folder": MapiFolder,
    "open_attach": Attach,
    "outgoing": OutgoingQueue,
    "get_props": dict,
    "get_prop_list": list,
    "query_rows": list,
    "query_columns": list,
    "resolve_names": list,
    "get_row_count": int,
    "compare_entry_ids": bool,
    "containers": (list, tuple),
}


class _Depth(threading.local):
    """Whether this thread is inside a watched call already."""

    inside = False


_depth = _Depth()


def watched(found: T, provider: str) -> T:
    """`found`, watched from now on; things of other kinds than objects of MAPI stay as they are."""
    kind = type(found)
    if isinstance(found, _WATCHED) and not hasattr(kind, "_watched_by"):
        try:
            object.__setattr__(found, "__class__", _watching(cast(Any, kind), provider))
        except TypeError:
            _log.warning("%s of %s cannot be watched", kind.__name__, provider, exc_info=True)
    return found


def watched_call(provider: str, what: str, work: Callable[[], T], subject: object = None) -> T:
    """Do `work` of a provider on this thread. Raises `MapiError` only, `CallFailed` for an answer of a wrong kind."""
    if _depth.inside:
        return work()
    _depth.inside = True
    try:
        found = work()
        _check(provider, what, found, subject)
    except MapiError:
        raise
    except (Exception, SystemExit, GeneratorExit) as error:
        let_interrupt_through(error)
        raise as_mapi_error(provider, what, error) from error
    finally:
        _depth.inside = False
    return _all_watched(found, provider)


def check_kind(provider: str, what: str, found: object, wanted: type | tuple[type, ...]) -> None:
    """`CallFailed` when `found` is none of `wanted`."""
    if not isinstance(found, wanted):
        kinds = wanted if isinstance(wanted, tuple) else (wanted,)
        names = " or ".join(kind.__name__ for kind in kinds)
        raise CallFailed(f"{what} answered {type(found).__name__} instead of {names}", value=provider)


def _all_watched(found: T, provider: str) -> T:
    for part in found if isinstance(found, list | tuple) else (found,):
        if isinstance(part, _WATCHED):
            watched(part, provider)
    return found


def _check(provider: str, what: str, found: object, subject: object) -> None:
    if what in _ANSWERS:
        check_kind(provider, what, found, _ANSWERS[what])
    if what == "containers":
        for each in found if isinstance(found, list | tuple) else ():
            check_kind(provider, "containers", each, AbContainer)
    elif what == "get_props" and isinstance(found, dict):
        for tag in found:
            check_kind(provider, "get_props", tag, PropTag)
    elif what == "query_rows" and isinstance(found, list) and isinstance(subject, MapiTable):
        _check_rows(provider, found, subject)


def _check_rows(provider: str, rows: list[Any], table: MapiTable) -> None:
    """Rows have a value for each column, in the order of the columns."""
    if not rows:
        return
    width = len(table.query_columns())
    for row in rows:
        check_kind(provider, "query_rows", row, (tuple, list))
        if len(row) != width:
            raise CallFailed(f"query_rows answered {len(row)} values for {width} columns", value=provider)


@lru_cache(maxsize=256)
def _watching(kind: type[Any], provider: str) -> type[Any]:
    """A subclass of `kind` whose public methods and properties watch."""
    members: dict[str, Any] = {"__slots__": (), "_watched_by": provider, "__module__": kind.__module__}
    for name in dir(kind):
        found = inspect.getattr_static(kind, name)
        if name.startswith("_"):
            continue
        if inspect.isfunction(found):
            members[name] = heeding(kind, name, _method(found, name, provider))
        elif isinstance(found, property) and found.fget is not None:
            members[name] = property(_method(found.fget, name, provider), found.fset, found.fdel, found.__doc__)
    meta: Any = type(kind)
    return cast(type[Any], meta(kind.__name__, (kind,), members))


def _method(function: Callable[..., Any], name: str, provider: str) -> Callable[..., Any]:
    @wraps(function)
    def watching(self: object, *args: Any, **kwargs: Any) -> Any:
        return watched_call(provider, name, lambda: function(self, *args, **kwargs), self)

    return watching
