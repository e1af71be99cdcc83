"""The providers of one message service of a profile: IProviderAdmin (PRF-15..PRF-18).

What is made or deleted is so in the file; a session that runs on the profile has its own copy until it ends.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from mapix.interfaces.admin import ProfSect, ProviderAdmin
from mapix.interfaces.prop import Access
from mapix.interfaces.table import MapiTable
from mapix.properties.errors import InvalidParameter, NoAccess, NotFound
from mapix.properties.value import Props
from mapix.subsystem.admin.adminrows import provider_table
from mapix.subsystem.admin.serviceentries import new_provider, pass_on_identity
from mapix.subsystem.catalogue.services import provider_of
from mapix.subsystem.profiles.profile import Profile
from mapix.subsystem.profiles.profilehandle import StoredProfile
from mapix.subsystem.profiles.profsect import open_section

if TYPE_CHECKING:
    from mapix.subsystem.initialize import Subsystem


class ProviderAdministration(ProviderAdmin):
    """Administration of the providers of one service."""

    def __init__(self, subsystem: Subsystem, handle: StoredProfile, service: bytes) -> None:
        self._subsystem = subsystem
        self._handle = handle
        self._service = service

    def get_provider_table(self) -> MapiTable:
        """See `ProviderAdmin.get_provider_table`."""
        profile = self._handle.read()
        return provider_table(profile, profile.service(self._service))

    def create_provider(self, name: str, props: Props | None = None) -> bytes:
        """See `ProviderAdmin.create_provider`; `NotFound` for a provider the service does not have."""
        uid = uuid4().bytes_le

        def create(profile: Profile) -> None:
            service = profile.service(self._service)
            spec = provider_of(self._subsystem.catalogue.get(service.name), name)
            entry = new_provider(spec, uid)
            entry.properties.update(props or {})
            service.providers.append(entry)

        self._handle.change(create)
        return uid

    def delete_provider(self, uid: bytes) -> None:
        """See `ProviderAdmin.delete_provider`; `NotFound`."""

        def delete(profile: Profile) -> None:
            service, provider = profile.provider(uid)
            if service.uid != self._service:
                raise NotFound("the message service has no provider with this uid", value=uid)
            service.providers.remove(provider)
            profile.transport_order = [each for each in profile.transport_order if each != uid]
            pass_on_identity(profile)

        self._handle.change(delete)

    def open_profile_section(self, uid: bytes | None, access: Access = Access.READ) -> ProfSect:
        """See `ProviderAdmin.open_profile_section`; a uid must be given, provider sections are for reading (PRF-18)."""
        if uid is None:
            raise InvalidParameter("name the section by its uid")
        locks = self._subsystem.section_locks
        own = any(provider.uid == uid for provider in self._handle.read().service(self._service).providers)
        if own and access is Access.MODIFY:
            raise NoAccess("the section belongs to a provider", value=uid)
        return open_section(self._handle, self._subsystem.catalogue, locks, uid, access, force=own)
