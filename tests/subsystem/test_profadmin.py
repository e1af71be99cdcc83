"""IProfAdmin: the profiles of a user."""

from pathlib import Path

import pytest

from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import CallFailed, InvalidParameter, LogonFailed, NoAccess, NoSupport, NotFound
from mapix.properties.flags import MAPI_NEW_SESSION
from mapix.properties.tags import PR_DEFAULT_PROFILE, PR_DISPLAY_NAME, PR_SEARCH_KEY, PR_SERVICE_NAME
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.profiles.profsect import MUID_PROFILE_INSTANCE


def names(system: Subsystem) -> list[tuple[str, bool]]:
    return query_all_rows(system.admin_profiles().get_profile_table())


def search_key(system: Subsystem, name: str) -> bytes:
    section = system.admin_profiles().admin_services(name).open_profile_section(MUID_PROFILE_INSTANCE)
    key: bytes = section.get_prop(PR_SEARCH_KEY)
    section.close()
    return key


def test_without_profiles_the_table_is_empty(system: Subsystem) -> None:
    """SES-33."""
    assert names(system) == []


def test_the_profile_table_has_exactly_two_columns(system: Subsystem, profile: str) -> None:
    """SES-32."""
    table = system.admin_profiles().get_profile_table()
    assert table.query_columns() == [PR_DISPLAY_NAME, PR_DEFAULT_PROFILE]
    assert query_all_rows(table) == [("Work", False)]


def test_the_profile_table_is_a_snapshot_that_notifies_nobody(system: Subsystem, profile: str) -> None:
    """SES-32, NOT-5."""
    table = system.admin_profiles().get_profile_table()
    with pytest.raises(NoSupport):
        table.advise(0x100, lambda _: None)  # type: ignore[arg-type]


def test_a_second_profile_of_a_name_is_refused(system: Subsystem, profile: str) -> None:
    """Scenario 11."""
    with pytest.raises(NoAccess):
        system.admin_profiles().create_profile(profile)


@pytest.mark.parametrize("name", ["", " Work", "Work ", "a/b", "..", "x" * 65, "a\nb", "back\\slash"])
def test_a_bad_name_is_refused(system: Subsystem, home: Path, name: str) -> None:
    """PRF-7, LOG-2."""
    with pytest.raises(InvalidParameter):
        system.admin_profiles().create_profile(name)
    assert not home.exists()


@pytest.mark.parametrize("name", ["Büro", "My mail 2", "under_score", "x" * 64])
def test_letters_digits_underscores_and_inner_blanks_make_a_name(system: Subsystem, name: str) -> None:
    """PRF-7, LOG-2."""
    system.admin_profiles().create_profile(name)
    assert names(system) == [(name, False)]


def test_the_default_profile_can_be_set_and_taken_away(system: Subsystem, profile: str) -> None:
    """Scenario 11."""
    admin = system.admin_profiles()
    admin.set_default_profile(profile)
    assert names(system) == [("Work", True)]
    admin.set_default_profile(None)
    assert names(system) == [("Work", False)]
    with pytest.raises(NotFound):
        admin.set_default_profile("Nobody")


def test_a_copy_has_a_search_key_of_its_own(system: Subsystem, profile: str) -> None:
    """PRF-5."""
    system.admin_profiles().copy_profile(profile, "Copy")
    assert search_key(system, "Copy") != search_key(system, profile)
    with pytest.raises(NoAccess):
        system.admin_profiles().copy_profile(profile, "Copy")
    with pytest.raises(NotFound):
        system.admin_profiles().copy_profile("Nobody", "Other")


