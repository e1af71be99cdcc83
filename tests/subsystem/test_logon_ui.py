"""Logons that may ask: scenarios 2 and 7 with somebody at the dialogs."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.subsystem.bench import BookProvider, Script, book_service, fax_service
from tests.subsystem.logons import BOOK, NEW, TRANSPORT, add, status_of

from mapix.client.dialogs import CallbackUI
from mapix.interfaces.logonui import Answer
from mapix.interfaces.spi import (
    AddressBookLogon,
    MessageService,
    ProviderKind,
    ProviderSpec,
    Setting,
    SettingKind,
    Support,
)
from mapix.properties.errors import (
    FailOneProvider,
    LogonFailed,
    NetworkError,
    SessionLimit,
    Unconfigured,
    UnknownFlags,
    UserCancel,
)
from mapix.properties.flags import (
    MAPI_ALLOW_OTHERS,
    MAPI_APP_PROFILE,
    MAPI_BG_SESSION,
    MAPI_EXPLICIT_PROFILE,
    MAPI_LOGON_UI,
    MAPI_NO_MAIL,
    MAPI_NT_SERVICE,
    MAPI_PASSWORD_UI,
    MAPI_SERVICE_UI_ALWAYS,
    MAPI_USE_DEFAULT,
    STATUS_FAILURE,
)
from mapix.subsystem import dialogs
from mapix.subsystem.initialize import Subsystem

UI = MAPI_LOGON_UI


class Person:
    """Somebody who answers from lists, and what was asked."""

    def __init__(self, **answers: Sequence[Any]) -> None:
        self.answers = {name: list(values) for name, values in answers.items()}
        self.asked: list[tuple[Any, ...]] = []

    @property
    def ui(self) -> CallbackUI:
        return CallbackUI(*map(self._answer, ("profile", "settings", "password", "failure", "passphrase")))

    def _answer(self, name: str) -> Callable[..., Any]:
        def answer(*asked: Any) -> Any:
            self.asked.append((name, *asked))
            said = self.answers[name].pop(0)
            if isinstance(said, Exception):
                raise said
            return said

        return answer

    @property
    def questions(self) -> list[str]:
        return [each[0] for each in self.asked]


class LockedBook(BookProvider):
    """A book that opens with a password."""

    def __init__(self, script: Script, password: str, wrong: type[Exception]) -> None:
        super().__init__(script, {})
        self.password, self.wrong = password, wrong

    def logon(self, support: Support) -> AddressBookLogon:
        if support.section.secret("password") != self.password:
            self.script.logons += 1
            raise self.wrong("wrong password")
        return super().logon(support)


def locked(script: Script, wrong: type[Exception] = FailOneProvider) -> MessageService:
    spec = ProviderSpec(ProviderKind.ADDRESS_BOOK, "book", "Book", lambda: LockedBook(script, "sesame", wrong))
    settings = (Setting("server", required=True), Setting("password", SettingKind.SECRET, help="the password"))
    return MessageService("LOCKED", "Locked book", (spec,), settings)


def add_locked(system: Subsystem, script: Script, wrong: type[Exception] = FailOneProvider, **settings: str) -> None:
    system.catalogue.register(locked(script, wrong))
    system.admin_profiles().admin_services("Work").create_msg_service("LOCKED", settings=settings)


# which profile


def test_without_a_name_somebody_chooses_and_the_default_is_marked(system: Subsystem, profile: str) -> None:
    """LOG-15; flowchart 2.5, 4."""
    system.admin_profiles().create_profile("Home")
    system.admin_profiles().set_default_profile(profile)
    person = Person(profile=["Home"])
    with system.logon("", None, UI | NEW, person.ui) as session:
        assert session.profile_name == "Home"
    assert person.asked == [("profile", ["Home", "Work"], "Work", "")]


def test_who_must_name_a_profile_is_not_told_the_default(system: Subsystem, profile: str) -> None:
    """LOG-14."""
    system.admin_profiles().set_default_profile(profile)
    person = Person(profile=["Work"])
    system.logon("", None, UI | NEW | MAPI_EXPLICIT_PROFILE, person.ui).logoff()
    assert person.asked == [("profile", ["Work"], None, "")]


def test_the_default_profile_is_taken_unasked_and_asked_for_where_there_is_none(
    system: Subsystem, profile: str
) -> None:
    """LOG-13, LOG-15."""
    person = Person(profile=["Work"])
    system.logon("", None, UI | NEW | MAPI_USE_DEFAULT, person.ui).logoff()
    system.admin_profiles().set_default_profile(profile)
    system.logon("", None, UI | NEW | MAPI_USE_DEFAULT, person.ui).logoff()
    assert person.questions == ["profile"]


def test_a_profile_that_is_not_there_is_asked_for_once_more(system: Subsystem, profile: str) -> None:
    """LOG-12; flowchart 2.5, 5."""
    person = Person(profile=["Work", "Nowhere"])
    with system.logon("Wrok", None, UI | NEW, person.ui) as session:
        assert session.profile_name == "Work"
    assert "MAPI_E_LOGON_FAILED" in person.asked[0][3]
    with pytest.raises(LogonFailed):
        system.logon("Wrok", None, UI | NEW, person.ui)


def test_who_chooses_no_profile_cancels_the_logon(system: Subsystem, profile: str) -> None:
    """MAPI_E_USER_CANCEL of LOG-15; table 2.4."""
    for said in (None, UserCancel("no")):
        with pytest.raises(UserCancel):
            system.logon("", None, UI | NEW, Person(profile=[said]).ui)
    assert not system.profiles.in_use(profile)


def test_profiles_of_applications_are_offered_when_asked_for(system: Subsystem, profile: str) -> None:
    """LOG-15 with MAPI_APP_PROFILE."""
    system.profiles.create("Robot", app=True)
    person = Person(profile=["Work", "Robot"])
    system.logon("", None, UI | NEW, person.ui).logoff()
    system.logon("", None, UI | NEW | MAPI_APP_PROFILE, person.ui).logoff()
    assert [names for _, names, *_ in person.asked] == [["Work"], ["Robot", "Work"]]


def test_where_there_is_no_profile_nobody_is_asked(system: Subsystem) -> None:
    """LOG-16; scenario 2."""
    with pytest.raises(LogonFailed, match="mapix init"):
        system.logon("", None, UI | MAPI_USE_DEFAULT, Person().ui)


def test_a_password_of_a_profile_is_refused_with_dialogs_too(system: Subsystem, profile: str) -> None:
    """LOG-3; scenario 2."""
    with pytest.raises(LogonFailed, match="password"):
        system.logon(profile, "x", UI, Person().ui)


# who may be asked


@pytest.mark.parametrize("flags", [0, MAPI_BG_SESSION | UI, MAPI_NT_SERVICE | MAPI_NO_MAIL])
def test_without_leave_nothing_is_asked(system: Subsystem, profile: str, flags: int) -> None:
    """LOG-4, LOG-18, GEN-15."""
    with pytest.raises(LogonFailed):
        system.logon("", None, flags | NEW, Person().ui)
    add_locked(system, Script())
    system.logon(profile, None, flags | NEW, Person().ui).logoff()


def test_a_service_shows_no_settings(system: Subsystem, profile: str) -> None:
    """LOG-17, LOG-18."""
    with pytest.raises(UnknownFlags):
        system.logon(profile, None, MAPI_NT_SERVICE | MAPI_NO_MAIL | MAPI_SERVICE_UI_ALWAYS)


def test_the_dialogs_of_the_process_are_used_where_a_logon_names_none(
    system: Subsystem, profile: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GEN-15, LOG-15."""
    monkeypatch.setattr(dialogs, "standing", Person(profile=["Work"]).ui)
    with system.logon("", None, UI | NEW) as session:
        assert session.profile_name == profile


