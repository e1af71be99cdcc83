"""IMsgServiceAdmin and IProviderAdmin: scenario 12."""

from pathlib import Path

import pytest
from tests.subsystem.bench import Script, book_service, fax_service

from mapix.client.dialogs import CallbackUI
from mapix.interfaces.admin import MsgServiceAdmin
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import MessageService, Setting, SettingKind
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import (
    Busy,
    InvalidParameter,
    MapiError,
    NoAccess,
    NoSupport,
    NotFound,
    Unconfigured,
    UserCancel,
)
from mapix.properties.flags import (
    MAPI_NEW_SESSION,
    STATUS_NO_PRIMARY_IDENTITY,
    STATUS_PRIMARY_IDENTITY,
    STATUS_XP_PREFER_LAST,
)
from mapix.properties.sort import SortKey, SortOrder
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_COMMENT,
    PR_DISPLAY_NAME,
    PR_PROVIDER_ORDINAL,
    PR_PROVIDER_UID,
    PR_RESOURCE_FLAGS,
    PR_RESOURCE_TYPE,
    PR_SERVICE_EXTRA_UIDS,
    PR_SERVICE_NAME,
    PR_SERVICE_UID,
)
from mapix.subsystem.initialize import Subsystem


@pytest.fixture
def admin(system: Subsystem, profile: str) -> MsgServiceAdmin:
    system.catalogue.register(fax_service(Script()))
    system.catalogue.register(fax_service(Script(), name="LASTFAX", flags=STATUS_XP_PREFER_LAST))
    system.catalogue.register(fax_service(Script(), name="ONEFAX", single_copy=True))
    system.catalogue.register(fax_service(Script(), name="NOBODY", flags=STATUS_NO_PRIMARY_IDENTITY))
    system.catalogue.register(book_service(Script()))
    system.catalogue.register(
        MessageService("MAIL", "Mail", (), (Setting("host", required=True), Setting("password", SettingKind.SECRET)))
    )
    return system.admin_profiles().admin_services(profile)


def services(admin: MsgServiceAdmin) -> list[str]:
    return [row[0] for row in query_all_rows(admin.get_msg_service_table(), [PR_SERVICE_NAME])]


def transports(admin: MsgServiceAdmin) -> list[tuple[bytes, bytes]]:
    """(provider uid, service uid) in transport order."""
    columns = [PR_PROVIDER_UID, PR_SERVICE_UID]
    return query_all_rows(admin.get_provider_table(), columns, order=SortOrder((SortKey(PR_PROVIDER_ORDINAL),)))


def test_services_are_listed_in_the_order_they_were_added(admin: MsgServiceAdmin) -> None:
    """SES-32."""
    admin.create_msg_service("FAX")
    admin.create_msg_service("BOOK", "My book")
    rows = query_all_rows(admin.get_msg_service_table(), [PR_SERVICE_NAME, PR_DISPLAY_NAME])
    assert rows == [("FAX", "Fax machine"), ("BOOK", "My book")]


def test_an_unknown_service_is_not_found(admin: MsgServiceAdmin) -> None:
    """Scenario 12."""
    with pytest.raises(NotFound):
        admin.create_msg_service("nope")
    assert services(admin) == []


def test_a_single_copy_service_is_refused_the_second_time(admin: MsgServiceAdmin) -> None:
    """Scenario 12."""
    admin.create_msg_service("ONEFAX")
    with pytest.raises(NoAccess):
        admin.create_msg_service("ONEFAX")
    assert services(admin) == ["ONEFAX"]


def test_a_wrong_setting_is_named_and_nothing_is_added(admin: MsgServiceAdmin) -> None:
    with pytest.raises(InvalidParameter, match="numbre"):
        admin.create_msg_service("FAX", settings={"numbre": "1"})
    assert services(admin) == []


def test_a_service_may_be_added_before_it_is_configured(admin: MsgServiceAdmin, home: Path) -> None:
    uid = admin.create_msg_service("MAIL")
    admin.configure_msg_service(uid, {"host": "mail.example.com"})
    assert 'host = "mail.example.com"' in (home / "profiles" / "Work.toml").read_text(encoding="utf-8")
    admin.configure_msg_service(uid, {"host": None})
    assert "host" not in (home / "profiles" / "Work.toml").read_text(encoding="utf-8")


