"""The support object for the configuration of a message service (SPI-46): what its entry function gets (PRF-40).

It lives as long as the call it is made for; `close` ends it (PRF-44).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from mapix.interfaces.prop import Access, ErrorInfo
from mapix.interfaces.supportmethods import SupportMethods
from mapix.properties.errors import InvalidObject, UserCancel
from mapix.subsystem.profiles.settings import check_settings, secrets_of

if TYPE_CHECKING:
    from mapix.interfaces.admin import ProfSect
    from mapix.subsystem.catalogue.services import Catalogue
    from mapix.subsystem.loading import Providers
    from mapix.subsystem.profiles.profile import ServiceEntry
    from mapix.subsystem.profiles.profilehandle import ProfileHandle


class ConfigSupport(SupportMethods):
    """What a message service gets while it is configured. `providers` tells of failures, where there is a session."""

    def __init__(
        self, handle: ProfileHandle, catalogue: Catalogue, service: ServiceEntry, providers: Providers | None = None
    ) -> None:
        self.service = service
        self._handle = handle
        self._catalogue = catalogue
        self._providers = providers
        self._sections: list[ProfSect] = []
        self._closed = False

    def get_last_error(self) -> ErrorInfo | None:
        """What there is to say about providers of the session that failed."""
        return self._providers.last_error() if self._providers is not None else None

    def get_mem_alloc_routines(self) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., int]]:
        """See `allocators`."""
        from mapix.subsystem.support.allocators import allocate_buffer, allocate_more, free_buffer

        return allocate_buffer, allocate_more, free_buffer

    def do_config_propsheet(self, title: str = "") -> None:
        """Have a person change the settings; `UserCancel` where there is nobody to ask or nothing is said."""
        from mapix.subsystem.dialogs import keep_settings

        self._check()
        described = self._catalogue.get(self.service.name)
        hidden = secrets_of(described)
        shown = [setting for setting in described.settings if setting.name not in hidden]
        ui = self._handle.ui
        answer = (
            ui.ask_settings(title or described.display_name, shown, dict(self.service.settings), "") if ui else None
        )
        if answer is None:
            raise UserCancel("nobody changed the settings", value=self.service.name)
        changed = check_settings(described, answer)
        keep_settings(self._handle, self.service, changed)

    def get_svc_config_support_obj(self) -> ConfigSupport:
        """Another one of the same service."""
        self._check()
        return ConfigSupport(self._handle, self._catalogue, self.service, self._providers)

    def make_invalid(self, target: object) -> None:
        """See `invalid.make_invalid` (SPI-40)."""
        from mapix.subsystem.support.invalid import make_invalid

        make_invalid(target)

    def new_uid(self) -> bytes:
        """16 fresh bytes (SPI-37)."""
        return uuid4().bytes_le

    def open_profile_section(self, uid: bytes | None = None, access: Access = Access.MODIFY) -> ProfSect:
        """The section of the service's first provider with None, or one by its uid (SPI-35)."""
        from mapix.subsystem.profiles.profsect import open_section, provider_section
        from mapix.subsystem.profiles.sectionlocks import SectionLocks

        self._check()
        if uid is None and self.service.providers:
            found: ProfSect = provider_section(self._handle, self._catalogue, self.service.providers[0].uid)
        else:
            found = open_section(self._handle, self._catalogue, SectionLocks(), uid, access, force=True)
        self._sections.append(found)
        return found

    def close(self) -> None:
        """The call is over (PRF-44)."""
        self._closed = True
        for section in self._sections:
            section.close()

    def _check(self) -> None:
        if self._closed:
            raise InvalidObject("the service is no longer being configured (PRF-44)", value=self.service.name)
