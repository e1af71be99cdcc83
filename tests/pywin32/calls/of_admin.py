"""Probes of PyIProfAdmin, PyIMsgServiceAdmin, its second form, and PyIProviderAdmin."""

from contextlib import suppress
from typing import Any

from tests.pywin32.calls.of_sessions import SECTION
from tests.pywin32.calls.probing import Call, call, probe
from tests.pywin32.calls.world import World, value

from mapix.pywin32 import mapi, mapitags
from mapix.pywin32.errors import com_error
from mapix.pywin32.iid import IID


def said_by(found: Any, fails: Any, *given: Any) -> Call:
    """GetLastError after a call that fails."""
    with suppress(com_error, SystemError):
        fails(*given)
    return call(found.GetLastError, mapi.MAPI_E_NOT_FOUND, 0, gives=lambda answer: answer[1])


def profiles(w: World) -> list[Any]:
    table = w.profiles.GetProfileTable(mapi.MAPI_UNICODE)
    return sorted(row[0][1] for row in mapi.HrQueryAllRows(table, mapitags.PR_DISPLAY_NAME_W, None, None, 0))


def services(w: World) -> list[Any]:
    columns = (mapitags.PR_SERVICE_NAME_A,)
    return [row[0][1] for row in mapi.HrQueryAllRows(w.services.GetMsgServiceTable(0), columns, None, None, 0)]


@probe("PyIProfAdmin.GetLastError")
def profiles_say_what_failed(w: World) -> Call:
    return said_by(w.profiles, w.profiles.DeleteProfile, "Nobody", 0)


@probe("PyIProfAdmin.CreateProfile")
def a_profile_is_made(w: World) -> Call:
    return call(w.profiles.CreateProfile, "New", None, 0, 0, gives=lambda _: profiles(w) == ["New", "Work"])


@probe("PyIProfAdmin.GetProfileTable")
def profiles_are_listed(w: World) -> Call:
    return call(
        w.profiles.GetProfileTable,
        0,
        gives=lambda table: (
            table.QueryRows(9, 0) == (((mapitags.PR_DISPLAY_NAME_A, b"Work"), (mapitags.PR_DEFAULT_PROFILE, True)),)
        ),
    )


@probe("PyIProfAdmin.DeleteProfile")
def a_profile_is_deleted(w: World) -> Call:
    w.profiles.CreateProfile(b"Gone", None)
    return call(w.profiles.DeleteProfile, b"Gone", 0, gives=lambda _: profiles(w) == ["Work"])


@probe("PyIProfAdmin.ChangeProfilePassword")
def a_profile_has_no_password_to_change(w: World) -> Call:
    return call(w.profiles.ChangeProfilePassword, "Work", "", "", 0)


@probe("PyIProfAdmin.CopyProfile")
def a_profile_is_copied(w: World) -> Call:
    return call(w.profiles.CopyProfile, "Work", None, "Copy", 0, 0, gives=lambda _: profiles(w) == ["Copy", "Work"])


@probe("PyIProfAdmin.RenameProfile")
def a_profile_is_renamed(w: World) -> Call:
    w.profiles.CreateProfile("Older", None)
    return call(w.profiles.RenameProfile, "Older", None, "Newer", 0, 0, gives=lambda _: "Newer" in profiles(w))


@probe("PyIProfAdmin.SetDefaultProfile")
def there_is_no_default_profile_any_more(w: World) -> Call:
    return call(w.profiles.SetDefaultProfile, None, 0)


@probe("PyIProfAdmin.AdminServices")
def services_of_a_profile_are_administered(w: World) -> Call:
    return call(w.profiles.AdminServices, "Work", None, 0, 0)


@probe("PyIMsgServiceAdmin.GetLastError")
def services_say_what_failed(w: World) -> Call:
    return said_by(w.services, w.services.CreateMsgService, "NOTHING", None)