def test_who_joins_a_shared_session_is_asked_nothing(system: Subsystem, profile: str) -> None:
    """LOG-6, LOG-31."""
    with system.logon(profile, None, MAPI_ALLOW_OTHERS), system.logon("", None, UI, Person().ui) as second:
        assert second.profile_name == profile


# settings


def test_what_is_missing_is_asked_before_anything_logs_on_and_kept(system: Subsystem, profile: str, home: Path) -> None:
    """LOG-23; flowchart 2.5, 8."""
    script = Script()
    system.catalogue.register(locked(script))
    add(system, "LOCKED")
    person = Person(settings=[{"server": "book.example.org"}], password=["sesame"])
    with system.logon(profile, None, UI | NEW, person.ui) as session:
        assert session.get_last_error() is None
    assert [setting.name for setting in person.asked[0][2]] == ["server"]
    assert "lacks server" in person.asked[0][4]
    assert script.logons == 2
    text = (home / "profiles" / "Work.toml").read_text(encoding="utf-8")
    assert "book.example.org" in text
    assert "sesame" not in text


def test_a_wrong_setting_is_asked_for_again_with_the_reason(system: Subsystem, profile: str) -> None:
    """LOG-23."""
    script = Script()
    system.catalogue.register(locked(script))
    add(system, "LOCKED")
    person = Person(settings=[{"sever": "x"}, {"server": "y"}], password=["sesame"])
    system.logon(profile, None, UI | NEW, person.ui).logoff()
    assert "no such setting" in person.asked[1][4]


