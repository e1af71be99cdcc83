"""A profile as a value: message services with their settings, and the providers of each (PRF-1, PRF-2).

`ProfileStore` keeps profiles on disk; everything else works on these records. The order of services and providers
decides: default store, transport order, search path (PRF-3).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from mapix.interfaces.spi import ProviderKind
from mapix.properties.errors import InvalidParameter, NotFound
from mapix.properties.flags import STATUS_DEFAULT_STORE, STATUS_NO_DEFAULT_STORE, STATUS_XP_PREFER_LAST
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_SERVICE_EXTRA_UIDS

LONGEST_NAME = 64


@dataclass(slots=True)
class ProviderEntry:
    """One provider's section of a profile. `name` is that of its `ProviderSpec`, `resource_flags` PRF 4.8."""

    uid: bytes
    name: str
    kind: ProviderKind
    display_name: str = ""
    resource_flags: int = 0
    properties: dict[PropTag, Any] = field(default_factory=dict)


@dataclass(slots=True)
class ServiceEntry:
    """One message service of a profile. `name` is its key in the catalogue, `settings` what was configured.

    `number` tells several services of one name apart, in the names of their files.
    """

    uid: bytes
    name: str
    display_name: str = ""
    resource_flags: int = 0
    settings: dict[str, Any] = field(default_factory=dict)
    properties: dict[PropTag, Any] = field(default_factory=dict)
    providers: list[ProviderEntry] = field(default_factory=list)
    number: int = 0


Pair = tuple[ServiceEntry, ProviderEntry]
"""A provider with its message service."""


@dataclass(slots=True)
class Profile:
    """A whole profile.

    `search_key` names it for ever, `name` may be used again (PRF-5). `transport_order` holds provider uids where
    MsgServiceTransportOrder was called (PRF-4),
    `no_default_store` says that none is wanted (SES-56). `deleted` and `renamed` wait for its last session (PRF-6).
    `files` is what its files are called where that is not its name: a profile that is renamed keeps its stores.
    `secure` holds the uids of sections whose secure properties are kept elsewhere (PRF-23).
    `app` marks the profile of an application, which people do not see in lists (MAPI_APP_PROFILE).
    """

    name: str
    search_key: bytes
    services: list[ServiceEntry] = field(default_factory=list)
    properties: dict[PropTag, Any] = field(default_factory=dict)
    sections: dict[bytes, dict[PropTag, Any]] = field(default_factory=dict)
    transport_order: list[bytes] = field(default_factory=list)
    no_default_store: bool = False
    deleted: bool = False
    renamed: str = ""
    files: str = ""
    app: bool = False
    secure: list[bytes] = field(default_factory=list)

    @property
    def files_name(self) -> str:
        """What files are called that belong to the profile."""
        return self.files or self.name

    def files_of(self, service: ServiceEntry) -> str:
        """What files of a service are called: no name of a profile has a hyphen (LOG-2)."""
        return f"{self.files_name}-{service.number}" if service.number else self.files_name

    def free_number(self, name: str) -> int:
        """The first number that no service of a name has."""
        taken = {service.number for service in self.services if service.name == name}
        return 0 if 0 not in taken else min({*range(2, len(taken) + 3)} - taken)

    def service(self, uid: bytes) -> ServiceEntry:
        """The service of a uid; `NotFound`."""
        for entry in self.services:
            if entry.uid == uid:
                return entry
        raise NotFound("the profile has no message service with this uid", value=uid)

    def provider(self, uid: bytes) -> tuple[ServiceEntry, ProviderEntry]:
        """The provider of a uid and its service; `NotFound`."""
        for service, provider in self.providers():
            if provider.uid == uid:
                return service, provider
        raise NotFound("the profile has no provider with this uid", value=uid)

    def providers(self, kind: ProviderKind | None = None) -> Iterator[tuple[ServiceEntry, ProviderEntry]]:
        """Providers with their services in the order of the profile, of one kind or all."""
        for service in self.services:
            for provider in service.providers:
                if kind is None or provider.kind == kind:
                    yield service, provider

    def transports(self) -> list[tuple[ServiceEntry, ProviderEntry]]:
        """Transports in transport order: as told, else as added with STATUS_XP_PREFER_LAST at the end (PRF-4)."""
        order = {uid: place for place, uid in enumerate(self.transport_order)}

        def place(pair: tuple[ServiceEntry, ProviderEntry]) -> tuple[int, bool]:
            last = bool(pair[1].resource_flags & STATUS_XP_PREFER_LAST)
            return order.get(pair[1].uid, len(order)), last and pair[1].uid not in order

        return sorted(self.providers(ProviderKind.TRANSPORT), key=place)

    def default_store(self) -> bytes | None:
        """The uid of the default store: the first flagged one, else the first that may be it (PRF-3)."""
        stores = [entry for _, entry in self.providers(ProviderKind.STORE)]
        able = [entry for entry in stores if not entry.resource_flags & STATUS_NO_DEFAULT_STORE]
        marked = [entry for entry in able if entry.resource_flags & STATUS_DEFAULT_STORE]
        return next((entry.uid for entry in (*marked, *(() if self.no_default_store else able))), None)


def extra_uids(service: ServiceEntry) -> list[bytes]:
    """The sections besides its own and its providers' that a service has."""
    packed = service.properties.get(PR_SERVICE_EXTRA_UIDS) or b""
    return [packed[start : start + 16] for start in range(0, len(packed) - 15, 16)]


def check_name(name: str) -> str:
    """`name` in its composed form, when a profile may be called so: letters with their accents and vowel signs, digits,
    underscores and inner blanks, at most 64 (LOG-2).

    Raises InvalidParameter (PRF-7).
    """
    from unicodedata import category, normalize

    name = normalize("NFC", name)
    if not name:
        raise InvalidParameter("a profile needs a name")
    if len(name) > LONGEST_NAME:
        raise InvalidParameter(f"a profile's name has at most {LONGEST_NAME} characters", value=name)
    fit = all(letter.isalnum() or letter in "_ " or category(letter)[0] == "M" for letter in name)
    if name != name.strip() or category(name[0])[0] == "M" or not fit:
        raise InvalidParameter("a profile's name holds letters, digits, underscores and inner blanks", value=name)
    return name


def folded(name: str) -> str:
    """`name` as names of profiles are compared: neither case nor the way accents are written tells two apart."""
    if name.isascii():
        return name.casefold()
    from unicodedata import normalize

    return normalize("NFC", normalize("NFC", name).casefold())


def one_like(name: str, names: Sequence[str]) -> str:
    """What to try instead of a name that is none of `names`."""
    from difflib import get_close_matches

    close = get_close_matches(name, names, n=1)
    if close:
        return f"the profile {close[0]!r}"
    return f"one of {', '.join(map(repr, names))}" if names else "mapix init"