def test_a_secret_goes_to_the_keyring_and_leaves_it_with_the_service(
    admin: MsgServiceAdmin, home: Path, kept: dict[tuple[str, str], str]
) -> None:
    uid = admin.create_msg_service("MAIL", settings={"host": "mail", "password": "open sesame"})
    assert list(kept.values()) == ["open sesame"]
    assert "sesame" not in (home / "profiles" / "Work.toml").read_text(encoding="utf-8")
    admin.delete_msg_service(uid)
    assert kept == {}


def test_without_a_keyring_a_secret_is_refused_and_nothing_is_added(admin: MsgServiceAdmin, no_keyring: None) -> None:
    with pytest.raises(NoSupport, match="MAPIX_MAIL_PASSWORD"):
        admin.create_msg_service("MAIL", settings={"host": "mail", "password": "open sesame"})
    assert services(admin) == []


def test_a_deleted_service_takes_its_providers_along(admin: MsgServiceAdmin) -> None:
    """PRF-1, PRF-2."""
    uid = admin.create_msg_service("FAX")
    admin.create_msg_service("BOOK")
    admin.delete_msg_service(uid)
    assert query_all_rows(admin.get_provider_table(), [PR_SERVICE_NAME]) == [("BOOK",)]
    for call in (admin.delete_msg_service, admin.admin_providers):
        with pytest.raises(NotFound):
            call(uid)


def test_a_transport_that_wants_to_be_last_is_last(admin: MsgServiceAdmin) -> None:
    """PRF-4; scenario 12."""
    last = admin.create_msg_service("LASTFAX")
    first = admin.create_msg_service("FAX")
    assert [service for _, service in transports(admin)] == [first, last]


def test_the_transport_order_overrides_the_wish_to_be_last(admin: MsgServiceAdmin) -> None:
    """PRF-4."""
    last = admin.create_msg_service("LASTFAX")
    first = admin.create_msg_service("FAX")
    by_service = {service: provider for provider, service in transports(admin)}
    admin.msg_service_transport_order([by_service[last], by_service[first]])
    assert [service for _, service in transports(admin)] == [last, first]


def test_a_transport_order_names_all_transports_and_no_others(admin: MsgServiceAdmin) -> None:
    """Scenario 12."""
    admin.create_msg_service("LASTFAX")
    admin.create_msg_service("FAX")
    known = [provider for provider, _ in transports(admin)]
    with pytest.raises(Busy):
        admin.msg_service_transport_order(known[:1])
    with pytest.raises(NotFound):
        admin.msg_service_transport_order([known[0], bytes(16)])
    with pytest.raises(NotFound):
        admin.msg_service_transport_order([known[0], known[0]])


def test_the_first_capable_transport_says_who_the_user_is_and_the_next_takes_over(admin: MsgServiceAdmin) -> None:
    """PRF-51."""

    def identity() -> list[str]:
        rows = query_all_rows(admin.get_provider_table(), [PR_SERVICE_NAME, PR_RESOURCE_FLAGS])
        return [name for name, flags in rows if flags & STATUS_PRIMARY_IDENTITY]

    admin.create_msg_service("NOBODY")
    first = admin.create_msg_service("FAX")
    second = admin.create_msg_service("LASTFAX")
    assert identity() == ["FAX"]
    admin.delete_msg_service(first)
    assert identity() == ["LASTFAX"]
    admin.delete_msg_service(second)
    assert identity() == []


def test_providers_of_one_service_can_be_listed_added_and_removed(admin: MsgServiceAdmin) -> None:
    """PRF-15, PRF-16, PRF-17."""
    providers = admin.admin_providers(admin.create_msg_service("FAX"))
    uid = providers.create_provider("fax", {PR_DISPLAY_NAME: "second"})
    assert len(query_all_rows(providers.get_provider_table())) == 2
    assert providers.open_profile_section(uid).get_prop(PR_DISPLAY_NAME) == "second"
    providers.delete_provider(uid)
    assert len(query_all_rows(providers.get_provider_table())) == 1
    with pytest.raises(NotFound):
        providers.delete_provider(uid)
    with pytest.raises(NotFound):
        providers.create_provider("telex")


