"""Starting providers by their init functions (SPI-1..SPI-4): what `MSProviderInit` and its like are in Python.

    def XPProviderInit(instance, malloc, allocate_buffer, allocate_more, free_buffer, flags, version):
        return CURRENT_SPI_VERSION, MyTransportProvider()

A module that names a DLL in MAPISVC.INF has the function of each kind of provider it serves. It answers the version
of the interface it was written for and a new provider object.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from typing import Any, Final

from mapix.interfaces.spi import ProviderKind
from mapix.properties.errors import CallFailed, NotFound, Version, from_hresult
from mapix.subsystem.support.allocators import allocate_buffer, allocate_more, free_buffer

CURRENT_SPI_VERSION: Final = 0x00010010
"""Bits 31 to 24 the major, 23 to 16 the minor version, the rest the build (SPI-4)."""

GROUP: Final = "mapix.providers"
"""Entry points that give a DLL's name another module."""

INITS: Final = {
    ProviderKind.STORE: "MSProviderInit",
    ProviderKind.ADDRESS_BOOK: "ABProviderInit",
    ProviderKind.TRANSPORT: "XPProviderInit",
}

HOOK_INIT: Final = "HPProviderInit"
"""Of a spooler hook; it answers the hook, or what logs on to one (SPI-6)."""


def start_provider(kind: ProviderKind, module: str, name: str) -> Any:
    """A new provider object of a module. `NotFound` without module or function, `Version` for one that is too old, and
    the error whose number the function answers.
    """
    if kind is ProviderKind.HOOK:
        return HookModule(module)
    init = function_of(module, INITS[kind])
    answer = init(None, None, allocate_buffer, allocate_more, free_buffer, 0, CURRENT_SPI_VERSION)
    code = answer[0] if isinstance(answer, tuple) and answer else answer
    if isinstance(code, int) and code & 0x80000000:
        raise from_hresult(code, f"the provider {name} refused to start", value=module)
    if not isinstance(answer, tuple) or len(answer) != 2 or not isinstance(answer[0], int):
        raise CallFailed(f"{INITS[kind]} answered no version with a provider object", value=module)
    version, provider = answer
    if version >> 16 < CURRENT_SPI_VERSION >> 16:
        release = getattr(provider, "shutdown", None)
        if callable(release):
            release()
        text = f"the provider {name} was written for version {version >> 24}.{version >> 16 & 0xFF} of the interface"
        raise Version(text, value=module, hint="install a newer one")
    return provider


class HookModule:
    """A hook that a module makes at its logon: it gets a session, and the uid of its section in the profile (SPI-6)."""

    def __init__(self, module: str) -> None:
        self._init = function_of(module, HOOK_INIT)

    def logon(self, support: Any) -> Any:
        """Call HPProviderInit; what it answers is the hook, or has a `logon` of its own."""
        session, uid = support.get_mapi_session(), support.section.uid
        made = self._init(session, None, allocate_buffer, allocate_more, free_buffer, uid, 0)
        logon = getattr(made, "logon", None)
        return logon(support) if callable(logon) else made


def function_of(module: str, function: str) -> Callable[..., Any]:
    """A function of a module, the case of the module's name aside (PRF-36); `NotFound`."""
    found = getattr(_imported(module), function, None)
    if not callable(found):
        raise NotFound(f"the module {module} has no function of this name", value=function)
    wanted: Callable[..., Any] = found
    return wanted


def _imported(name: str) -> Any:
    for candidate in _candidates(name):
        try:
            return import_module(candidate)
        except ModuleNotFoundError as error:
            if error.name is None or not (candidate + ".").startswith(error.name + "."):
                raise
    raise NotFound("there is no module of this name", value=name, hint="install the distribution it belongs to")


def _candidates(name: str) -> Iterable[str]:
    """The module as it is named, in small letters, and what an entry point calls so."""
    from mapix.subsystem.catalogue.entrypoints import read_group

    yield from dict.fromkeys((name, name.lower()))
    aliases = {key.lower(): value for key, value in read_group(GROUP).items()}
    if name.lower() in aliases:
        yield aliases[name.lower()].partition(":")[0]
