"""pywin32's names on a system without pywin32."""

import importlib
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.pywin32.conftest import our_finders

import mapix.pywin32
from mapix.pywin32 import mapi
from mapix.pywin32.errors import com_error

REAL = ("win32com", "pythoncom", "pywintypes", "winerror")


def python(code: str, *paths: Path) -> subprocess.CompletedProcess[str]:
    """Run code in a Python of its own."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}
    return subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=False)


def test_the_names_import_in_every_way(windows_names: None) -> None:
    import pythoncom
    import pywintypes
    import win32com.client
    import win32com.mapi.mapi
    import win32com.server.util
    import winerror
    from win32com import storagecon
    from win32com.mapi import emsabtags, exchange, mapitags, mapiutil
    from win32com.mapi import mapi as imported

    assert imported is win32com.mapi.mapi is mapi
    assert mapiutil.GetPropTagName(mapitags.PR_BODY_W) == "PR_BODY_W"
    assert (emsabtags.PT_BINARY, exchange.OPENSTORE_PUBLIC, storagecon.STGM_READ, winerror.S_OK) == (0x102, 2, 0, 0)
    assert pythoncom.com_error is pywintypes.com_error
    names: dict[str, object] = {}
    exec("from win32com.mapi.mapitags import *", names)
    assert names["PR_SUBJECT"] == mapitags.PR_SUBJECT
    assert callable(win32com.server.util.wrap)


def test_installing_again_is_harmless_and_uninstalling_takes_all_away() -> None:
    first = mapix.pywin32.install()
    assert first == mapix.pywin32.install()
    assert {"win32com.mapi.mapi", *REAL} <= set(first)
    assert all(importlib.import_module(name) is sys.modules[name] for name in first)
    assert len(our_finders()) == 2
    mapix.pywin32.uninstall()
    assert set(first) & set(sys.modules) == set()
    assert our_finders() == []
    mapix.pywin32.uninstall()
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("win32com.mapi")


def test_a_name_costs_nothing_before_it_is_imported() -> None:
    code = "import sys, mapix.pywin32 as p; p.install(); print(*[m for m in sys.modules if m.startswith('mapix.')])"
    assert set(python(code).stdout.split()) <= {"mapix._version", "mapix.pywin32", "mapix.pywin32.modules"}


def test_the_modules_stay_what_they_are_under_their_other_names(windows_names: None) -> None:
    import win32com.mapi.mapi

    assert win32com.mapi.mapi.__name__ == win32com.mapi.mapi.__spec__.name == "mapix.pywin32.mapi"
    assert importlib.util.find_spec("win32com.mapi.mapi") is not None


def test_mapi_is_found_where_pywin32_keeps_it_too(windows_names: None) -> None:
    import win32com.mapi
    from win32comext.mapi import emsabtags, exchange, mapitags, mapiutil
    from win32comext.mapi import mapi as imported

    assert imported is win32com.mapi.mapi is mapi
    assert (emsabtags, exchange, mapitags, mapiutil) == tuple(
        importlib.import_module(f"win32com.mapi.{name}") for name in ("emsabtags", "exchange", "mapitags", "mapiutil")
    )
    assert mapi.__spec__ is not None
    assert mapi.__spec__.name == "mapix.pywin32.mapi"


def test_a_scripts_own_module_of_such_a_name_is_the_scripts(tmp_path: Path) -> None:
    (tmp_path / "winerror.py").write_text("OWN = True\n", encoding="utf-8")
    code = f"import sys, mapix.pywin32 as p; p.install(); sys.path.insert(0, {str(tmp_path)!r})\n"
    code += "import winerror; print(winerror.OWN)"
    assert python(code).stdout == "True\n"


def test_threads_that_import_at_once_get_one_module() -> None:
    code = """\
import sys, threading, mapix.pywin32
mapix.pywin32.install()
found = []
def look():
    from win32com.mapi import mapi
    found.append(mapi)
