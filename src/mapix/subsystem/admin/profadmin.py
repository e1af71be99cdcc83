"""The profiles of this user: IProfAdmin (PRF-5..PRF-8, session 4.2)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from mapix.interfaces.admin import MsgServiceAdmin, ProfAdmin
from mapix.interfaces.spi import MessageService
from mapix.interfaces.table import MapiTable
from mapix.properties.errors import CallFailed, CorruptData, LogonFailed, NoAccess, Version
from mapix.subsystem.admin.adminrows import profile_table

if TYPE_CHECKING:
    from mapix.subsystem.initialize import Subsystem


class ProfileAdministration(ProfAdmin):
    """Administration of the profiles of a subsystem."""

    def __init__(self, subsystem: Subsystem) -> None:
        self._subsystem = subsystem
        self._profiles = subsystem.profiles

    def get_profile_table(self, *, app: bool = False) -> MapiTable:
        """See `ProfAdmin.get_profile_table`; zero rows when there are none."""
        return profile_table(self._profiles.names(app=app), self._profiles.default())

    def create_profile(self, name: str, *, app: bool = False, default_services: bool = False) -> None:
        """See `ProfAdmin.create_profile`; `InvalidParameter` for a name no profile may have (PRF-7)."""
        self._profiles.create(name, app=app)
        if not default_services:
            return
        admin = self.admin_services(name)
        try:
            for service in self._subsystem.catalogue:
                if isinstance(service, MessageService) and service.default:
                    admin.create_msg_service(service.name)
        except BaseException:
            self._profiles.delete(name)
            raise

    def delete_profile(self, name: str, *, app: bool = False) -> None:
        """See `ProfAdmin.delete_profile`; `NotFound`. Secrets of its services leave the keyring.

        A profile that cannot be read is deleted, too; what it had in the keyring stays there.
        """
        self._check_app(name, app)
        with suppress(CorruptData, Version):
            self._forget_secrets(name)
        self._profiles.delete(name)

    def _forget_secrets(self, name: str) -> None:
        from mapix.subsystem.profiles.servicesecrets import forget_secrets

        profile = self._profiles.load(name)
        for service in profile.services:
            forget_secrets(self._subsystem.catalogue, profile, service, self._subsystem.home)

    def copy_profile(self, old: str, new: str, *, app: bool = False) -> None:
        """See `ProfAdmin.copy_profile`; `NotFound`, `NoAccess` when the new name is taken. Secrets are not copied."""
        self._check_app(old, app)
        self._profiles.copy(old, new)

    def rename_profile(self, old: str, new: str, *, app: bool = False) -> None:
        """See `ProfAdmin.rename_profile`; in use it is put off until the last session ends."""
        self._check_app(old, app)
        self._profiles.rename(old, new)

    def _check_app(self, name: str, app: bool) -> None:
        """`NoAccess` for the profile of an application where none is meant (session 4.2)."""
        if not app and self._profiles.is_app(name):
            raise NoAccess("this is the profile of an application", value=name, hint="MAPI_APP_PROFILE")

    def set_default_profile(self, name: str | None) -> None:
        """See `ProfAdmin.set_default_profile`; `NotFound`, `CallFailed` for the profile of an application."""
        if name is not None and self._profiles.is_app(name):
            raise CallFailed("the profile of an application is never the default one", value=name)
        self._profiles.set_default(name)

    def admin_services(self, name: str) -> MsgServiceAdmin:
        """See `ProfAdmin.admin_services`; `LogonFailed` for an unknown profile."""
        from mapix.subsystem.admin.serviceadmin import ServiceAdministration

        if not self._profiles.exists(name):
            raise LogonFailed("there is no profile of this name", value=name, hint="create_profile")
        return ServiceAdministration(self._subsystem, name)
