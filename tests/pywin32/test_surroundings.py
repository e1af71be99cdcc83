"""The face in its surroundings: beside real pywin32, in several interpreters and threads, and what it loads."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from tests.pywin32.conftest import NO_MAIL, default_store, make_profile, our_finders

import mapix.pywin32
from mapix.pywin32 import mapi, mapitags

PARTS = {
    "pywintypes.py": "class IID: pass\n",
    "pythoncom.py": "import pywintypes\nIID_IUnknown = pywintypes.IID()\n",
    "winerror.py": "S_OK = 0\n",
    "win32com/__init__.py": "REAL = True\n",
    "win32com/storagecon.py": "STGM_READ = 0\n",
    "win32com/client/__init__.py": "def Dispatch(name): return name\n",
    "win32com/mapi/__init__.py": "",
    "win32com/mapi/mapi.py": "def MAPIInitialize(init): return 'real'\n",
    "win32com/mapi/mapitags.py": "PR_BODY = 1\n",
}
HEAVY = {"sqlite3", "email", "asyncio", "rich", "psycopg", "click", "smtplib", "ssl", "json", "logging", "xml", "http"}

pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture
def real(tmp_path: Path) -> Path:
    """A folder of modules as pywin32 has them, for `sys.path`."""
    for name, source in PARTS.items():
        file = tmp_path / "real" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(source, encoding="utf-8")
    return tmp_path / "real"


def python(*arguments: str, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run a Python of its own, whose warnings are errors."""
    env = {**os.environ, "PYTHONWARNINGS": "error", **more}
    return subprocess.run([sys.executable, *arguments], env=env, capture_output=True, text=True, check=False)


def test_install_beside_a_real_pywin32_changes_nothing(real: Path) -> None:
    code = """\
import codecs, sys
import mapix.pywin32
def world():
    try:
        found = codecs.lookup("mbcs").name
    except LookupError:
        found = None
    return set(sys.modules), list(sys.meta_path), list(sys.path), list(sys.path_hooks), found
before = world()
print(mapix.pywin32.install(), mapix.pywin32.install())
assert world() == before
import pythoncom, pywintypes, winerror, win32com.client
from win32com.mapi import mapi, mapitags
print(win32com.REAL, mapi.MAPIInitialize(None), mapitags.PR_BODY, winerror.S_OK, win32com.client.Dispatch("x"))
assert all("real" in module.__file__ for module in (pythoncom, pywintypes, winerror, win32com, mapi))
names = set(sys.modules)
mapix.pywin32.uninstall()
assert set(sys.modules) == names and sys.modules["pythoncom"] is pythoncom
assert [name for name in names if name.startswith("mapix.pywin32.")] == ["mapix.pywin32.modules"]
"""
    done = python("-c", code, PYTHONPATH=str(real))
    assert (done.stdout.splitlines(), done.stderr) == (["[] []", "True real 1 0 x"], "")


