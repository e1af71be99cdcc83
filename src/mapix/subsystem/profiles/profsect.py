"""Profile sections: IProfSect over one part of a profile (PRF-20..PRF-26, SES-25..SES-28).

Changes act at once. The properties 0x67F0..0x67FF are secrets: they are kept in the keyring of the operating system
and refused where there is none (PRF-23).
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mapix.interfaces.admin import ProfSect
from mapix.interfaces.prop import Access, ObjectType
from mapix.interfaces.spi import ProviderKind
from mapix.objects.bags.propdata import PropertyBag
from mapix.objects.bags.rules import Rules
from mapix.properties.errors import InvalidParameter, NoAccess, NoSupport, NotFound
from mapix.properties.guid import guid
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_AB_PROVIDERS,
    PR_OBJECT_TYPE,
    PR_PROFILE_NAME,
    PR_PROVIDER_DLL_NAME,
    PR_RESOURCE_FLAGS,
    PR_SEARCH_KEY,
    PR_SERVICE_NAME,
    PR_SERVICE_UID,
    PR_STORE_PROVIDERS,
    PR_TRANSPORT_PROVIDERS,
)
from mapix.properties.value import Problem, Problems, Props
from mapix.subsystem.profiles.profile import Profile, ServiceEntry, extra_uids
from mapix.subsystem.profiles.secrets import SecretPlace
from mapix.subsystem.profiles.sectionsource import Locate, SectionSource
from mapix.subsystem.profiles.settings import complete

if TYPE_CHECKING:
    from mapix.interfaces.logonui import LogonUI
    from mapix.subsystem.catalogue.services import Catalogue
    from mapix.subsystem.profiles.profilehandle import ProfileHandle
    from mapix.subsystem.profiles.sectionlocks import SectionKey, SectionLocks

MUID_PROFILE_INSTANCE = guid("{00020385-0000-0000-C000-000000000046}")
PS_PROFILE_PROPERTIES = bytes.fromhex("9815AC08AAB0101A8C9308002B2A56C2")

_FIXED = (PR_OBJECT_TYPE, PR_PROFILE_NAME, PR_SERVICE_UID, PR_SERVICE_NAME)
_LISTS = {
    ProviderKind.STORE: PR_STORE_PROVIDERS,
    ProviderKind.ADDRESS_BOOK: PR_AB_PROVIDERS,
    ProviderKind.TRANSPORT: PR_TRANSPORT_PROVIDERS,
}


class ProfileSection(PropertyBag, ProfSect):
    """An open section; `settings` and `secret` are its service's, `on_set` is called when properties were set."""

    object_type = ObjectType.PROFSECT

    def __init__(
        self,
        handle: ProfileHandle,
        catalogue: Catalogue,
        uid: bytes,
        locate: Locate,
        *,
        access: Access,
        service: bytes | None = None,
        release: Callable[[], None] | None = None,
    ) -> None:
        self.uid = uid
        self._handle = handle
        self._catalogue = catalogue
        self._service = service
        self._release = weakref.finalize(self, release) if release is not None else None
        self.on_set: Callable[[], None] = lambda: None
        profile = handle.read()
        entry = profile.service(service) if service is not None else None
        key = f"{profile.search_key.hex()}/{uid.hex()}"
        place = SecretPlace(entry.name if entry else "PROFILE", key, handle.home, handle.ui)
        source = SectionSource(handle, uid, locate, place)
        self._place = place
        fixed = {PR_OBJECT_TYPE: int(ObjectType.PROFSECT), PR_PROFILE_NAME: profile.name}
        if entry is not None:
            fixed |= {PR_SERVICE_UID: entry.uid, PR_SERVICE_NAME: entry.name}
            fixed |= _providers_of(entry) if uid == entry.uid else {}
            for provider in entry.providers:
                if provider.uid == uid:
                    fixed |= {PR_RESOURCE_FLAGS: provider.resource_flags, PR_PROVIDER_DLL_NAME: entry.name}
        super().__init__(source, rules=_rules(fixed), access=access, transacted=False)

    @property
    def settings(self) -> Mapping[str, Any]:
        """See `ProfSect.settings`; those of a service that is not installed are what the profile says."""
        self._check()
        if self._service is None:
            return {}
        entry = self._handle.read().service(self._service)
        described = self._catalogue.find(entry.name)
        return complete(described, entry.settings) if described is not None else dict(entry.settings)

    def secret(self, name: str) -> str | None:
        """See `ProfSect.secret`."""
        settings = self.settings
        if self._service is None:
            return None
        place = self._secrets()
        if (asked := self._handle.asked.get(place.of(name))) is not None:
            return asked
        found = place.fetch(name, settings)
        if found is None:
            return self._handle.known_secret(place.of(name))
        self._handle.learned(place.of(name), found)
        return found

    def store_secret(self, name: str, secret: str | None) -> None:
        """Keep a secret of the service in the keyring, or with None forget it; `NoSupport` without a keyring."""
        self._check_writable()
        place = self._secrets()
        place.store(name, secret)
        if secret is not None:
            self._handle.learned(place.of(name), secret)

    def set_props(self, values: Props) -> Problems:
        """See `MapiProp.set_props`; a secure property is a `NoSupport` problem where nothing keeps secrets (PRF-23)."""
        refused = {tag for tag in values if PropTag(tag).is_secure}
        try:
            if not refused or self._place.keeper() is not None:
                return super().set_props(values)
            kept = [(place, tag) for place, tag in enumerate(values) if tag not in refused]
            told = super().set_props({tag: values[tag] for _, tag in kept}) if kept else ()
        finally:
            self.on_set()
        problems = [Problem(kept[problem.index][0], problem.tag, problem.scode) for problem in told]
        secure = [Problem(place, PropTag(tag), NoSupport.hresult) for place, tag in enumerate(values) if tag in refused]
        return sorted((*problems, *secure), key=lambda problem: problem.index)

    def close(self) -> None:
        """See `MapiProp.close`; gives the section free for others."""
        super().close()
        if self._release is not None:
            self._release()

    def _secrets(self) -> SecretPlace:
        if self._service is None:
            raise NoSupport("this section belongs to no message service")
        profile = self._handle.read()
        return service_secrets(profile, self._service, self._handle.home, self._handle.ui)


