"""The profiles of this user: IProfAdmin (PRF-5..PRF-8, session 4.2)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from mapix.interfaces.admin import MsgServiceAdmin, ProfAdmin
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
            for service in self._subsystem.catalogue.defaults():
                admin.create_msg_service(service.name)
        except BaseException:
            self._profiles.delete(name)
            raise

    def delete_profile(self, name: str, *, app: bool = False) -> None:
        """See `ProfAdmin.delete_profile`; `NotFound`, and what an entry function raises that wants its service to stay.
        Secrets leave keyring and vault with the profile.

        A profile that cannot be read is deleted, too; what it had in the keyring stays there.
        """
        self._check_app(name, app)
        with suppress(CorruptData, Version):
            self._tell_services(name)
        self._profiles.delete(name)

    def _tell_services(self, name: str) -> None:
        """MSG_SERVICE_DELETE for every service of a profile that is about to go (session 4.2)."""
        from mapix.subsystem.admin.serviceadmin import ServiceAdministration

        if self._profiles.exists(name):
            admin = ServiceAdministration(self._subsystem, name)
            for service in self._profiles.load(name).services:
                admin.tell_deleted(service.uid)

    def copy_profile(self, old: str, new: str, *, app: bool = False, secrets: bool = True) -> None:
        """See `ProfAdmin.copy_profile`; `NotFound`, `NoAccess` when the new name is taken, `LogonFailed` where a vault
        that may hold secrets of it does not open. Then there is no copy.
        """
        from mapix.subsystem.profiles.secrets import all_or_none
        from mapix.subsystem.profiles.servicesecrets import copy_secrets, places_of

        self._check_app(old, app)
        with self._profiles.locked():
            pair = self._profiles.load(old), self._profiles.copy(old, new)
        if not secrets:
            return
        catalogue, home = self._subsystem.catalogue, self._subsystem.home
        try:
            with all_or_none() as changes:
                copy_secrets(changes, *(places_of(catalogue, each, home) for each in pair))
        except BaseException:
            self._profiles.delete(new)
            raise

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