def test_a_session_sees_changes_of_its_profile_at_the_next_logon(
    admin: MsgServiceAdmin, system: Subsystem, profile: str
) -> None:
    """SES-65, PRF-10."""
    with system.logon(profile, flags=MAPI_NEW_SESSION) as session:
        session.admin_services().create_msg_service("FAX")
        kinds = query_all_rows(session.get_status_table(), [PR_RESOURCE_TYPE])
        assert (36,) not in kinds
    with system.logon(profile, flags=MAPI_NEW_SESSION) as session:
        assert (36,) in query_all_rows(session.get_status_table(), [PR_RESOURCE_TYPE])


# copies, properties, dialogs


def test_a_copied_service_has_the_same_settings_secrets_and_sections_under_uids_of_its_own(
    admin: MsgServiceAdmin, system: Subsystem, kept: dict[tuple[str, str], str]
) -> None:
    """PRF-2, PRF-26; CopyMsgService of session 4.3."""
    extra = bytes(range(16))
    uid = admin.create_msg_service("MAIL", "Mine", {"host": "mail", "password": "open sesame"})
    section = admin.open_profile_section(extra, Access.MODIFY)
    section.set_props({PR_COMMENT: "more"})
    section.close()
    section = admin.open_profile_section(uid, Access.MODIFY)
    section.set_props({PR_SERVICE_EXTRA_UIDS: extra, PR_COMMENT: "own"})
    section.close()
    system.admin_profiles().create_profile("Home")
    other = system.admin_profiles().admin_services("Home")
    copy = admin.copy_msg_service(uid, other)
    assert copy != uid
    found = other.open_profile_section(copy)
    assert (found.settings["host"], found.secret("password"), found.get_prop(PR_COMMENT)) == (
        "mail",
        "open sesame",
        "own",
    )
    moved = found.get_prop(PR_SERVICE_EXTRA_UIDS)
    assert moved != extra
    assert other.open_profile_section(moved).get_prop(PR_COMMENT) == "more"
    assert query_all_rows(other.get_msg_service_table(), [PR_DISPLAY_NAME]) == [("Mine",)]
    assert admin.copy_msg_service(uid) != uid
    assert services(admin) == ["MAIL", "MAIL"]
    with pytest.raises(NotFound):
        admin.copy_msg_service(bytes(16))


def test_a_copy_takes_no_role_from_the_first_and_a_single_copy_service_stays_alone(admin: MsgServiceAdmin) -> None:
    """PRF-51; scenario 12."""
    uid = admin.create_msg_service("FAX")
    admin.copy_msg_service(uid)
    rows = query_all_rows(admin.get_provider_table(), [PR_RESOURCE_FLAGS])
    assert [bool(flags & STATUS_PRIMARY_IDENTITY) for (flags,) in rows] == [True, False]
    alone = admin.create_msg_service("ONEFAX")
    with pytest.raises(NoAccess):
        admin.copy_msg_service(alone)


def test_a_service_is_configured_by_properties(
    admin: MsgServiceAdmin, system: Subsystem, kept: dict[tuple[str, str], str]
) -> None:
    """PRF-11, PRF-43; ConfigureMsgService of session 4.3."""
    system.catalogue.register(MessageService("TAGGED", "Tagged", (), (Setting("path", tag=0x6700001F),)))
    uid = admin.create_msg_service("TAGGED")
    secure = PropTag(0x67F0001F)
    admin.configure_msg_service(
        uid, {}, {PropTag(0x6700001E): "/there", PR_DISPLAY_NAME: "Named", PR_COMMENT: "words", secure: "hidden"}
    )
    section = admin.open_profile_section(uid)
    assert section.settings == {"path": "/there"}
    assert section.get_prop(PR_COMMENT) == "words"
    assert section.get_prop(secure) == "hidden"
    assert secure not in section.get_prop_list()
    assert query_all_rows(admin.get_msg_service_table(), [PR_DISPLAY_NAME]) == [("Named",)]
    section.close()
    with pytest.raises(MapiError):
        admin.configure_msg_service(uid, {}, {PR_SERVICE_UID: bytes(16)})


