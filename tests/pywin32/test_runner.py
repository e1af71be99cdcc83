"""`run_script` against Python itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mapix.pywin32.runner import run_script


@pytest.fixture(autouse=True)
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A home of its own."""
    monkeypatch.setenv("MAPIX_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(sys, "excepthook", sys.__excepthook__)


def script(folder: Path, text: str) -> str:
    """A script file."""
    path = folder / "script.py"
    path.write_text(text, encoding="utf-8")
    return str(path)


def by_python(path: str, *args: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of Python itself."""
    done = subprocess.run([sys.executable, path, *args], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    "text",
    [
        "print('done')",
        "import sys; print(sys.argv, sys.path[0], __name__, __file__, __spec__, __package__, __doc__)",
        "'''a docstring'''\nprint(__doc__, sorted(globals()))",
        "import sys; sys.exit()",
        "import sys; sys.exit(0)",
        "import sys; sys.exit(7)",
        "import sys; sys.exit(True)",
        "import sys; sys.exit('went wrong')",
        "raise SystemExit((1, 2))",
        "def f():\n    1 / 0\nf()",
        "try:\n    1 / 0\nexcept ZeroDivisionError as error:\n    raise ValueError('x') from error",
        "try:\n    1 / 0\nexcept ZeroDivisionError:\n    {}['missing']",
        "raise ExceptionGroup('several', [ValueError(1), KeyError(2)])",
        "x = (",
        "import sys\nsys.excepthook = lambda *error: print('hooked', error[0])\n1 / 0",
        "import sys\nprint(sys.modules['__main__'].__dict__ is globals())",
        "import threading as t, time\nt.Thread(target=lambda: (time.sleep(0.05), print('late'))).start()\nprint('end')",
        "class C: pass\nimport pickle\nprint(type(pickle.loads(pickle.dumps(C()))))",
        "# -*- coding: latin-1 -*-\nprint('gr\u00fc\u00dfe')",
        "from __future__ import annotations\ndef f(x: nothing): pass\nprint(f.__annotations__)",
        "import dataclasses\n@dataclasses.dataclass\nclass P:\n    x: int\nprint(P(1))",
    ],
)
def test_a_script_behaves_as_under_python(tmp_path: Path, capfd: pytest.CaptureFixture[str], text: str) -> None:
    path = script(tmp_path, text)
    code = run_script(path, ["-x", "two words"], exit_wait=0)
    told = capfd.readouterr()
    assert (code, told.out, told.err) == by_python(path, "-x", "two words")


def test_a_script_that_is_not_there_is_told_as_python_does(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = str(tmp_path / "missing.py")
    assert run_script(missing) == 2 == by_python(missing)[0]
    assert capsys.readouterr().err == f"mapix: can't open file {missing!r}: [Errno 2] No such file or directory\n"


def test_what_the_script_changed_is_as_it_was(tmp_path: Path) -> None:
    before = sys.modules["__main__"], sys.argv, list(sys.path)
    run_script(script(tmp_path, "import sys; sys.argv = sys.path[:] = []; del sys.modules['__main__']"))
    assert (sys.modules["__main__"], sys.argv, sys.path) == before


def test_a_mapi_failure_shows_the_scripts_lines_and_mapis_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = """\
from win32com.mapi import mapi


def log_on():
    return mapi.MAPILogonEx(0, "", None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT)


mapi.MAPIInitialize(None)
log_on()
"""
    path = script(tmp_path, text)
    assert run_script(path) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "Traceback (most recent call last):",
        f'  File "{path}", line 9, in <module>',
        "    log_on()",
        f'  File "{path}", line 5, in log_on',
        '    return mapi.MAPILogonEx(0, "", None, mapi.MAPI_EXTENDED | mapi.MAPI_USE_DEFAULT)',
        *[line for line in lines[5:-1] if set(line.strip()) <= set("^~")],
        "pywintypes.com_error: (-2147221231, 'ClassFactory cannot supply requested class', None, None): "
        "MAPI_E_LOGON_FAILED (0x80040111): there is no default profile. Try: mapix init",
    ]


@pytest.mark.parametrize("line", ["mapi.HexFromBin(5)", "mapi.MAPILogonEx()", "mapi.HrQueryAllRows(1, 2, 3, 4, 5)"])
def test_a_wrong_argument_ends_in_the_scripts_own_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str
) -> None:
    run_script(script(tmp_path, f"from win32com.mapi import mapi\n{line}\n"))
    told = capsys.readouterr().err
    assert "TypeError" in told
    assert "mapix" not in told.replace(str(tmp_path), "")


def test_an_interrupted_script_ends_with_130(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_script(script(tmp_path, "raise KeyboardInterrupt")) == 130
    assert capsys.readouterr().err.endswith("KeyboardInterrupt\n")


def test_mapi_is_uninitialized_when_the_script_did_not_do_it(tmp_path: Path) -> None:
    from mapix.subsystem.initialize import is_initialized

    run_script(script(tmp_path, "from win32com.mapi import mapi; mapi.MAPIInitialize(None); mapi.MAPIInitialize(None)"))
    assert not is_initialized()


def test_nonsense_in_the_environment_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAPIX_EXIT_WAIT", "soon")
    assert run_script(script(tmp_path, "")) == 0
    assert "MAPIX_EXIT_WAIT is not a number of seconds: 'soon'" in capsys.readouterr().err


def test_the_scripts_folder_is_left_out_of_the_path_where_python_leaves_it_out(tmp_path: Path) -> None:
    path = script(tmp_path, "import sys, os; print(os.path.dirname(__file__) in sys.path)")
    code = f"from mapix.pywin32.runner import run_script; run_script({path!r})"
    env = {**os.environ, "PYTHONSAFEPATH": "1"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    assert done.stdout == "False\n"