def test_a_script_that_is_run_beside_a_real_pywin32_gets_the_real_one(real: Path, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text("from win32com.mapi import mapi\nprint(mapi.MAPIInitialize(None))\n", encoding="utf-8")
    code = "import sys; from mapix.pywin32.runner import run_script; sys.exit(run_script(sys.argv[1]))"
    done = python("-c", code, str(script), PYTHONPATH=str(real))
    assert (done.returncode, done.stdout) == (0, "real\n")


def test_uninstalling_leaves_modules_finders_and_codecs_as_they_were() -> None:
    names = mapix.pywin32.install()
    import win32com.client
    import win32com.mapi.mapiutil
    import winerror

    assert winerror.S_OK == 0
    assert "Grüße".encode("mbcs").decode("MBCS") == "Grüße"
    assert win32com.mapi.mapiutil.GetPropTagName(mapitags.PR_ENTRYID) == "PR_ENTRYID"
    mapix.pywin32.uninstall()
    assert {"win32com.client", "win32com.mapi.mapiutil", "winerror"} <= set(names)
    assert set(names) & set(sys.modules) == set()
    assert our_finders() == []
    if sys.platform != "win32":
        with pytest.raises(LookupError, match="mbcs"):
            "".encode("mbcs")


def test_two_interpreters_of_one_process_have_a_face_each(home: Path, tmp_path: Path) -> None:
    """Each installs, logs on and makes a folder; the other neither sees its names nor its MAPI."""
    make_profile(home)
    code = """\
import sys
import _xxsubinterpreters as interpreters
SCRIPT = '''
import sys
assert "win32com" not in sys.modules
import mapix.pywin32
mapix.pywin32.install()
from win32com.mapi import mapi, mapitags
mapi.MAPIInitialize(None)
flags = mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT | mapi.MAPI_NEW_SESSION | mapi.MAPI_NO_MAIL
session = mapi.MAPILogonEx(0, "", None, flags)
table = session.GetMsgStoresTable(0)
table.SetColumns((mapitags.PR_ENTRYID,), 0)
store = session.OpenMsgStore(0, table.QueryRows(1, 0)[0][0][1], None, mapi.MAPI_BEST_ACCESS)
folder = store.OpenEntry(None, None, mapi.MAPI_BEST_ACCESS).CreateFolder(1, NAME, "", None, 0)
print(mapi.HrGetOneProp(folder, mapitags.PR_DISPLAY_NAME_W)[1], flush=True)
del folder, table, store
session.Logoff(0, 0, 0)
mapi.MAPIUninitialize()
'''
both = [interpreters.create(isolated=False) for _ in range(2)]
for name, one in zip(("first", "second"), both):
    interpreters.run_string(one, f"NAME = {name!r}\\n" + SCRIPT)
for one in both:
    interpreters.destroy(one)
exec("NAME = 'main'\\n" + SCRIPT)
"""
    if sys.version_info[:2] != (3, 11):
        pytest.skip("the interpreters of this test have another name here")
    done = python("-W", "ignore", "-c", code, MAPIX_HOME=str(home))
    assert (done.stdout.split(), done.returncode) == (["first", "second", "main"], 0)
    assert [line for line in done.stderr.splitlines() if line and "mpd_setminalloc" not in line] == []


def test_threads_install_and_use_the_face_at_the_same_time(profile: str) -> None:
    """Sixteen threads install, log on, write, read and log off; nobody is disturbed."""
    gate, told, failed = threading.Barrier(16), [], []

    def work(number: int) -> None:
        try:
            gate.wait(60)
            mapix.pywin32.install()
            from win32com.mapi import mapi as named

            named.MAPIInitialize(None)
            told.append((number, _write_and_read(named, f"note {number}")))
            named.MAPIUninitialize()
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failed == []
    assert sorted(told) == [(number, f"note {number}") for number in range(16)]
    assert len(our_finders()) == 2
    mapix.pywin32.uninstall()
    assert our_finders() == []


def _write_and_read(face: Any, subject: str) -> Any:
    session = face.MAPILogonEx(0, "", None, NO_MAIL)
    store = default_store(session)
    inbox = store.OpenEntry(store.GetReceiveFolder("IPM.Note", 0)[0], None, face.MAPI_BEST_ACCESS)
    message = inbox.CreateMessage(None, 0)
    message.SetProps([(mapitags.PR_SUBJECT_W, subject)])
    message.SaveChanges(face.KEEP_OPEN_READWRITE)
    entry_id = face.HrGetOneProp(message, mapitags.PR_ENTRYID)[1]
    found = face.HrGetOneProp(store.OpenEntry(entry_id, None, 0), mapitags.PR_SUBJECT_W)[1]
    session.Logoff(0, 0, 0)
    return found


def _imported(code: str) -> set[str]:
    done = python("-X", "importtime", "-c", code)
    assert done.returncode == 0, done.stderr
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}


def test_installing_loads_nothing_heavy() -> None:
    """As `python -X importtime` tells."""
    loaded = _imported("import mapix.pywin32; mapix.pywin32.install()") - _imported("pass")
    assert {name for name in loaded if name.startswith("mapix")} == {
        "mapix",
        "mapix.pywin32",
        "mapix.pywin32.modules",
    }
    assert {name.partition(".")[0] for name in loaded} & (
        HEAVY | {"typing_extensions", "inspect", "dataclasses"}
    ) == set()


def test_importing_the_tags_and_constants_loads_no_store_and_no_mail() -> None:
    loaded = _imported(
        "import mapix.pywin32; mapix.pywin32.install()\n"
        "from win32com.mapi import mapi, mapitags, mapiutil\n"
        "import pythoncom, pywintypes, win32com.storagecon"
    )
    assert {name.partition(".")[0] for name in loaded} & {
        "sqlite3",
        "email",
        "asyncio",
        "rich",
        "psycopg",
        "click",
    } == set()
    assert not [name for name in loaded if name.startswith(("mapix.providers", "mapix.client", "mapix.cli"))]
    assert mapi.MAPIInitialize.__name__ == "MAPIInitialize"