def test_who_dismisses_the_settings_goes_on_without_the_service(system: Subsystem, profile: str) -> None:
    """LOG-22, LOG-26; the UNCONFIGURED branch of 2.6."""
    script = Script()
    system.catalogue.register(locked(script))
    add(system, "LOCKED")
    person = Person(settings=[None, None])
    with system.logon(profile, None, UI | NEW, person.ui) as session:
        assert "lacks server" in str(session.get_last_error())
    assert script.logons == 0


def test_every_service_is_shown_before_any_logs_on_when_that_is_wanted(system: Subsystem, profile: str) -> None:
    """Flowchart 2.5, 7: MAPI_SERVICE_UI_ALWAYS, LOG-23."""
    script = Script()
    system.catalogue.register(book_service(script))
    system.catalogue.register(fax_service(script))
    add(system, "BOOK")
    add(system, "FAX")
    seen: list[tuple[str, int]] = []

    def settings(service: str, wanted: Sequence[Setting], values: Mapping[str, Any], reason: str) -> dict[str, str]:
        seen.append((service, script.logons))
        return {wanted[0].name: "/there"} if service == "A book" else {}

    system.logon(profile, None, NEW | MAPI_SERVICE_UI_ALWAYS, CallbackUI(settings=settings)).logoff()
    assert seen == [("A book", 0), ("Fax machine", 0)]
    entries = system.profiles.load(profile).services
    assert [entry.settings for entry in entries] == [{"path": "/there"}, {}]


def test_a_provider_that_says_unconfigured_is_configured_by_hand_and_tried_exactly_once_more(
    system: Subsystem, profile: str
) -> None:
    """LOG-23, LOG-29, SPI-12; scenario 7."""
    script = Script(Unconfigured("no path"), Unconfigured("still no path"))
    system.catalogue.register(book_service(script))
    add(system, "BOOK")
    person = Person(settings=[{"path": "/book"}])
    with system.logon(profile, None, UI | NEW, person.ui) as session:
        assert status_of(session, BOOK)[0][0] == STATUS_FAILURE
    assert (script.logons, person.questions) == (2, ["settings"])


def test_with_leave_for_credentials_alone_no_settings_are_asked(system: Subsystem, profile: str) -> None:
    """LOG-17 with MAPI_PASSWORD_UI; flowchart 2.5, 6."""
    script = Script()
    system.catalogue.register(locked(script))
    add(system, "LOCKED")
    with system.logon(profile, None, MAPI_PASSWORD_UI | NEW, Person().ui) as session:
        assert "lacks server" in str(session.get_last_error())


# passwords


@pytest.mark.parametrize("flags", [UI, MAPI_PASSWORD_UI])
@pytest.mark.parametrize("wrong", [FailOneProvider, LogonFailed])
def test_a_password_is_asked_and_holds_for_the_session(
    system: Subsystem, profile: str, flags: int, wrong: type[Exception], no_keyring: None
) -> None:
    """LOG-28."""
    script = Script()
    add_locked(system, script, wrong, server="x")
    person = Person(password=["sesame"])
    with system.logon(profile, None, flags | NEW, person.ui) as session:
        assert session.get_last_error() is None
    assert (script.logons, script.logoffs) == (2, 1)
    assert person.asked[0][1] == "Locked book"
    with system.logon(profile, None, NEW) as session:
        assert "wrong password" in str(session.get_last_error())