threads = [threading.Thread(target=look) for _ in range(8)]
for one in threads: one.start()
for one in threads: one.join()
print(len(found), len(set(map(id, found))), hasattr(found[0], "MAPILogonEx"))
"""
    assert python(code).stdout == "8 1 True\n"


def test_what_is_real_is_never_shadowed(tmp_path: Path) -> None:
    (tmp_path / "winerror.py").write_text("REAL = True\n", encoding="utf-8")
    code = "import mapix.pywin32 as p; names = p.install(); import winerror; print(winerror.REAL, *names)"
    told = python(code, tmp_path).stdout.split()
    assert told[0] == "True"
    assert "winerror" not in told
    assert "win32com.mapi.mapi" in told


@pytest.mark.parametrize("name", ["win32com", "pythoncom", "pywintypes"])
def test_with_a_part_of_pywin32_there_none_of_ours_comes(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.py").write_text("REAL = True\n", encoding="utf-8")
    code = f"import mapix.pywin32 as p; names = p.install(); import {name}; print({name}.REAL, *names)"
    assert python(code, tmp_path).stdout.split() == ["True", "winerror"]


def test_a_real_module_already_imported_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    real = type(sys)("pythoncom")
    monkeypatch.setitem(sys.modules, "pythoncom", real)
    assert mapix.pywin32.install() == ["winerror"]
    assert sys.modules["pythoncom"] is real
    mapix.pywin32.uninstall()
    assert sys.modules["pythoncom"] is real


def test_importing_the_room_imports_nothing_heavy() -> None:
    code = "import sys, mapix.pywin32; print(*[m for m in sys.modules if m.startswith('mapix.')])"
    assert set(python(code).stdout.split()) <= {"mapix._version", "mapix.pywin32", "mapix.pywin32.modules"}


def test_automation_says_that_there_is_none(windows_names: None) -> None:
    import win32com.client

    for call in (win32com.client.Dispatch, win32com.client.DispatchEx, win32com.client.gencache.EnsureDispatch):
        with pytest.raises(com_error) as caught:
            call("Outlook.Application")
        assert caught.value.args == (-2147221005, "Invalid class string", None, None)
        assert "win32com.mapi" in str(caught.value)
    with pytest.raises(com_error):
        win32com.client.GetObject(Class="Outlook.Application")
    with pytest.raises(com_error):
        win32com.client.WithEvents("Outlook.Application", object)
    with pytest.raises(com_error):
        win32com.client.CastTo("Outlook.Application", "_Application")
    with pytest.raises(AttributeError, match=r"win32com\.client has no 'VARIANT' on this system"):
        _ = win32com.client.VARIANT


def test_what_programs_import_beside_dispatch_is_there(windows_names: None) -> None:
    import pythoncom
    import pywintypes
    from win32com.client import Dispatch, constants
    from win32com.client import pythoncom as named
    from win32com.client import pywintypes as types

    assert (named, types) == (pythoncom, pywintypes)
    assert callable(Dispatch)
    with pytest.raises(AttributeError, match="olMailItem"):
        _ = constants.olMailItem


def test_what_else_pywin32_has_is_not_found(windows_names: None) -> None:
    with pytest.raises(ModuleNotFoundError):
        import win32com.adsi  # noqa: F401


def test_com_starts_and_stops_without_effect_and_creates_what_is_here(windows_names: None) -> None:
    import pythoncom

    assert pythoncom.CoInitialize() is pythoncom.CoInitializeEx(2) is None
    assert pythoncom.CoUninitialize() is pythoncom.CoUninitialize() is None
    assert pythoncom.PumpWaitingMessages() == 0
    with pytest.raises(com_error) as caught:
        pythoncom.CoCreateInstance(mapi.CLSID_MailMessage, None, 1, mapi.IID_IMessage)
    assert caught.value.hresult == -2147221164
    made = pythoncom.CoCreateInstance(mapi.CLSID_IConverterSession, None, 1, mapi.IID_IConverterSession)
    assert type(made).__name__ == "PyIConverterSession"
    with pytest.raises(com_error) as caught:
        pythoncom.CoCreateInstance(mapi.CLSID_IConverterSession, None, 1, mapi.IID_IMessage)
    assert caught.value.hresult == -2147467262
