"""IProfSect: sections of a profile, scenarios 9 and 10."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.subsystem.bench import Script, fax_service

from mapix.interfaces.prop import Access, ObjectType
from mapix.interfaces.stream import Stream
from mapix.properties.errors import Computed, NoAccess, NoSupport, NotFound, UnexpectedId
from mapix.properties.flags import MAPI_NEW_SESSION, MAPI_NO_MAIL
from mapix.properties.guid import guid
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_BODY,
    PR_DISPLAY_NAME,
    PR_OBJECT_TYPE,
    PR_PROFILE_NAME,
    PR_PROVIDER_DLL_NAME,
    PR_PROVIDER_UID,
    PR_RESOURCE_FLAGS,
    PR_SEARCH_KEY,
    PR_SERVICE_EXTRA_UIDS,
    PR_SERVICE_UID,
    PR_STORE_PROVIDERS,
    PR_TRANSPORT_PROVIDERS,
)
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.profiles.profsect import MUID_PROFILE_INSTANCE
from mapix.subsystem.session import Session
from mapix.testing.store_values import VALUES

UID = guid("{01234567-89AB-CDEF-0123-456789ABCDEF}")
SECRET = PropTag(0x67F0001F)
OWN = PropTag(0x6600001F)


@pytest.fixture
def session(system: Subsystem, profile: str) -> Iterator[Session]:
    system.catalogue.register(fax_service(Script()))
    system.admin_profiles().admin_services(profile).create_msg_service("FAX")
    with system.logon(profile, flags=MAPI_NEW_SESSION) as made:
        yield made


def provider_uid(session: Session) -> bytes:
    table = session.admin_services().get_provider_table()
    table.set_columns([PR_PROVIDER_UID])
    uid: bytes = table.query_rows(1)[0][0]
    return uid


def test_an_unknown_section_is_made_for_writing_and_not_found_for_reading(session: Session) -> None:
    """SES-25, SES-28; scenario 9."""
    with pytest.raises(NotFound):
        session.open_profile_section(UID)
    with pytest.raises(NotFound):
        session.open_profile_section(UID, Access.BEST)
    session.open_profile_section(UID, Access.MODIFY).close()
    assert session.open_profile_section(UID).get_prop(PR_PROFILE_NAME) == "Work"


def test_many_may_read_a_section(session: Session) -> None:
    """SES-27; scenario 9."""
    first, second = session.open_profile_section(None), session.open_profile_section(None)
    assert first.get_props() == second.get_props()


def test_nobody_writes_what_others_read(session: Session) -> None:
    """SES-27; scenario 9."""
    reader = session.open_profile_section(None)
    with pytest.raises(NoAccess):
        session.open_profile_section(None, Access.MODIFY)
    reader.close()
    session.open_profile_section(None, Access.MODIFY)


def test_nobody_opens_what_another_writes(session: Session, system: Subsystem, profile: str) -> None:
    """SES-27; scenario 9."""
    writer = session.open_profile_section(UID, Access.MODIFY)
    for access in Access:
        with pytest.raises(NoAccess):
            session.open_profile_section(UID, access)
    with pytest.raises(NoAccess):
        system.admin_profiles().admin_services(profile).open_profile_section(UID)
    writer.close()
    session.open_profile_section(UID)


def test_best_access_writes_where_nobody_reads(session: Session) -> None:
    writer = session.open_profile_section(None, Access.BEST)
    writer.set_props({OWN: "mine"})
    writer.close()
    first = session.open_profile_section(None)
    second = session.open_profile_section(None, Access.BEST)
    assert first.get_prop(OWN) == "mine"
    with pytest.raises(NoAccess):
        second.set_props({OWN: "yours"})


def test_a_section_that_is_forgotten_is_given_free(session: Session) -> None:
    session.open_profile_section(UID, Access.MODIFY)
    again = session.open_profile_section(UID, Access.MODIFY)
    again.set_props({OWN: "mine"})
    assert again.get_prop(OWN) == "mine"


def test_the_section_of_a_provider_needs_force(session: Session) -> None:
    """SES-25, SES-26, PRF-18; scenario 9."""
    uid = provider_uid(session)
    for access in (Access.READ, Access.MODIFY):
        with pytest.raises(NoAccess):
            session.open_profile_section(uid, access)
    section = session.open_profile_section(uid, Access.MODIFY, force=True)
    assert section.set_props({OWN: "forced"}) == []
    section.close()
    assert session.open_profile_section(uid, force=True).get_prop(OWN) == "forced"


def test_every_section_says_what_it_is_and_whose(session: Session) -> None:
    """SES-36, PRF-1, PRF-20, PRF-26."""
    section = session.open_profile_section(provider_uid(session), force=True)
    found = section.get_props([PR_OBJECT_TYPE, PR_PROFILE_NAME, PR_SERVICE_UID])
    assert found[PR_OBJECT_TYPE] == ObjectType.PROFSECT
    assert found[PR_PROFILE_NAME] == "Work"
    assert len(found[PR_SERVICE_UID]) == 16


def test_what_mapi_computes_cannot_be_set(session: Session) -> None:
    """PRF-20."""
    section = session.open_profile_section(UID, Access.MODIFY)
    problems = section.set_props({PR_PROFILE_NAME: "Other", PR_DISPLAY_NAME: "mine"})
    assert [(problem.tag, problem.scode) for problem in problems] == [(PR_PROFILE_NAME, Computed.hresult)]
    assert section.get_prop(PR_DISPLAY_NAME) == "mine"


def test_a_provider_cannot_change_its_flags_and_its_name(session: Session) -> None:
    """PRF-24."""
    section = session.open_profile_section(provider_uid(session), Access.MODIFY, force=True)
    found = section.get_props([PR_RESOURCE_FLAGS, PR_PROVIDER_DLL_NAME])
    assert found[PR_PROVIDER_DLL_NAME] == "FAX"
    problems = section.set_props({PR_RESOURCE_FLAGS: 0x1000, PR_PROVIDER_DLL_NAME: "OTHER", OWN: "mine"})
    assert {problem.tag for problem in problems} == {PR_RESOURCE_FLAGS, PR_PROVIDER_DLL_NAME}
    assert section.get_props([PR_RESOURCE_FLAGS, PR_PROVIDER_DLL_NAME]) == found
    assert section.get_prop(OWN) == "mine"


def test_changes_act_at_once_and_last(session: Session, home: Path) -> None:
    """PRF-21."""
    section = session.open_profile_section(UID, Access.MODIFY)
    section.set_props({OWN: "at once"})
    assert "at once" in (home / "profiles" / "Work.toml").read_text(encoding="utf-8")
    section.save_changes()
    section.delete_props([OWN])
    assert "at once" not in (home / "profiles" / "Work.toml").read_text(encoding="utf-8")
    assert section.get_prop(OWN) is None


def test_values_of_every_type_last(session: Session, home: Path) -> None:
    """P-020, P-026: restrictions, actions and types nobody knows too; large ones through a stream (P-062)."""
    section = session.open_profile_section(UID, Access.MODIFY)
    assert not section.set_props(VALUES)
    with section.open_property(PR_BODY, Stream, access=Access.MODIFY, create=True) as stream:
        stream.write("ä".encode("utf-16-le") * 200_000)
    section.close()
    with Subsystem(home).logon("Work", flags=MAPI_NEW_SESSION | MAPI_NO_MAIL) as other:
        again = other.open_profile_section(UID)
        assert again.get_props(tuple(VALUES)) == VALUES
        assert again.get_prop(PR_BODY) == "ä" * 200_000


def test_there_are_no_named_properties(session: Session) -> None:
    """PRF-22."""
    section = session.open_profile_section(UID, Access.MODIFY)
    with pytest.raises(NoSupport):
        section.get_ids_from_names([PropertyName(PS_PUBLIC_STRINGS, "x")], create=True)
    with pytest.raises(NoSupport):
        section.get_names_from_ids()
    (problem,) = section.set_props({PropTag(0x8001001F): "named"})
    assert problem.scode == UnexpectedId.hresult


def test_the_instance_section_holds_the_search_key_and_is_for_reading(session: Session) -> None:
    """PRF-5, PRF-25."""
    section = session.open_profile_section(MUID_PROFILE_INSTANCE)
    assert len(section.get_prop(PR_SEARCH_KEY)) == 16
    with pytest.raises(NoAccess):
        session.open_profile_section(MUID_PROFILE_INSTANCE, Access.MODIFY)


def test_a_secure_property_is_hidden_and_not_in_the_file(
    session: Session, home: Path, kept: dict[tuple[str, str], str]
) -> None:
    """PRF-23; scenario 10."""
    section = session.open_profile_section(UID, Access.MODIFY)
    assert section.set_props({SECRET: "open sesame", OWN: "public"}) == []
    assert SECRET not in section.get_prop_list()
    assert SECRET not in section.get_props()
    assert section.get_props([SECRET]) == {SECRET: "open sesame"}
    text = (home / "profiles" / "Work.toml").read_text(encoding="utf-8")
    assert "public" in text
    assert "open sesame" not in text
    assert b"open sesame".hex() not in text
    section.delete_props([SECRET])
    assert section.get_props([SECRET]) == {}
    assert kept == {}


def test_without_a_keyring_a_secure_property_is_refused(session: Session, no_keyring: None) -> None:
    """PRF-23."""
    section = session.open_profile_section(UID, Access.MODIFY)
    (problem,) = section.set_props({OWN: "public", SECRET: "open sesame"})
    assert (problem.tag, problem.scode) == (SECRET, NoSupport.hresult)
    assert section.get_prop(OWN) == "public"
    assert section.get_props([SECRET]) == {}


def test_a_section_is_one_however_its_profile_is_called(system: Subsystem, session: Session) -> None:
    """SES-27, PRF-20: names differ by more than case, and a profile may get another one meanwhile."""
    profiles = system.admin_profiles()
    with closing(profiles.admin_services("WORK").open_profile_section(UID, Access.MODIFY)) as section:
        assert section.get_prop(PR_PROFILE_NAME) == "Work"
        with pytest.raises(NoAccess):
            profiles.admin_services("Work").open_profile_section(UID)
    session.logoff()
    with closing(profiles.admin_services("Work").open_profile_section(UID)):
        profiles.rename_profile("Work", "Job")
        with pytest.raises(NoAccess):
            profiles.admin_services("Job").open_profile_section(UID, Access.MODIFY)
    profiles.admin_services("Job").open_profile_section(UID, Access.MODIFY).close()


def test_the_further_sections_of_a_service_are_its_own(system: Subsystem, session: Session) -> None:
    """PRF-26: PR_SERVICE_UID on each of them."""
    admin = system.admin_profiles().admin_services("Work")
    (service,) = system.profiles.load("Work").services
    with closing(admin.open_profile_section(UID, Access.MODIFY)) as section:
        assert PR_SERVICE_UID not in section.get_props([PR_SERVICE_UID])
    with closing(admin.open_profile_section(service.uid, Access.MODIFY)) as own:
        own.set_props({PR_SERVICE_EXTRA_UIDS: UID})
    with closing(admin.open_profile_section(UID)) as section:
        assert section.get_prop(PR_SERVICE_UID) == service.uid


def test_the_section_of_a_service_names_its_providers(system: Subsystem, session: Session) -> None:
    """Session 4.9: packed uids, by kind; they are MAPI's, and not to be set."""
    admin = system.admin_profiles().admin_services("Work")
    (service,) = system.profiles.load("Work").services
    uid = provider_uid(session)
    second = admin.admin_providers(service.uid).create_provider("fax")
    with closing(admin.open_profile_section(service.uid, Access.MODIFY)) as section:
        assert section.get_prop(PR_TRANSPORT_PROVIDERS) == uid + second
        assert PR_STORE_PROVIDERS not in section.get_props([PR_STORE_PROVIDERS])
        (problem,) = section.set_props({PR_TRANSPORT_PROVIDERS: bytes(16)})
        assert problem.scode == Computed.hresult
    with closing(admin.open_profile_section(uid, force=True)) as section:
        assert PR_TRANSPORT_PROVIDERS not in section.get_props([PR_TRANSPORT_PROVIDERS])
