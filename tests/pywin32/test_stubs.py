"""Type stubs of pywin32's MAPI: right scripts pass, wrong ones are found out."""

import ast
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

from mapix.pywin32 import emsabtags, mapi_constants, mapitags, winerror_codes
from mapix.pywin32.calls import CALLS
from mapix.pywin32.stubs import stubs, write
from mapix.pywin32.stubtypes import answer_type, parameters

ROOT = Path(__file__).parents[2]

WRONG = """\
import pythoncom
import winerror
from win32com.mapi import mapi, mapitags, mapiutil

mapi.MAPIInitialize(None)
session = mapi.MAPILogonEx(0, "", None, mapi.MAPI_EXTENDED)
session.GetMsgStoreTable(0)  # attr-defined
session.OpenMsgStore(0, "x")  # call-arg
store = session.OpenMsgStore(0, b"x", None, 0)
store.OpenEntry("id", None, 0)  # arg-type
folder = store.OpenEntry(None, None, 0)
folder.SetProps([[mapitags.PR_SUBJECT, "x"]])  # list-item
message = folder.CreateMessage(None, flags=0)  # call-arg
number, attachment = message.CreateAttach(None, 0)
attachment.SubmitMessage(0)  # attr-defined
text: str = number  # assignment
print(mapi.MAPI_E_NOTFOUND)  # attr-defined
print(mapitags.PR_SUBJEKT)  # attr-defined
table = folder.GetContentsTable(0)
table.SortTable([(mapitags.PR_SUBJECT, 0)], 0)  # arg-type
folder.DeleteMessages("id", 0, None, 0)  # arg-type
mapi.HrAllocAdviseSink("not callable", None)  # arg-type
try:
    table.QueryRows()  # call-arg
except pythoncom.com_error as error:
    print(error.hresult, error.number)  # attr-defined
print(winerror.E_FAIL.upper())  # attr-defined
print(mapiutil.GetPropTagName("PR_SUBJECT"))  # arg-type
mapi.MAPI_UNICODE = 5  # misc
"""


@pytest.fixture(scope="module")
def typings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The stubs in a folder."""
    folder = tmp_path_factory.mktemp("stubs") / "typings"
    write(folder)
    return folder


def mypy(typings: Path, *files: Path, strict: bool = False) -> list[str]:
    """What mypy says of files, outside this project."""
    cache = typings.parent / "cache"
    options = ["--config-file=", f"--cache-dir={cache}", "--no-error-summary", "--check-untyped-defs"]
    ran = subprocess.run(
        [sys.executable, "-m", "mypy", *options, *(["--strict"] if strict else []), *map(str, files)],
        env={**os.environ, "MYPYPATH": str(typings)},
        cwd=typings.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return (ran.stdout + ran.stderr).splitlines()


def test_the_stubs_themselves_are_in_order(typings: Path) -> None:
    assert mypy(typings, typings, strict=True) == []


def test_the_examples_pass(typings: Path) -> None:
    places = (path for path in (ROOT / "examples").rglob("*.py") if path.parent.name != "tests")
    scripts = [path for path in places if "from win32com" in path.read_text("utf-8")]
    assert ROOT / "examples" / "send_mail.py" in scripts
    assert mypy(typings, *scripts) == []


def test_every_mistake_is_found_on_its_line_and_nothing_else(typings: Path, tmp_path: Path) -> None:
    script = tmp_path / "wrong.py"
    script.write_text(WRONG, encoding="utf-8")
    told = [
        re.search(r":(\d+): error: .*\[([a-z-]+)\]$", line) for line in mypy(typings, script) if ": error: " in line
    ]
    found = {(int(match[1]), match[2]) for match in told if match}
    wanted = {(number, line.rpartition("# ")[2]) for number, line in enumerate(WRONG.splitlines(), 1) if "  # " in line}
    assert found == wanted


def test_habits_of_scripts_are_no_mistakes(typings: Path, tmp_path: Path) -> None:
    """Tags given anew after importing all, no profile's name, names of every tag, a loop over a storage, gateways."""
    script = tmp_path / "habits.py"
    script.write_text(
        "import pythoncom\n"
        "from win32com.mapi import mapi\n"
        "from win32com.mapi.mapitags import *\n"
        "PR_ANR = 0x360C001F\n"
        "session = mapi.MAPILogonEx(0, None, None, mapi.MAPI_EXTENDED)\n"
        "hr, tags, names = session.OpenMsgStore(0, b'', None, 0).GetNamesFromIDs(None, None, 0)\n"
        "print(len(tags), [PROP_ID(tag) for tag in tags])\n"
        "for element in pythoncom.StgOpenStorage('x', None, 0).EnumElements():\n"
        "    print(len(element[0]))\n"
        "from win32com.client import gencache\n"
        "from win32comext.mapi import exchange, mapi as same, mapiutil\n"
        "print(same.MAPI_E_NOT_FOUND, same.HexFromBin(b'x'), mapiutil.GetScodeString(0), exchange.OPENSTORE_PUBLIC)\n"
        "from win32com.server.exception import COMException\n"
        "from win32com.server.util import FileStream, wrap\n"
        "stream = wrap(FileStream(open('x', 'rb')), pythoncom.IID_IStream)\n"
        "raise COMException('no', scode=-2147467259)\n",
        encoding="utf-8",
    )
    assert mypy(typings, script) == []