def test_accents_are_letters_however_they_are_written(system: Subsystem) -> None:
    """LOG-2, PRF-7: a keyboard, a file name or a file of another system may write them apart."""
    profiles = system.admin_profiles()
    apart, together = "Cafe\u0301", "Caf\u00e9"
    profiles.create_profile(apart)
    assert names(system) == [(together, False)]
    for taken in (apart, together, "CAFE\u0301", "CAF\u00c9"):
        with pytest.raises(NoAccess):
            profiles.create_profile(taken)
    profiles.set_default_profile(apart)
    system.logon(apart, flags=MAPI_NEW_SESSION).logoff()
    profiles.copy_profile(apart, "\u0915\u093e\u092e")  # a word in Devanagari, whose vowel sign is a mark
    profiles.rename_profile("\u0915\u093e\u092e", "\u0e17\u0e35\u0e48")  # and one in Thai
    profiles.rename_profile(apart, "CAFE\u0301")
    assert names(system) == [("CAF\u00c9", True), ("\u0e17\u0e35\u0e48", False)]
    with pytest.raises(InvalidParameter):
        profiles.create_profile("\u0301a")
    profiles.delete_profile("cafe\u0301")
    assert len(names(system)) == 1


def test_a_name_used_again_gets_another_search_key(system: Subsystem, profile: str) -> None:
    """PRF-5."""
    first = search_key(system, profile)
    system.admin_profiles().delete_profile(profile)
    system.admin_profiles().create_profile(profile)
    assert search_key(system, profile) != first


def test_a_renamed_default_profile_stays_the_default(system: Subsystem, profile: str) -> None:
    admin = system.admin_profiles()
    admin.set_default_profile(profile)
    admin.rename_profile(profile, "Home")
    assert names(system) == [("Home", True)]


def test_a_rename_may_change_case_only(system: Subsystem, profile: str) -> None:
    system.admin_profiles().rename_profile(profile, "WORK")
    assert names(system) == [("WORK", False)]


def test_a_deleted_default_profile_is_the_default_no_more(system: Subsystem, profile: str) -> None:
    admin = system.admin_profiles()
    admin.set_default_profile(profile)
    admin.delete_profile(profile)
    admin.create_profile(profile)
    assert names(system) == [("Work", False)]


def test_a_profile_in_use_goes_with_its_last_session(system: Subsystem, profile: str, home: Path) -> None:
    """PRF-6, LOG-36; scenario 11: gone from the table at once, usable until logoff, gone for good afterwards."""
    session = system.logon(profile, flags=MAPI_NEW_SESSION)
    system.admin_profiles().delete_profile(profile)
    assert names(system) == []
    assert session.open_profile_section(None).get_props()
    with pytest.raises(NotFound):
        system.admin_profiles().delete_profile(profile)
    session.logoff()
    assert list((home / "profiles").glob("Work*")) == []


def test_a_profile_in_use_is_renamed_with_its_last_session(system: Subsystem, profile: str) -> None:
    """PRF-6; scenario 11."""
    session = system.logon(profile, flags=MAPI_NEW_SESSION)
    system.admin_profiles().rename_profile(profile, "Home")
    assert session.profile_name == "Work"
    session.logoff()
    assert names(system) == [("Home", False)]


def test_a_copy_of_a_profile_that_is_to_be_renamed_keeps_its_own_name(system: Subsystem, profile: str) -> None:
    """PRF-6: what waits for the sessions of the one is nothing to the other."""
    admin = system.admin_profiles()
    session = system.logon(profile, flags=MAPI_NEW_SESSION)
    admin.rename_profile(profile, "Home")
    admin.copy_profile(profile, "Copy")
    assert names(system) == [("Copy", False), ("Work", False)]
    session.logoff()
    assert names(system) == [("Copy", False), ("Home", False)]


def test_nobody_logs_on_to_a_profile_that_was_deleted(system: Subsystem, profile: str) -> None:
    """PRF-6: it is usable for the sessions it has, and for no others."""
    session = system.logon(profile, flags=MAPI_NEW_SESSION)
    system.admin_profiles().delete_profile(profile)
    with pytest.raises(LogonFailed, match="goes when its last session ends"):
        system.logon(profile, flags=MAPI_NEW_SESSION)
    with pytest.raises(NoAccess, match="goes when its last session ends"):
        system.admin_profiles().create_profile(profile)
    assert session.open_profile_section(None).get_props()
    session.logoff()
    system.admin_profiles().create_profile(profile)
    system.logon(profile, flags=MAPI_NEW_SESSION).logoff()


