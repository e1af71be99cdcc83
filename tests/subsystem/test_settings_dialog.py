"""SettingsDialog of status objects, with somebody at the dialogs."""

import pytest
from tests.subsystem.logons import NEW
from tests.subsystem.test_logon_ui import UI, Person

from mapix.interfaces.status import Status
from mapix.interfaces.table import query_all_rows
from mapix.properties.errors import NoSupport, UnknownFlags, UserCancel
from mapix.properties.flags import STATUS_SETTINGS_DIALOG, UI_READONLY
from mapix.properties.restriction import Property, Relop
from mapix.properties.tags import PR_ENTRYID, PR_PROVIDER_DLL_NAME, PR_RESOURCE_METHODS
from mapix.subsystem import dialogs
from mapix.subsystem.initialize import Subsystem
from mapix.subsystem.session import Session


@pytest.fixture
def smtp(system: Subsystem, profile: str) -> str:
    settings = {"host": "old.example.org", "address": "ann@home.example"}
    system.admin_profiles().admin_services(profile).create_msg_service("SMTP", settings=settings)
    return profile


def status_of(session: Session) -> Status:
    wanted = Property(Relop.EQ, PR_PROVIDER_DLL_NAME, "SMTP")
    ((entry_id,),) = query_all_rows(session.get_status_table(), [PR_ENTRYID], wanted)
    found = session.open_entry(entry_id)
    assert isinstance(found, Status)
    return found


def host(system: Subsystem, profile: str) -> str:
    (found,) = (each for each in system.profiles.load(profile).services if each.name == "SMTP")
    return str(found.settings["host"])


def test_settings_are_shown_and_what_is_said_is_kept(system: Subsystem, smtp: str) -> None:
    """STA-3, STA-10."""
    person = Person(settings=[{"host": "new.example.org"}])
    with system.logon(smtp, None, UI | NEW, person.ui) as session:
        status = status_of(session)
        assert status.get_prop(PR_RESOURCE_METHODS) & STATUS_SETTINGS_DIALOG
        status.settings_dialog()
    (asked,) = person.asked
    assert asked[3]["host"] == "old.example.org"
    assert "password" in [setting.name for setting in asked[2]]
    assert host(system, smtp) == "new.example.org"


def test_settings_that_are_only_looked_at_stay_as_they_are(system: Subsystem, smtp: str) -> None:
    """STA-10: UI_READONLY."""
    person = Person(settings=[{"host": "new.example.org"}])
    with system.logon(smtp, None, UI | NEW, person.ui) as session:
        status_of(session).settings_dialog(UI_READONLY)
        with pytest.raises(UnknownFlags):
            status_of(session).settings_dialog(0x2)
    assert person.questions == ["settings"]
    assert host(system, smtp) == "old.example.org"


def test_a_dialog_that_is_cancelled_changes_nothing(system: Subsystem, smtp: str) -> None:
    person = Person(settings=[UserCancel("no"), None])
    with system.logon(smtp, None, UI | NEW, person.ui) as session:
        with pytest.raises(UserCancel):
            status_of(session).settings_dialog()
        status_of(session).settings_dialog()
    assert host(system, smtp) == "old.example.org"


def test_settings_that_are_wrong_are_asked_for_again(system: Subsystem, smtp: str) -> None:
    person = Person(settings=[{"port": "much"}, {"port": "2525"}])
    with system.logon(smtp, None, UI | NEW, person.ui) as session:
        status_of(session).settings_dialog()
    assert person.questions == ["settings", "settings"]
    assert "port" in person.asked[1][4]


def test_where_nobody_can_be_asked_there_is_no_dialog(system: Subsystem, smtp: str) -> None:
    """STA-3, STA-10."""
    with system.logon(smtp, None, NEW) as session:
        status = status_of(session)
        assert not status.get_prop(PR_RESOURCE_METHODS) & STATUS_SETTINGS_DIALOG
        with pytest.raises(NoSupport):
            status.settings_dialog()


def test_who_answers_for_the_process_shows_settings_too(
    system: Subsystem, smtp: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """STA-10: a program asks for the dialog itself, whatever its logon allowed."""
    person = Person(settings=[{"host": "new.example.org"}])
    monkeypatch.setattr(dialogs, "standing", person.ui)
    with system.logon(smtp, None, NEW) as session:
        status_of(session).settings_dialog()
    assert host(system, smtp) == "new.example.org"
