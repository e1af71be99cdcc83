"""Message services: what users install, the settings that drive prompts and checks, and the providers behind one.

A distribution offers a service by an entry point in the group `mapix.services` that names a `MessageService` value.
Reading the catalogue loads no provider module; `ProviderSpec.load` does.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mapix.interfaces.providers import AddressBookProvider, StoreProvider
    from mapix.interfaces.spi import SpoolerHook
    from mapix.interfaces.transport import TransportProvider
    from mapix.properties.tag import PropTag


class ProviderKind(IntEnum):
    """PR_RESOURCE_TYPE of a provider (PRF-50)."""

    STORE = 33
    ADDRESS_BOOK = 35
    TRANSPORT = 36
    HOOK = 40


class SettingKind(Enum):
    """What a setting holds."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    PATH = "path"
    CHOICE = "choice"
    SECRET = "secret"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a message service; drives prompts, options, validation and defaults. Secrets are never in the
    profile's file. `option` is what command lines call it where its name is long, `tag` the property that stands
    for it where a service is configured by properties (ConfigureMsgService), 0 for none.
    """

    name: str
    kind: SettingKind = SettingKind.TEXT
    help: str = ""
    default: Any = None
    required: bool = False
    choices: tuple[str, ...] = ()
    option: str = ""
    tag: int = 0


@dataclass(frozen=True, slots=True)
class ProviderSpec:
    """One provider of a service. `load` imports and makes a provider object: `StoreProvider`, `AddressBookProvider`,
    `TransportProvider`, or a `SpoolerHook`.

    `resource_flags` are the static PR_RESOURCE_FLAGS (PRF 4.8).
    """

    kind: ProviderKind
    name: str
    display_name: str
    load: Callable[[], StoreProvider | AddressBookProvider | TransportProvider | SpoolerHook]
    resource_flags: int = 0
    properties: Mapping[PropTag, Any] = field(default_factory=dict)
    """What the section of a new provider starts with (PRF-33)."""
    notes_place: bool = False
    """Whether PR_RESOURCE_PATH in its section is its own note of where its file was: a profile that is taken to another
    machine has none.
    """


@dataclass(frozen=True, slots=True)
class MessageService:
    """What users install: providers configured together (PRF-2)."""

    name: str
    display_name: str
    providers: tuple[ProviderSpec, ...]
    settings: tuple[Setting, ...] = ()
    single_copy: bool = False
    check: Callable[[Mapping[str, Any]], None] | None = None
    """Raises `InvalidParameter` or `Unconfigured` for settings that cannot work together; opens nothing."""
    configure: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    """Asked once when a provider says `Unconfigured`: settings that complete the given ones (MSG_SERVICE_CONFIGURE,
    LOG-24). Raises `Unconfigured` when it cannot.
    """
    separate: Callable[[Mapping[str, Any]], Mapping[str, Any]] | None = None
    """Asked of settings that are given: the same, with what is secret in one moved to a setting that is."""
    alias: str = ""
    """What command lines may call the service."""
    properties: Mapping[PropTag, Any] = field(default_factory=dict)
    """What the section of a new service starts with (PRF-32)."""
    sections: Mapping[bytes, Mapping[PropTag, Any]] = field(default_factory=dict)
    """More sections that a profile gets with the service, by uid (PRF-34)."""
    entry: Callable[..., object] | None = None
    """The entry function, asked when the service is created, configured or deleted (PRF-40, PRF-41): called with
    instance, allocator, support, ui, flags, context, the number of properties, properties, IProviderAdmin.
    """
    default: bool = False
    """Whether a profile that is made with default services has it (`[Default Services]`, PRF-31)."""
