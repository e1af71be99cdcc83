"""Modules that MAPI scripts import besides MAPI: little stand-ins for pywin32's, and a registry with nothing in it."""

import datetime
import os
import sys
from pathlib import Path
from typing import Any

import pytest

import mapix.pywin32
from mapix.pywin32 import pywintypes, win32api, win32con, win32timezone, winerror, winreg
from mapix.pywin32.errors import com_error
from mapix.pywin32.runner import run_script
from mapix.pywin32.windows import as_windows

SUMMER, WINTER = datetime.datetime(2026, 7, 1, 12), datetime.datetime(2026, 1, 1, 12)


def test_the_names_come_and_go_with_the_others() -> None:
    before = set(sys.modules)
    assert {"win32api", "win32con", "win32timezone", "win32com.client.gencache"} <= set(mapix.pywin32.install())
    import win32api as imported
    import win32com.client.gencache
    from win32com.client import gencache

    assert imported is win32api
    assert gencache is win32com.client.gencache
    with pytest.raises(com_error) as failure:
        gencache.EnsureDispatch("Outlook.Application")
    assert failure.value.hresult & 0xFFFFFFFF == 0x800401F3
    mapix.pywin32.uninstall()
    assert {name for name in set(sys.modules) - before if not name.startswith("mapix.")} == set()


def test_a_module_of_such_a_name_that_is_there_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    own = type(sys)("win32api")
    monkeypatch.setitem(sys.modules, "win32api", own)
    assert "win32api" not in mapix.pywin32.install()
    assert "win32con" in mapix.pywin32.install()
    mapix.pywin32.uninstall()
    assert sys.modules["win32api"] is own


def test_the_machine_tells_of_itself() -> None:
    assert win32api.GetUserName()
    assert win32api.GetComputerName() == win32api.GetComputerName().upper()
    assert Path(win32api.GetTempPath()).is_dir()
    assert win32api.GetTempPath().endswith(os.sep)
    assert win32api.GetCurrentProcessId() == os.getpid()
    assert win32api.Sleep(0) == 0
    with pytest.raises(AttributeError, match="no 'ShellExecute' on this system"):
        _ = win32api.ShellExecute


def test_temporary_files_and_paths_are_real(tmp_path: Path) -> None:
    name, number = win32api.GetTempFileName(str(tmp_path), "mapi", 0)
    assert Path(name).is_file()
    assert number
    assert win32api.GetLongPathName(name) == name
    for call in (lambda: win32api.GetLongPathName(name + "x"), lambda: win32api.GetTempFileName(name, "x")):
        with pytest.raises(pywintypes.error) as failure:
            call()
        assert failure.value.winerror == winerror.ERROR_FILE_NOT_FOUND


def test_variables_are_expanded_and_unknown_ones_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACE", "here")
    assert win32api.ExpandEnvironmentStrings("%PLACE%/%NOWHERE%") == "here/%NOWHERE%"
    assert winreg.ExpandEnvironmentStrings("%PLACE%") == "here"


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda: win32api.RegOpenKeyEx(win32con.HKEY_CURRENT_USER, "Software\\Clients\\Mail"), 2),
        (lambda: win32api.RegOpenKey(5, None), 2),
        (lambda: win32api.RegQueryValueEx(win32con.HKEY_CURRENT_USER, "x"), 2),
        (lambda: win32api.RegEnumKey(win32con.HKEY_CURRENT_USER, 0), 259),
        (lambda: win32api.RegCreateKey(win32con.HKEY_CURRENT_USER, "x"), 5),
    ],
)
def test_the_registry_of_win32api_has_nothing(call: Any, code: int) -> None:
    with pytest.raises(win32api.error) as failure:
        call()
    assert (failure.value.winerror, failure.value.args[0]) == (code, code)
    assert failure.value.strerror.endswith(".")


def test_the_registry_of_winreg_has_nothing() -> None:
    with winreg.OpenKey(winreg.HKEY_CURRENT_USER, "") as root:
        assert winreg.QueryInfoKey(root) == (0, 0, 0)
        with pytest.raises(OSError, match="No more data") as failure:
            winreg.EnumKey(root, 0)
        assert failure.value.winerror == 259
    for call in (
        lambda: winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\\Microsoft\\Office"),
        lambda: winreg.QueryValueEx(winreg.HKEY_LOCAL_MACHINE, "x"),
        lambda: winreg.ConnectRegistry("other", winreg.HKEY_LOCAL_MACHINE),
    ):
        with pytest.raises(FileNotFoundError) as missing:
            call()
        assert missing.value.winerror == 2
    with pytest.raises(PermissionError):
        winreg.CreateKey(winreg.HKEY_CURRENT_USER, "x")
    assert winreg.REG_SZ == win32con.REG_SZ
    assert winreg.HKEY_CURRENT_USER == 0x80000001


@pytest.mark.skipif(sys.platform == "win32", reason="the registry is real there")
def test_only_scripts_for_windows_find_winreg(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)
    script = tmp_path / "script.py"
    script.write_text(
        "import sys, mimetypes\n"
        "import winreg\n"
        "try:\n    winreg.OpenKey(winreg.HKEY_CURRENT_USER, 'Software')\n"
        "except FileNotFoundError:\n    print('empty', 'winreg' in sys.modules, mimetypes.guess_type('a.txt')[0])\n",
        encoding="utf-8",
    )
    assert run_script(script) == 1
    assert "No module named 'winreg'" in capsys.readouterr().err
    with as_windows():
        assert run_script(script) == 0
    assert capsys.readouterr().out == "empty False text/plain\n"


@pytest.mark.parametrize("name", ["W. Europe Standard Time", "Europe/Berlin"])
def test_zones_have_windows_names(name: str) -> None:
    """P-023: times of such zones are what MAPI keeps."""
    zone = win32timezone.TimeZoneInfo(name)
    assert [when.replace(tzinfo=zone).astimezone(datetime.UTC).hour for when in (SUMMER, WINTER)] == [10, 11]
    assert SUMMER.replace(tzinfo=datetime.UTC).astimezone(zone) == SUMMER.replace(hour=14, tzinfo=zone)
    fixed = win32timezone.TimeZoneInfo(name, True)
    assert SUMMER.replace(tzinfo=fixed).utcoffset() == datetime.timedelta(hours=1)
    assert SUMMER.replace(tzinfo=fixed).dst() == datetime.timedelta(0)
    assert SUMMER.replace(tzinfo=datetime.UTC).astimezone(fixed) == SUMMER.replace(hour=13, tzinfo=fixed)
    assert SUMMER.replace(tzinfo=fixed).astimezone(datetime.UTC).hour == 11
    assert repr(zone) == f"TimeZoneInfo({name!r}, False)"
    with pytest.raises(ValueError, match="not found"):
        win32timezone.TimeZoneInfo("Nowhere Standard Time")


def test_now_is_now_in_every_zone() -> None:
    here, there = win32timezone.now(), win32timezone.utcnow()
    assert abs((there - here).total_seconds()) < 60
    assert there.utcoffset() == datetime.timedelta(0)
    assert here.utcoffset() == datetime.datetime.now().astimezone().utcoffset()


def test_a_time_says_whose_it_is() -> None:
    """P-023."""
    assert repr(pywintypes.Time(0)).startswith("pywintypes.datetime(1970, 1, 1, 0, 0")