@probe("PyIMsgServiceAdmin.CreateMsgService")
def a_service_is_added(w: World) -> Call:
    return call(w.services.CreateMsgService, "SMTP", "Mail", 0, 0, gives=lambda _: services(w)[-1] == b"SMTP")


@probe("PyIMsgServiceAdmin.ConfigureMsgService")
def a_service_is_configured(w: World) -> Call:
    def is_named(_: None) -> bool:
        row = mapi.HrQueryAllRows(w.services.GetMsgServiceTable(0), mapitags.PR_DISPLAY_NAME_A, None, None, 0)[0]
        return row[0][1] == b"Mine"

    props = [(mapitags.PR_DISPLAY_NAME_W, "Mine")]
    return call(w.services.ConfigureMsgService, w.store_service, 0, 0, props, gives=is_named)


@probe("PyIMsgServiceAdmin.GetMsgServiceTable")
def services_are_listed(w: World) -> Call:
    return call(w.services.GetMsgServiceTable, 0, gives=lambda table: table.GetRowCount(0) == 3)


@probe("PyIMsgServiceAdmin.GetProviderTable")
def providers_of_all_services_are_listed(w: World) -> Call:
    return call(w.services.GetProviderTable, 0, gives=lambda table: table.GetRowCount(0) == 3)


@probe("PyIMsgServiceAdmin.DeleteMsgService")
def a_service_is_removed(w: World) -> Call:
    return call(w.services.DeleteMsgService, w.service(b"CONTACTS"), gives=lambda _: len(services(w)) == 2)


@probe("PyIMsgServiceAdmin.RenameMsgService")
def services_are_not_renamed(w: World) -> Call:
    return call(w.services.RenameMsgService, w.store_service, 0, "Mine", raises=mapi.MAPI_E_NO_SUPPORT)


@probe("PyIMsgServiceAdmin.OpenProfileSection")
def a_section_of_a_profile_is_opened(w: World) -> Call:
    return call(w.services.OpenProfileSection, IID(SECTION), mapi.IID_IProfSect, mapi.MAPI_MODIFY)


@probe("PyIMsgServiceAdmin.AdminProviders")
def providers_of_a_service_are_administered(w: World) -> Call:
    return call(w.services.AdminProviders, w.store_service, 0)


@probe("PyIMsgServiceAdmin2.CreateMsgServiceEx")
def a_service_is_added_and_says_which(w: World) -> Call:
    return call(w.services2.CreateMsgServiceEx, "SMTP", None, 0, 0, gives=lambda uid: uid == w.service(b"SMTP"))


@probe("PyIProviderAdmin.GetLastError")
def providers_say_what_failed(w: World) -> Call:
    return said_by(w.providers, w.providers.CreateProvider, "NOTHING", 0, None, 0, 0)


@probe("PyIProviderAdmin.GetProviderTable")
def providers_are_listed(w: World) -> Call:
    return call(w.providers.GetProviderTable, 0, gives=lambda table: table.GetRowCount(0) == 1)


def provider_name(w: World) -> str:
    return {"memory": "MEMORY", "sqlite": "MAPIXSTORE"}[w.kind]


@probe("PyIProviderAdmin.CreateProvider")
def a_provider_is_added(w: World) -> Call:
    props = [(mapitags.PR_DISPLAY_NAME_W, "Second")]
    return call(w.providers.CreateProvider, provider_name(w), 1, props, 0, 0)


@probe("PyIProviderAdmin.DeleteProvider")
def a_provider_is_removed(w: World) -> Call:
    second = w.providers.CreateProvider(provider_name(w), 0, None, 0, 0)
    return call(w.providers.DeleteProvider, second, gives=lambda _: w.providers.GetProviderTable(0).GetRowCount(0) == 1)


@probe("PyIProviderAdmin.OpenProfileSection")
def a_section_of_a_provider_is_opened(w: World) -> Call:
    return call(
        w.providers.OpenProfileSection,
        w.store_service,
        None,
        mapi.MAPI_MODIFY,
        gives=lambda section: value(section, mapitags.PR_SERVICE_NAME_A),
    )
