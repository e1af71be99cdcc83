"""IMAPIStatus::SettingsDialog on the face of pywin32, with somebody at the terminal's place."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from mapix.client.dialogs import CallbackUI
from mapix.interfaces.service import Setting
from mapix.pywin32 import mapi, mapitags
from mapix.subsystem import dialogs
from mapix.subsystem.initialize import subsystem

from .conftest import make_profile

MAIL = mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT | mapi.MAPI_NEW_SESSION


def test_a_script_has_the_settings_of_a_transport_shown(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """STA-3, STA-10."""
    asked: list[str] = []

    def settings(service: str, wanted: Sequence[Setting], values: Mapping[str, Any], reason: str) -> dict[str, Any]:
        asked.append(values["host"])
        return {"host": "new.example.org"}

    monkeypatch.setattr(dialogs, "standing", CallbackUI(settings=settings))
    make_profile(home, host="old.example.org")
    mapi.MAPIInitialize(None)
    session = mapi.MAPILogonEx(0, "", None, MAIL)
    table = session.GetStatusTable(0)
    table.SetColumns((mapitags.PR_ENTRYID, mapitags.PR_PROVIDER_DLL_NAME_W), 0)
    (entry_id,) = (row[0][1] for row in table.QueryRows(20, 0) if row[1][1] == "SMTP")
    session.OpenEntry(entry_id, None, 0).SettingsDialog(0, 0)
    assert asked == ["old.example.org"]
    (smtp,) = (each for each in subsystem().profiles.load("Work").services if each.name == "SMTP")
    assert smtp.settings["host"] == "new.example.org"
    session.Logoff(0, 0, 0)