def test_a_name_that_a_profile_in_use_will_have_is_taken(system: Subsystem, profile: str) -> None:
    """PRF-6: nobody's profile gives way to one that is renamed later."""
    admin = system.admin_profiles()
    admin.create_profile("Other")
    session = system.logon(profile, flags=MAPI_NEW_SESSION)
    admin.rename_profile(profile, "Home")
    admin.rename_profile(profile, "HOME")
    for call in (
        lambda: admin.create_profile("Home"),
        lambda: admin.copy_profile("Other", "home"),
        lambda: admin.rename_profile("Other", "Home"),
    ):
        with pytest.raises(NoAccess):
            call()
    session.logoff()
    assert names(system) == [("HOME", False), ("Other", False)]


def test_a_profile_keeps_its_name_where_a_file_of_the_new_one_has_come(
    system: Subsystem, profile: str, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """PRF-6."""
    session = system.logon(profile, flags=MAPI_NEW_SESSION)
    system.admin_profiles().rename_profile(profile, "Home")
    system.admin_profiles().create_profile("Third")
    (home / "profiles" / "Third.toml").rename(home / "profiles" / "Home.toml")
    before = search_key(system, "Home")
    session.logoff()
    assert names(system) == [("Home", False), ("Work", False)]
    assert search_key(system, "Home") == before
    assert "keeps its name" in caplog.text
    system.logon(profile, flags=MAPI_NEW_SESSION).logoff()
    assert caplog.text.count("keeps its name") == 1


def test_administration_of_an_unknown_profile_is_a_failed_logon(system: Subsystem) -> None:
    with pytest.raises(LogonFailed):
        system.admin_profiles().admin_services("Nobody")


def test_profiles_of_applications_are_kept_apart(system: Subsystem, profile: str) -> None:
    """MAPI_APP_PROFILE of session 4.2."""
    profiles = system.admin_profiles()
    profiles.create_profile("Robot", app=True)
    profiles.create_profile("Robot2", app=True)
    assert names(system) == [("Work", False)]
    columns = [PR_DISPLAY_NAME]
    assert query_all_rows(profiles.get_profile_table(app=True), columns) == [("Robot",), ("Robot2",), ("Work",)]
    for call in (
        lambda: profiles.delete_profile("Robot"),
        lambda: profiles.copy_profile("Robot", "Other"),
        lambda: profiles.rename_profile("Robot", "Other"),
    ):
        with pytest.raises(NoAccess):
            call()
    with pytest.raises(CallFailed):
        profiles.set_default_profile("Robot")
    profiles.copy_profile("Robot", "Third", app=True)
    profiles.rename_profile("Robot2", "Second", app=True)
    profiles.delete_profile("Robot", app=True)
    assert system.profiles.names(app=True) == ["Second", "Third", "Work"]
    assert names(system) == [("Work", False)]
    with system.logon("Third") as session:
        assert session.profile_name == "Third"


def test_a_profile_with_default_services_works(system: Subsystem, home: Path) -> None:
    """PRF-31; CreateProfile with MAPI_DEFAULT_SERVICES of session 4.2."""
    system.admin_profiles().create_profile("Full", default_services=True)
    admin = system.admin_profiles().admin_services("Full")
    assert {row[0] for row in query_all_rows(admin.get_msg_service_table(), [PR_SERVICE_NAME])} >= {
        "LOCAL",
        "MAPIXSTORE",
    }
    with system.logon("Full") as session:
        assert session.get_msg_stores_table().get_row_count() == 1


def test_a_password_of_a_profile_is_changed_by_doing_nothing(system: Subsystem, profile: str) -> None:
    """ChangeProfilePassword of session 4.2."""
    before = system.profiles.load(profile)
    system.admin_profiles().change_profile_password(profile, None, "x")
    assert system.profiles.load(profile) == before
