"""Message sessions of scripts: numbers for sessions, and messages that end when the script lets go of them (IMS-4).

A message lives as long as a wrapper of it does, or of a part of it: those keep the message's wrapper alive.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any
from weakref import finalize

from mapix.formats.storage import Storage
from mapix.objects.imsg import MessageSession, StorageMessage, open_imsg_on_istg, open_imsg_session
from mapix.properties.errors import InvalidParameter
from mapix.pywin32.message import PyIMessage

_sessions: dict[int, MessageSession] = {}
_numbers = count(1)


def open_session(flags: int) -> int:
    """A new session; its number."""
    session = open_imsg_session(flags)
    number = next(_numbers)
    _sessions[number] = session
    return number


def close_session(number: int) -> None:
    """Close a session; one that is closed or never was is no matter (IMS-6)."""
    session = _sessions.pop(number, None)
    if session is not None:
        session.close()


def is_support(value: Any) -> bool:
    """Whether it can be a support object: None, or what turns short-term recipients into long-term ones."""
    return value is None or hasattr(value, "expand_recips")


def open_message(
    session: int, support: Any, storage: Storage, callback: Callable[[int, Any], object] | None, data: int, flags: int
) -> PyIMessage:
    """The message on a storage. Raises: InvalidParameter for a session that is not open."""
    if session and session not in _sessions:
        raise InvalidParameter("there is no such message session", value=session, hint="OpenIMsgSession")

    def released(number: int, ended: StorageMessage) -> None:
        if callback is not None:
            callback(number, PyIMessage(ended))

    message = open_imsg_on_istg(
        _sessions.get(session), storage, support=support, released=released, caller_data=data, flags=flags
    )
    wrapper = PyIMessage(message)
    finalize(wrapper, message.close).atexit = False
    return wrapper
