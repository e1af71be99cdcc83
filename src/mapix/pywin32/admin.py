"""Administration: PyIProfAdmin, PyIMsgServiceAdmin and its second form, PyIProviderAdmin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mapix.interfaces.admin import MsgServiceAdmin, ProfAdmin, ProviderAdmin
from mapix.interfaces.logonui import LogonUI
from mapix.interfaces.table import MapiTable
from mapix.properties.errors import LogonFailed, MapiError
from mapix.properties.flags import (
    MAPI_APP_PROFILE,
    MAPI_DEFAULT_SERVICES,
    MAPI_DIALOG,
    MAPI_FORCE_ACCESS,
    MAPI_MODIFY,
    SERVICE_NO_RESTART_WARNING,
    SERVICE_UI_ALLOWED,
    SERVICE_UI_ALWAYS,
)
from mapix.properties.tag import PropTag
from mapix.pywin32 import args, filestores
from mapix.pywin32.convert import values
from mapix.pywin32.iid import PyIID, from_bytes
from mapix.pywin32.prop import PyIProfSect
from mapix.pywin32.table import PyIMAPITable
from mapix.pywin32.unknown import PyIUnknown, checked
from mapix.subsystem import dialogs

_SECTION_FLAGS = MAPI_MODIFY | MAPI_FORCE_ACCESS
_SERVICE_FLAGS = SERVICE_UI_ALLOWED | SERVICE_UI_ALWAYS | SERVICE_NO_RESTART_WARNING | MAPI_DIALOG
_PROFILE_FLAGS = MAPI_DIALOG | MAPI_APP_PROFILE


class _Admin(PyIUnknown):
    """What the administration objects share."""

    def GetLastError(self, hr: Any, flags: Any = 0, /) -> tuple[int, str, str, int, int] | None:
        """As IMAPIProp.GetLastError."""
        args.flags(hr, 0xFFFFFFFF)
        args.flags(flags)
        return self._last_error()


class PyIProfAdmin(_Admin):
    """IProfAdmin."""

    _kind = ProfAdmin

    def CreateProfile(self, profileName: Any, password: Any, uiParam: Any = 0, flags: Any = 0, /) -> None:
        """A new profile, empty or with the default services."""
        word = args.flags(flags, _PROFILE_FLAGS | MAPI_DEFAULT_SERVICES)
        name = args.mapistr(profileName, word)
        _check_password(password, word)
        args.int32(uiParam)
        default, app = bool(word & MAPI_DEFAULT_SERVICES), bool(word & MAPI_APP_PROFILE)
        self._obj.create_profile(name, app=app, default_services=default)

    def GetProfileTable(self, flags: Any, /) -> PyIMAPITable:
        """Names, and which is the default."""
        word = args.flags(flags, MAPI_APP_PROFILE)
        return PyIMAPITable._made(self._obj.get_profile_table(app=bool(word & MAPI_APP_PROFILE)), args.wide(word), self)

    def DeleteProfile(self, profileName: Any, flags: Any = 0, /) -> None:
        """Remove a profile."""
        word = args.flags(flags, MAPI_APP_PROFILE)
        self._obj.delete_profile(args.mapistr(profileName, word), app=bool(word & MAPI_APP_PROFILE))

    def ChangeProfilePassword(self, profileName: Any, oldPassword: Any, newPassword: Any, flags: Any, /) -> None:
        """Does nothing, successfully: profiles have no passwords."""
        for text in (profileName, oldPassword, newPassword):
            args.wstr(text)
        args.flags(flags, MAPI_APP_PROFILE)

    def CopyProfile(
        self, oldProfileName: Any, password: Any, newProfileName: Any, uiParam: Any = 0, flags: Any = 0, /
    ) -> None:
        """A copy under another name."""
        word = args.flags(flags, _PROFILE_FLAGS)
        old, new = args.mapistr(oldProfileName, word), args.mapistr(newProfileName, word)
        _check_password(password, word)
        args.int32(uiParam)
        self._obj.copy_profile(old, new, app=bool(word & MAPI_APP_PROFILE))

    def RenameProfile(
        self, oldProfileName: Any, password: Any, newProfileName: Any, uiParam: Any = 0, flags: Any = 0, /
    ) -> None:
        """Another name."""
        word = args.flags(flags, _PROFILE_FLAGS)
        old, new = args.mapistr(oldProfileName, word), args.mapistr(newProfileName, word)
        _check_password(password, word)
        args.int32(uiParam)
        self._obj.rename_profile(old, new, app=bool(word & MAPI_APP_PROFILE))

    def SetDefaultProfile(self, profileName: Any, flags: Any = 0, /) -> None:
        """Which profile is the default; None for none."""
        self._obj.set_default_profile(args.mapistr_or_none(profileName, args.flags(flags)))

    def AdminServices(
        self, profileName: Any, password: Any = None, uiParam: Any = 0, flags: Any = 0, /
    ) -> PyIMsgServiceAdmin:
        """The message services of a profile."""
        word = args.flags(flags, MAPI_DIALOG)
        name = args.mapistr(profileName, word)
        _check_password(password, word)
        args.int32(uiParam)
        return PyIMsgServiceAdmin(self._obj.admin_services(name), self)


class PyIMsgServiceAdmin(_Admin):
    """IMsgServiceAdmin."""

    _kind = MsgServiceAdmin

    def CreateMsgService(self, serviceName: Any, displayName: Any, uiParam: Any = 0, flags: Any = 0, /) -> None:
        """Add a message service; CreateMsgServiceEx of the second form also tells its uid. `MSUPST MS` is a store."""
        self._create(serviceName, displayName, uiParam, flags)

    def _create(self, serviceName: Any, displayName: Any, uiParam: Any, flags: Any) -> PyIID:
        word = args.flags(flags, _SERVICE_FLAGS)
        service, shown = args.mapistr(serviceName, word), args.mapistr_or_none(displayName, word)
        args.int32(uiParam)
        return from_bytes(filestores.create(self._obj, service, shown, _asking(word)))

    def ConfigureMsgService(self, iid: Any, uiParam: Any, flags: Any, props: Any, /) -> None:
        """Change a service by properties: settings that have one, PR_DISPLAY_NAME, others into its section."""
        wanted = args.uid(iid)
        args.int32(uiParam)
        word = args.flags(flags, _SERVICE_FLAGS)
        given = values.pairs_in_or_none(props)
        self._obj.configure_msg_service(wanted, {}, dict(given or ()), _asking(word))

    def GetMsgServiceTable(self, flags: Any, /) -> PyIMAPITable:
        """The services, a snapshot."""
        return self._table(self._obj.get_msg_service_table, flags)

    def GetProviderTable(self, flags: Any, /) -> PyIMAPITable:
        """All providers of the profile, a snapshot."""
        return self._table(self._obj.get_provider_table, flags)

    def _table(self, get: Callable[[], MapiTable], flags: Any) -> PyIMAPITable:
        wide = args.wide(args.flags(flags))
        return PyIMAPITable._made(filestores.named(self._obj, get()), wide, self)

    def DeleteMsgService(self, uuid: Any, /) -> None:
        """Remove a service."""
        self._obj.delete_msg_service(args.uid(uuid))

    def RenameMsgService(self, uuid: Any, flags: Any, newName: Any, /) -> None:
        """Not supported, as everywhere."""
        wanted = args.uid(uuid)
        args.flags(flags)
        self._obj.rename_msg_service(wanted, args.wstr(newName))

    def OpenProfileSection(self, uuid: Any, iid: Any, flags: Any, /) -> PyIProfSect:
        """A section of the profile; those of providers with MAPI_FORCE_ACCESS (SES-25, SES-26)."""
        wanted, word = args.uid(uuid), args.flags(flags, _SECTION_FLAGS)
        args.iid_or_none(iid)
        force = bool(word & MAPI_FORCE_ACCESS)
        section = self._obj.open_profile_section(wanted, args.access(word), force=force)
        return PyIProfSect(checked(section, iid), self)

    def AdminProviders(self, uuid: Any, flags: Any, /) -> PyIProviderAdmin:
        """The providers of one service."""
        wanted = args.uid(uuid)
        args.flags(flags)
        return PyIProviderAdmin(self._obj.admin_providers(wanted), self)


class PyIMsgServiceAdmin2(PyIMsgServiceAdmin):
    """IMsgServiceAdmin2: `admin.QueryInterface(mapi.IID_IMsgServiceAdmin2)`."""

    def CreateMsgServiceEx(self, serviceName: Any, displayName: Any, uiParam: Any = 0, flags: Any = 0, /) -> PyIID:
        """Add a message service; its uid."""
        return self._create(serviceName, displayName, uiParam, flags)


class PyIProviderAdmin(_Admin):
    """IProviderAdmin."""

    _kind = ProviderAdmin

    def GetProviderTable(self, flags: Any, /) -> PyIMAPITable:
        """The providers of the service, a snapshot (PRF-15)."""
        return PyIMAPITable._made(self._obj.get_provider_table(), args.wide(args.flags(flags)), self)

    def CreateProvider(self, provider: Any, cValues: Any, props: Any, uiParam: Any, flags: Any, /) -> PyIID:
        """Add a provider; its uid (PRF-16). A failure is a SystemError, as pywin32's is."""
        name, count = args.utf8str(provider), args.int32(cValues)
        given = _first(values.pairs_in_or_none(props), count)
        args.int32(uiParam)
        try:
            args.flags(flags, _SERVICE_FLAGS)
            return from_bytes(self._obj.create_provider(name, given))
        except MapiError as error:
            self._failed = error
            raise SystemError(f"CreateProvider returned NULL without setting an error: {error}") from None

    def DeleteProvider(self, uuid: Any, /) -> None:
        """Remove a provider (PRF-17)."""
        self._obj.delete_provider(args.uid(uuid))

    def OpenProfileSection(self, uuid: Any, iid: Any, flags: Any, /) -> PyIProfSect:
        """A section (PRF-18)."""
        wanted, word = args.uid(uuid), args.flags(flags, _SECTION_FLAGS)
        args.iid_or_none(iid)
        return PyIProfSect(checked(self._obj.open_profile_section(wanted, args.access(word)), iid), self)


def _asking(word: int) -> LogonUI | None:
    """Who is asked for settings where the flags allow it; nobody where the process has no dialogs."""
    return dialogs.standing if word & (SERVICE_UI_ALLOWED | SERVICE_UI_ALWAYS) else None


def _check_password(password: Any, word: int) -> None:
    if args.mapistr_or_none(password, word):
        raise LogonFailed("profiles have no passwords", hint="pass None")


def _first(pairs: list[tuple[PropTag, Any]] | None, count: int) -> dict[PropTag, Any] | None:
    return None if pairs is None else dict(pairs[:count])
