"""The secrets of a profile as they come along with it, and go with it: passwords and secure properties (PRF-23)."""

from contextlib import closing
from pathlib import Path

import pytest
from tests.subsystem.bench import Script, fax_service
from tests.subsystem.test_service_entries import DELETE, Entry, raising

from mapix.interfaces.admin import MsgServiceAdmin
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import MessageService, Setting, SettingKind
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import CallFailed, LogonFailed, NoSupport, NotFound, UserCancel
from mapix.properties.flags import MAPI_NEW_SESSION
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_COMMENT, PR_PROVIDER_UID, PR_SERVICE_EXTRA_UIDS
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.profiles.profilestore import ProfileStore
from mapix.subsystem.profiles.secrets import SecretPlace

SECURE = PropTag(0x67F0001F)
EXTRA = bytes(range(16))
Secrets = dict[tuple[str, str], str]


@pytest.fixture
def entry() -> Entry:
    """The entry function of the service FAXES."""
    return Entry()


@pytest.fixture
def admin(system: Subsystem, profile: str, entry: Entry) -> MsgServiceAdmin:
    spec = fax_service(Script()).providers[0]
    settings = (Setting("password", SettingKind.SECRET),)
    system.catalogue.register(MessageService("FAXES", "Faxes", (spec,), settings, entry=entry))
    return system.admin_profiles().admin_services(profile)


@pytest.fixture
def faxes(admin: MsgServiceAdmin, kept: Secrets) -> bytes:
    """A service with a password, and secure properties in its section, its provider's and one besides."""
    uid = admin.create_msg_service("FAXES", settings={"password": "open sesame"})
    for section, value in ((uid, "service's"), (EXTRA, "besides")):
        hide(admin, section, value)
    hide(admin, provider_of(admin, uid), "provider's")
    with closing(admin.open_profile_section(uid, Access.MODIFY)) as own:
        own.set_props({PR_SERVICE_EXTRA_UIDS: EXTRA})
    assert len(kept) == 4
    return uid


def provider_of(admin: MsgServiceAdmin, service: bytes) -> bytes:
    ((uid,), *_) = query_all_rows(admin.admin_providers(service).get_provider_table(), [PR_PROVIDER_UID])
    found: bytes = uid
    return found


def hide(admin: MsgServiceAdmin, section: bytes, value: str) -> None:
    with closing(admin.open_profile_section(section, Access.MODIFY, force=True)) as opened:
        assert not opened.set_props({SECURE: value, PR_COMMENT: "seen"})


def hidden(admin: MsgServiceAdmin, section: bytes) -> object:
    with closing(admin.open_profile_section(section, force=True)) as opened:
        return opened.get_props([SECURE]).get(SECURE)


def password(admin: MsgServiceAdmin, service: bytes) -> str | None:
    with closing(admin.open_profile_section(service)) as opened:
        return opened.secret("password")


def test_a_copied_profile_has_the_secrets_of_the_first(
    system: Subsystem, admin: MsgServiceAdmin, faxes: bytes, kept: Secrets
) -> None:
    """CopyProfile of session 4.2, PRF-23; each has its own, and they go with it."""
    profiles = system.admin_profiles()
    profiles.copy_profile("Work", "Second")
    other = profiles.admin_services("Second")
    assert password(other, faxes) == "open sesame"
    provider = provider_of(other, faxes)
    assert [hidden(other, uid) for uid in (faxes, provider, EXTRA)] == ["service's", "provider's", "besides"]
    profiles.delete_profile("Work")
    assert (password(other, faxes), hidden(other, provider), len(kept)) == ("open sesame", "provider's", 4)
    profiles.copy_profile("Second", "Bare", secrets=False)
    bare = profiles.admin_services("Bare")
    assert (password(bare, faxes), hidden(bare, provider)) == (None, None)
    profiles.delete_profile("Second")
    assert kept == {}