def test_a_wrong_password_is_asked_once(system: Subsystem, profile: str, no_keyring: None) -> None:
    """LOG-23, LOG-28: FAILONEPROVIDER after the retry leaves the service enabled."""
    script = Script()
    add_locked(system, script, server="x")
    with system.logon(profile, None, UI | NEW, Person(password=["guess"]).ui) as session:
        assert session._core.providers.out_of_use() == {}
        assert "wrong password" in str(session.get_last_error())
    assert script.logons == 2


# failures


@pytest.mark.parametrize(("answers", "logons"), [([Answer.RETRY], 2), ([Answer.CONFIGURE], 2)])
def test_a_failure_is_told_and_may_be_corrected_once(
    system: Subsystem, profile: str, answers: list[Answer], logons: int
) -> None:
    """LOG-23."""
    script = Script(NetworkError("server down"))
    system.catalogue.register(book_service(script))
    add(system, "BOOK")
    person = Person(failure=answers, settings=[{"path": "/elsewhere"}])
    with system.logon(profile, None, UI | NEW, person.ui) as session:
        assert session.get_last_error() is None
    assert script.logons == logons
    assert "server down" in person.asked[0][2]


def test_after_the_second_failure_or_when_skipped_the_service_is_out_of_use(system: Subsystem, profile: str) -> None:
    """LOG-22, LOG-23, LOG-27, LOG-20; scenario 7."""
    for answer, logons in ((Answer.RETRY, 2), (Answer.SKIP, 1)):
        script, beside = Script(SessionLimit("one at a time"), SessionLimit("one at a time")), Script()
        system.catalogue.register(book_service(script, transport=beside))
        if not system.profiles.load(profile).services:
            add(system, "BOOK")
        with system.logon(profile, None, UI | NEW, Person(failure=[answer]).ui) as session:
            assert (script.logons, beside.logons) == (logons, 0)
            session.open_address_book()
            error = session.get_last_error()
            assert error is not None
            assert (error.context, "MAPI_E_SESSION_LIMIT" in error.text) == (0x00040380, True)
            assert "out of use" in str(status_of(session, TRANSPORT)[0][1])


def test_who_cancels_at_a_failure_has_no_session_and_what_was_started_is_ended(system: Subsystem, profile: str) -> None:
    """MAPI_E_USER_CANCEL of table 2.4; LOG-35."""
    first, second = Script(), Script(NetworkError("server down"))
    system.catalogue.register(book_service(first))
    system.catalogue.register(book_service(second, name="OTHER"))
    add(system, "BOOK")
    add(system, "OTHER")
    for said in (Answer.CANCEL, UserCancel("enough")):
        second.failures = [NetworkError("server down")]
        with pytest.raises(UserCancel):
            system.logon(profile, None, UI | NEW, Person(failure=[said]).ui)
        assert first.logons == first.logoffs
        assert not system.profiles.in_use(profile)
    with system.logon(profile, None, NEW) as session:
        assert session.get_last_error() is None


@pytest.mark.parametrize(("flags", "told"), [(0, 0x20), (UI, 0x30)])
def test_an_entry_function_is_asked_to_configure_and_told_that_a_logon_failed(
    system: Subsystem, profile: str, flags: int, told: int
) -> None:
    """PRF-42, LOG-23, LOG-24: MSG_SERVICE_CONFIGURE with SERVICE_LOGON_FAILED, once."""
    script, asked = Script(Unconfigured("no path"), Unconfigured("still no path")), []

    def entry(instance: Any, allocator: Any, support: Any, ui: Any, word: int, context: int, *rest: Any) -> int:
        asked.append((context, word))
        return 0

    spec = ProviderSpec(ProviderKind.ADDRESS_BOOK, "book", "Book", lambda: BookProvider(script, {}))
    system.catalogue.register(MessageService("ENTRY", "Entry", (spec,), entry=entry))
    add(system, "ENTRY")
    asked.clear()
    with system.logon(profile, None, flags | NEW, Person().ui) as session:
        assert "still no path" in str(session.get_last_error())
    assert (script.logons, asked) == (2, [(3, told)])
