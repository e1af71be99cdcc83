"""Advise sinks: callbacks and gateway objects of scripts as sinks of the house."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mapix.interfaces.notify import AdviseSink
from mapix.properties.errors import InterfaceNotSupported
from mapix.pywin32.convert.notifications import Told, sink_of
from mapix.pywin32.unknown import PyIUnknown, wrapper

MakeSink = Callable[[bool], AdviseSink]
"""Makes the house's sink for a width of text."""


class SinkTarget:
    """What stands behind a sink's wrapper: how to make the house's sink."""

    def __init__(self, make: MakeSink) -> None:
        self.make = make


class PyIMAPIAdviseSink(PyIUnknown):
    """IMAPIAdviseSink; has no methods that scripts could call."""

    _kind = SinkTarget


def of_callback(callback: Any, context: Any) -> PyIMAPIAdviseSink:
    """The sink that calls `callback(notifications, context)` with a tuple (NOT-23)."""

    def make(wide: bool) -> AdviseSink:
        return sink_of(lambda told: callback(tuple(told), context), wide)

    return PyIMAPIAdviseSink(SinkTarget(make))


def of_gateway(server: Any) -> PyIMAPIAdviseSink:
    """The sink that calls `server.OnNotify` with a list."""

    def make(wide: bool) -> AdviseSink:
        def tell(told: Any) -> None:
            batch: list[Told] = list(told)
            server.OnNotify(batch)

        return sink_of(tell, wide)

    return PyIMAPIAdviseSink(SinkTarget(make))


def of_this_thread(inner: Any) -> PyIMAPIAdviseSink:
    """A sink that is told on this thread only (NOT-21)."""
    from mapix.subsystem.threadsink import this_thread_sink

    make = _target(inner).make
    sinks = {wide: this_thread_sink(make(wide)) for wide in (False, True)}
    return PyIMAPIAdviseSink(SinkTarget(lambda wide: sinks[wide]))


def sink_in(value: Any, wide: bool = True) -> AdviseSink:
    """A sink argument."""
    return _target(value).make(wide)


def _target(value: Any) -> SinkTarget:
    found = wrapper(value)._obj
    if not isinstance(found, SinkTarget):
        raise InterfaceNotSupported("the object takes no notifications", value="IMAPIAdviseSink")
    return found