@pytest.mark.parametrize("name", ["server.util", "server.exception", "client.gencache"])
def test_stubs_written_by_hand_have_the_names_of_their_modules(name: str) -> None:
    tree = ast.parse(stubs()[f"win32com/{name.replace('.', '/')}.pyi"])
    told = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    module = import_module(f"mapix.pywin32.win32com.{name.removeprefix('client.')}")
    made = {key for key, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__}
    assert told == {key for key in made if not key.startswith("_")} - {"Exception"}


def test_every_constant_has_its_value_in_the_stubs() -> None:
    made = stubs()
    modules = {
        "win32com/mapi/mapi.pyi": mapi_constants,
        "win32com/mapi/mapitags.pyi": mapitags,
        "win32com/mapi/emsabtags.pyi": emsabtags,
        "winerror.pyi": winerror_codes,
    }
    for path, module in modules.items():
        tree = ast.parse(made[path])
        values = {
            node.target.id: ast.literal_eval(node.value)
            for node in tree.body
            if isinstance(node, ast.AnnAssign) and node.value is not None and isinstance(node.target, ast.Name)
        }
        numbers = {name: value for name, value in vars(module).items() if type(value) is int and name.isidentifier()}
        assert {name: values[name] for name in numbers} == numbers, path


def test_every_call_of_the_table_is_in_the_stubs_with_words_of_its_own() -> None:
    """Hover texts: each function and method says what it does, without numbers of rules."""
    made = {path: ast.parse(text) for path, text in stubs().items()}
    classes = {node.name: node for node in made["_win32typing.pyi"].body if isinstance(node, ast.ClassDef)}
    places = {"mapi": "win32com/mapi/mapi.pyi", "exchange": "win32com/mapi/exchange.pyi"}
    places |= {"mapiutil": "win32com/mapi/mapiutil.pyi", "pythoncom": "pythoncom.pyi"}
    for owner, calls in CALLS.items():
        body = made[places[owner]].body if owner in places else classes[owner].body
        functions = {node.name: node for node in body if isinstance(node, ast.FunctionDef)}
        assert set(calls) <= set(functions), owner
        for name in calls:
            words = ast.get_docstring(functions[name])
            assert words, f"{owner}.{name}"
            assert not re.search(r"\b[A-Z]{1,4}-\d{2,}", words), f"{owner}.{name}: {words}"


def test_tags_and_codes_say_what_they_are() -> None:
    made = stubs()
    assert 'PR_SUBJECT_W: int = 0x0037001F\n"""PidTagSubject, type PT_UNICODE"""' in made["win32com/mapi/mapitags.pyi"]
    assert 'MAPI_E_NOT_FOUND: Final = -2147221233\n"""What was asked for' in made["win32com/mapi/mapi.pyi"]


@pytest.mark.parametrize(
    ("shape", "type_"),
    [
        ("none", "None"),
        ("(hr problems?)", "tuple[int, Problems]"),
        ("[int int]", "list[int]"),
        ("[int PyIAttach]", "tuple[int, PyIAttach]"),
        ("(stat*)", "tuple[Stat, ...]"),
        ("text?", "str | None"),
        ("lasterror?", "LastError"),
    ],
)
def test_shapes_are_types(shape: str, type_: str) -> None:
    assert answer_type(shape) == type_


def test_parameters_keep_names_kinds_and_what_may_be_left_out() -> None:
    assert parameters("dest:obj:IMAPIProp flags:int32=0") == ["dest: PyIMAPIProp", "flags: int = ..."]


def test_other_files_in_the_folder_stay(tmp_path: Path) -> None:
    (tmp_path / "own.pyi").write_text("X: int\n", encoding="utf-8")
    files = write(tmp_path)
    assert (tmp_path / "own.pyi").read_text("utf-8") == "X: int\n"
    assert {path.relative_to(tmp_path).as_posix() for path in files} == set(stubs())
    assert write(tmp_path) == files


def test_the_command_writes_them_and_says_how_they_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from click.testing import CliRunner

    from mapix.cli.stubs import stubs as command

    monkeypatch.chdir(tmp_path)
    ran = CliRunner().invoke(command, [])
    assert (ran.exit_code, (tmp_path / "typings" / "pythoncom.pyi").is_file()) == (0, True)
    assert 'mypy_path = "typings"' in ran.output
    assert 'stubPath = "elsewhere"' in CliRunner().invoke(command, ["elsewhere"]).output


def test_no_folders_are_made_above_that_of_the_stubs(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from mapix.cli.stubs import stubs as command
    from mapix.properties.errors import NotFound

    done = CliRunner().invoke(command, [str(tmp_path / "mistyped" / "typings")])
    assert isinstance(done.exception, NotFound)
    assert not (tmp_path / "mistyped").exists()