def test_somebody_may_be_asked_for_the_settings_of_a_service(
    admin: MsgServiceAdmin, kept: dict[tuple[str, str], str]
) -> None:
    """PRF-41, PRF-42."""
    ui = CallbackUI(settings=lambda service, wanted, values, reason: {"host": "mail", "password": "open sesame"})
    uid = admin.create_msg_service("MAIL", ui=ui)
    section = admin.open_profile_section(uid)
    assert (section.settings["host"], section.secret("password")) == ("mail", "open sesame")
    section.close()
    assert "open sesame" in kept.values()
    with pytest.raises(UserCancel):
        admin.configure_msg_service(uid, {}, ui=CallbackUI())
    assert admin.open_profile_section(uid).settings["host"] == "mail"


def test_services_are_never_renamed(admin: MsgServiceAdmin) -> None:
    """RenameMsgService of session 4.3, GEN-7."""
    with pytest.raises(NoSupport):
        admin.rename_msg_service(admin.create_msg_service("FAX"), "other")


def test_a_service_that_lacks_settings_is_unconfigured_where_none_are_given(admin: MsgServiceAdmin) -> None:
    """PRF-41: MSG_SERVICE_CONFIGURE without properties and with nobody to ask."""
    uid = admin.create_msg_service("MAIL")
    with pytest.raises(Unconfigured, match="host"):
        admin.configure_msg_service(uid, {})
    admin.configure_msg_service(uid, {"host": "mail"})
    admin.configure_msg_service(uid, {})


def test_the_primary_identity_is_chosen_and_taken_away(admin: MsgServiceAdmin) -> None:
    """PRF-51, PRF-10; SetPrimaryIdentity of session 4.3; scenario 13."""
    first, second = admin.create_msg_service("FAX"), admin.create_msg_service("LASTFAX")

    def primary() -> list[bytes]:
        rows = query_all_rows(admin.get_provider_table(), [PR_SERVICE_UID, PR_RESOURCE_FLAGS])
        return [service for service, flags in rows if flags & STATUS_PRIMARY_IDENTITY]

    admin.set_primary_identity(second)
    assert primary() == [second]
    admin.set_primary_identity(None)
    assert primary() == []
    admin.delete_msg_service(admin.create_msg_service("BOOK"))
    assert primary() == []
    nobody = admin.create_msg_service("NOBODY")
    with pytest.raises(NoAccess):
        admin.set_primary_identity(nobody)
    with pytest.raises(NotFound):
        admin.set_primary_identity(bytes(16))
    for uid in (first, second, nobody):
        admin.delete_msg_service(uid)
    assert services(admin) == []


def test_a_provider_deleted_while_a_session_uses_it_is_gone_at_the_next_logon(
    admin: MsgServiceAdmin, system: Subsystem, profile: str
) -> None:
    """PRF-17, PRF-6, SES-65."""
    service = admin.create_msg_service("FAX")
    ((uid,),) = query_all_rows(admin.get_provider_table(), [PR_PROVIDER_UID])
    with system.logon(profile, flags=MAPI_NEW_SESSION) as session:
        admin.admin_providers(service).delete_provider(uid)
        assert query_all_rows(admin.get_provider_table()) == []
        assert session.enum_adr_types() == ["FAX"]
    with system.logon(profile, flags=MAPI_NEW_SESSION) as session:
        assert session.enum_adr_types() == []


def test_provider_sections_are_for_reading_and_named_by_their_uid(admin: MsgServiceAdmin) -> None:
    """PRF-18, PRF-24."""
    providers = admin.admin_providers(admin.create_msg_service("FAX"))
    ((uid,),) = query_all_rows(providers.get_provider_table(), [PR_PROVIDER_UID])
    with pytest.raises(NoAccess):
        providers.open_profile_section(uid, Access.MODIFY)
    with pytest.raises(InvalidParameter):
        providers.open_profile_section(None)
    section = providers.open_profile_section(uid)
    with pytest.raises(NoAccess):
        section.set_props({PR_COMMENT: "mine"})
    section.close()