def test_a_keyring_that_does_not_answer_is_told_and_makes_no_copy(
    system: Subsystem, faxes: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRF-23: an error of MAPI, and no half profile."""
    import keyring

    def locked(*_: str) -> None:
        raise keyring.errors.KeyringLocked("the collection is locked")

    with monkeypatch.context() as patch:
        patch.setattr(type(keyring.get_keyring()), "get_password", locked)
        with pytest.raises(LogonFailed, match=r"the keyring does not answer \(KeyringLocked: the collection is locked"):
            system.admin_profiles().copy_profile("Work", "Second")
    assert system.profiles.names() == ["Work"]


def test_a_copied_service_has_the_secure_properties_of_its_sections(admin: MsgServiceAdmin, faxes: bytes) -> None:
    """CopyMsgService of session 4.3: identical configuration."""
    copy = admin.copy_msg_service(faxes)
    with closing(admin.open_profile_section(copy)) as own:
        extra = own.get_prop(PR_SERVICE_EXTRA_UIDS)
    assert extra != EXTRA
    found = [hidden(admin, uid) for uid in (copy, provider_of(admin, copy), extra)]
    assert (password(admin, copy), found) == ("open sesame", ["service's", "provider's", "besides"])


def test_what_has_no_secrets_is_copied_and_deleted_without_asking_for_any(
    system: Subsystem, admin: MsgServiceAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PRF-23: a vault stays locked where nothing in it is meant."""
    system.catalogue.register(fax_service(Script()))
    uid = admin.create_msg_service("FAX")
    monkeypatch.setattr(SecretPlace, "keeper", lambda self: pytest.fail("somebody asks for secrets"))
    copy = admin.copy_msg_service(uid)
    system.admin_profiles().copy_profile("Work", "Second")
    assert len(system.profiles.load("Second").services) == len(system.profiles.load("Work").services)
    admin.delete_msg_service(copy)
    system.admin_profiles().delete_profile("Second")
    assert system.profiles.names() == ["Work"]
    assert copy not in [service.uid for service in system.profiles.load("Work").services]


def test_with_a_service_go_its_secrets_and_all_its_sections(
    admin: MsgServiceAdmin, faxes: bytes, kept: Secrets
) -> None:
    """DeleteMsgService of session 4.3: all sections of the service go; one that another service has stays."""
    second = admin.create_msg_service("FAXES")
    with closing(admin.open_profile_section(second, Access.MODIFY)) as own:
        own.set_props({PR_SERVICE_EXTRA_UIDS: EXTRA})
    admin.delete_msg_service(second)
    with closing(admin.open_profile_section(EXTRA)) as extra:
        assert extra.get_prop(PR_COMMENT) == "seen"
    admin.delete_msg_service(faxes)
    assert kept == {}
    with pytest.raises(NotFound):
        admin.open_profile_section(EXTRA)


def test_with_a_provider_go_its_secrets(admin: MsgServiceAdmin, faxes: bytes, kept: Secrets) -> None:
    """PRF-17, PRF-23."""
    provider = provider_of(admin, faxes)
    assert provider.hex() in str(kept)
    admin.admin_providers(faxes).delete_provider(provider)
    assert provider.hex() not in str(kept)
    assert len(kept) == 3


def test_a_secure_property_a_provider_is_made_with_is_kept_with_the_secrets(
    system: Subsystem, admin: MsgServiceAdmin, faxes: bytes, kept: Secrets
) -> None:
    """PRF-16, PRF-23: it is not in the profile's file."""
    providers = admin.admin_providers(faxes)
    uid = providers.create_provider("fax", {SECURE: "open barley", PR_COMMENT: "seen"})
    assert hidden(admin, uid) == "open barley"
    text = (system.home / "profiles" / "Work.toml").read_text(encoding="utf-8")
    assert ("barley" in text, "seen" in text, len(kept)) == (False, True, 5)
    providers.delete_provider(uid)
    assert len(kept) == 4


def test_a_provider_whose_secure_property_nothing_keeps_is_not_made(
    admin: MsgServiceAdmin, system: Subsystem, no_keyring: None
) -> None:
    """PRF-16, PRF-23."""
    uid = admin.create_msg_service("FAXES")
    with pytest.raises(NoSupport):
        admin.admin_providers(uid).create_provider("fax", {SECURE: "open barley"})
    assert len(system.profiles.load("Work").service(uid).providers) == 1


def test_a_deleted_profile_in_use_keeps_its_secrets_until_its_last_session_ends(
    system: Subsystem, faxes: bytes, kept: Secrets
) -> None:
    """PRF-6, LOG-36: marked profiles stay usable for their sessions."""
    session = system.logon("Work", flags=MAPI_NEW_SESSION)
    system.admin_profiles().delete_profile("Work")
    with closing(session.open_profile_section(faxes)) as own:
        assert own.secret("password") == "open sesame"
        assert own.get_prop(SECURE) == "service's"
    session.logoff()
    assert kept == {}


def test_whoever_finds_a_deleted_profile_that_is_free_takes_its_secrets_away(
    system: Subsystem, home: Path, faxes: bytes, kept: Secrets
) -> None:
    """PRF-6: its session ended without logging off; here the service is known to nobody."""
    file = home / "profiles" / "Work.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("\n[[", "\ndeleted = true\n\n[[", 1), encoding="utf-8")
    assert ProfileStore(home).names() == []
    assert (file.exists(), kept) == (False, {})


def test_a_file_that_somebody_copied_takes_no_secrets_of_the_first_along(
    system: Subsystem, home: Path, faxes: bytes, kept: Secrets
) -> None:
    """PRF-5: a copy by hand has the same search key, and by it the same secrets."""
    file = home / "profiles" / "Work.toml"
    file.with_name("Mine.toml").write_bytes(file.read_bytes())
    system.admin_profiles().delete_profile("Mine")
    assert len(kept) == 4
    system.admin_profiles().delete_profile("Work")
    assert kept == {}


def test_every_service_hears_that_its_profile_goes(
    system: Subsystem, entry: Entry, faxes: bytes, kept: Secrets
) -> None:
    """DeleteProfile of session 4.2, PRF-41: MSG_SERVICE_DELETE first; who refuses keeps the profile, who fails not."""
    profiles = system.admin_profiles()
    entry.does = {DELETE: raising(UserCancel("not yet"))}
    with pytest.raises(UserCancel):
        profiles.delete_profile("Work")
    assert (system.profiles.names(), len(kept)) == (["Work"], 4)
    entry.asked.clear()
    seen: list[list[str]] = []
    entry.does = {DELETE: lambda *_: seen.append(system.profiles.names()) or raising(CallFailed("no"))()}
    profiles.delete_profile("Work")
    assert (entry.contexts, seen, system.profiles.names()) == ([DELETE], [["Work"]], [])
    with pytest.raises(NotFound):
        profiles.delete_profile("Work")
    assert entry.contexts == [DELETE]