def service_secrets(profile: Profile, service: bytes, home: Path | None, ui: LogonUI | None = None) -> SecretPlace:
    """Where the secrets of a service of a profile are; `home` is the directory of its vault, `ui` opens it."""
    entry = profile.service(service)
    return SecretPlace(entry.name, f"{profile.search_key.hex()}/{entry.uid.hex()}", home, ui)


def open_section(
    handle: ProfileHandle,
    catalogue: Catalogue,
    locks: SectionLocks,
    uid: bytes | None,
    access: Access = Access.READ,
    *,
    force: bool = False,
) -> ProfileSection:
    """A section for a client: None for the profile's own (SES-25..SES-28).

    Raises NoAccess for a provider's section without `force` and where readers and writers meet, NotFound for an
    unknown uid that is not opened with Access.MODIFY.
    """
    uid = PS_PROFILE_PROPERTIES if uid is None else bytes(uid)
    if len(uid) != 16:
        raise InvalidParameter("the uid of a profile section has 16 bytes", value=uid)
    locate, service = _find(handle, uid, access, force)
    key = (handle.read().search_key, uid)
    write = _lock(locks, key, access)
    granted = Access.MODIFY if write else Access.READ

    def release() -> None:
        locks.release(key, write=write)

    try:
        return ProfileSection(handle, catalogue, uid, locate, access=granted, service=service, release=release)
    except BaseException:
        release()
        raise


def provider_section(handle: ProfileHandle, catalogue: Catalogue, uid: bytes) -> ProfileSection:
    """A provider's own section, as its support object gives it: writable, and not locked against clients (SPI-35)."""
    service, _ = handle.read().provider(uid)
    return ProfileSection(
        handle,
        catalogue,
        uid,
        lambda profile: profile.provider(uid)[1].properties,
        access=Access.MODIFY,
        service=service.uid,
    )


def _find(handle: ProfileHandle, uid: bytes, access: Access, force: bool) -> tuple[Locate, bytes | None]:
    profile = handle.read()
    if uid == PS_PROFILE_PROPERTIES:
        return (lambda profile: profile.properties), None
    if uid == MUID_PROFILE_INSTANCE:
        return _instance(access), None
    for service, provider in profile.providers():
        if provider.uid == uid:
            if not force:
                text = "the section belongs to a provider"
                raise NoAccess(text, value=uid, hint="MAPI_FORCE_ACCESS")
            return (lambda profile: profile.provider(uid)[1].properties), service.uid
    if any(service.uid == uid for service in profile.services):
        return (lambda profile: profile.service(uid).properties), uid
    if uid not in profile.sections:
        if access is not Access.MODIFY:
            raise NotFound("the profile has no such section", value=uid, hint="open it with MAPI_MODIFY to make it")
        handle.change(lambda profile: profile.sections.setdefault(uid, {}))
    owner = next((service.uid for service in profile.services if uid in extra_uids(service)), None)
    return (lambda profile: profile.sections.setdefault(uid, {})), owner


def _instance(access: Access) -> Locate:
    """The section that holds nothing but the profile's search key (PRF-5)."""
    if access is Access.MODIFY:
        raise NoAccess("this section cannot be written", value=MUID_PROFILE_INSTANCE)
    return lambda profile: {PR_SEARCH_KEY: profile.search_key}


def _lock(locks: SectionLocks, key: SectionKey, access: Access) -> bool:
    """Take the lock of a section; whether for writing."""
    best = access is Access.BEST and key[1] != MUID_PROFILE_INSTANCE
    if access is Access.MODIFY or best:
        try:
            locks.acquire(key, write=True)
            return True
        except NoAccess:
            if not best:
                raise
    locks.acquire(key, write=False)
    return False


def _providers_of(service: ServiceEntry) -> dict[PropTag, bytes]:
    """The uids of its providers that the section of a service names, by their kinds (session 4.9)."""
    found: dict[PropTag, bytes] = {}
    for provider in service.providers:
        if (tag := _LISTS.get(provider.kind)) is not None:
            found[tag] = found.get(tag, b"") + provider.uid
    return found


def _rules(fixed: Mapping[PropTag, Any]) -> Rules:
    """Computed properties with constant values; a provider cannot change its flags and its name (PRF-24)."""
    computed = {tag: _constant(value) for tag, value in fixed.items()}
    return Rules.of(computed=computed, readonly=(*_FIXED, *fixed))


def _constant(value: Any) -> Callable[[Any], Any]:
    return lambda _section: value
