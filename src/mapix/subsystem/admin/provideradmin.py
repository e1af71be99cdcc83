"""The providers of one message service of a profile: IProviderAdmin (PRF-15..PRF-18).

What is made or deleted is so in the file; a session that runs on the profile has its own copy until it ends. The entry
function of the service has a say in both (PRF-41), and gets an administration of its own that does not ask it again.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING
from uuid import uuid4

from mapix.interfaces.admin import ProfSect, ProviderAdmin
from mapix.interfaces.prop import Access
from mapix.interfaces.table import MapiTable
from mapix.properties.errors import InvalidParameter, NoAccess, NotFound, Unconfigured, from_hresult
from mapix.properties.tag import PropTag
from mapix.properties.value import Props
from mapix.subsystem.admin.adminrows import provider_table
from mapix.subsystem.admin.serviceentries import new_provider, pass_on_identity
from mapix.subsystem.catalogue.serviceentry import (
    MSG_SERVICE_PROVIDER_CREATE,
    MSG_SERVICE_PROVIDER_DELETE,
    call_entry,
)
from mapix.subsystem.catalogue.services import provider_of
from mapix.subsystem.lines import forget
from mapix.subsystem.profiles.profile import Profile
from mapix.subsystem.profiles.profilehandle import StoredProfile
from mapix.subsystem.profiles.profsect import open_section, provider_section
from mapix.subsystem.profiles.servicesecrets import Kept, forget_secrets, places_of_service

if TYPE_CHECKING:
    from mapix.subsystem.initialize import Subsystem


class ProviderAdministration(ProviderAdmin):
    """Administration of the providers of one service."""

    def __init__(self, subsystem: Subsystem, handle: StoredProfile, service: bytes, *, inside: bool = False) -> None:
        self._subsystem = subsystem
        self._handle = handle
        self._service = service
        self._inside = inside
        """Whether the service's entry function has it."""

    def get_provider_table(self) -> MapiTable:
        """See `ProviderAdmin.get_provider_table`."""
        profile = self._handle.read()
        return provider_table(profile, profile.service(self._service))

    def create_provider(self, name: str, props: Props | None = None) -> bytes:
        """See `ProviderAdmin.create_provider`; `NotFound` for a provider the service does not have. What the entry
        function refuses is not made: `NoSupport` where the service is to have no more providers, or where nothing keeps
        a secure property (PRF-23).
        """
        uid = uuid4().bytes_le
        secure = {tag: value for tag, value in (props or {}).items() if PropTag(tag).is_secure}

        def create(profile: Profile) -> None:
            service = profile.service(self._service)
            spec = provider_of(self._subsystem.catalogue.get(service.name), name)
            entry = new_provider(spec, uid)
            entry.properties.update({tag: value for tag, value in (props or {}).items() if tag not in secure})
            service.providers.append(entry)

        self._handle.change(create)
        try:
            self._hide(uid, secure)
            self._ask_entry(MSG_SERVICE_PROVIDER_CREATE)
        except Unconfigured:
            return uid
        except BaseException:
            self._remove(uid)
            raise
        return uid

    def _hide(self, uid: bytes, secure: Props) -> None:
        """Keep secure properties of a provider where secrets are."""
        if not secure:
            return
        with closing(provider_section(self._handle, self._subsystem.catalogue, uid)) as section:
            for problem in section.set_props(secure):
                raise from_hresult(problem.scode, "the secure property cannot be kept", value=problem.tag)

    def delete_provider(self, uid: bytes) -> None:
        """See `ProviderAdmin.delete_provider`; `NotFound`, and what the entry function raises that wants it to stay."""
        if not any(provider.uid == uid for provider in self._handle.read().service(self._service).providers):
            raise NotFound("the message service has no provider with this uid", value=uid)
        self._ask_entry(MSG_SERVICE_PROVIDER_DELETE)
        self._remove(uid)
        forget(self._subsystem.home, uid)

    def _ask_entry(self, context: int) -> None:
        service = self._handle.read().service(self._service)
        described = self._subsystem.catalogue.find(service.name)
        if self._inside or described is None or described.entry is None:
            return
        own = ProviderAdministration(self._subsystem, self._handle, self._service, inside=True)
        call_entry(described, self._handle, self._subsystem.catalogue, service, context, admin=own)

    def _remove(self, uid: bytes) -> None:
        """First the profile, then the secrets: one that cannot be written has lost none of them."""

        def delete(profile: Profile) -> list[Kept]:
            service, provider = profile.provider(uid)
            places = places_of_service(self._subsystem.catalogue, profile, service, self._handle.home)
            own = [each for each in places if each.uid == uid]
            service.providers.remove(provider)
            profile.transport_order = [each for each in profile.transport_order if each != uid]
            profile.secure = [each for each in profile.secure if each != uid]
            pass_on_identity(profile, [provider])
            return self._handle.store.alone_with(profile, own)

        forget_secrets(self._handle.change(delete))

    def open_profile_section(self, uid: bytes | None, access: Access = Access.READ) -> ProfSect:
        """See `ProviderAdmin.open_profile_section`; a uid must be given, provider sections are for reading (PRF-18).

        An entry function may leave it out for the section of its service, and write the sections of its providers.
        """
        if uid is None and not self._inside:
            raise InvalidParameter("name the section by its uid")
        uid = self._service if uid is None else uid
        locks = self._subsystem.section_locks
        own = any(provider.uid == uid for provider in self._handle.read().service(self._service).providers)
        if own and access is Access.MODIFY and not self._inside:
            raise NoAccess("the section belongs to a provider", value=uid)
        return open_section(self._handle, self._subsystem.catalogue, locks, uid, access, force=own)
