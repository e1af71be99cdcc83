"""A text in the editor: Ctrl-C there, and what becomes of what was written."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from pathlib import Path

import click
import pytest

from mapix.cli.editor import written
from mapix.properties.errors import InvalidParameter


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where temporary files lie."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, program: str) -> None:
    """Have an editor run a program, which has the `file`."""
    script = tmp_path / "editor.py"
    script.write_text(f"import os, signal, sys\nfrom pathlib import Path\nfile = Path(sys.argv[1])\n{program}\n")
    monkeypatch.setenv("VISUAL", f"{sys.executable} {script}")


def test_what_was_saved_is_had_and_the_file_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    editor(tmp_path, monkeypatch, "file.write_text(file.read_text('utf-8') + 'é', 'utf-8')")
    with written("Hello", ".eml") as text:
        assert text == "Hello\né"
        (path,) = place.iterdir()
        assert path.suffix == ".eml"
        if os.name != "nt":
            assert path.stat().st_mode & 0o777 == 0o600
    assert not list(place.iterdir())


def test_saving_what_was_there_is_saving_and_leaving_it_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    editor(tmp_path, monkeypatch, "file.write_text(file.read_text())")
    with written("Hello\n", ".eml") as text:
        assert text == "Hello\n"
    editor(tmp_path, monkeypatch, "pass")
    with written("Hello\n", ".eml") as text:
        assert text is None
    with pytest.raises(RuntimeError), written("Hello\n", ".eml"):
        raise RuntimeError
    assert not list(place.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is another thing there")
def test_ctrl_c_is_the_editor_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    """The editor makes of it what it likes; this process goes on waiting for it, and hears the next one."""
    program = (
        "signal.signal(signal.SIGINT, lambda *_: file.write_text('heard'))\n"
        "os.kill(os.getppid(), signal.SIGINT)\nos.kill(os.getpid(), signal.SIGINT)"
    )
    editor(tmp_path, monkeypatch, program)
    with written("Hello", ".eml") as text:
        assert text == "heard"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert not list(place.iterdir())


@pytest.mark.parametrize("trouble", [KeyboardInterrupt, InvalidParameter])
def test_what_was_written_is_kept_when_it_cannot_be_used(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: Path,
    capsys: pytest.CaptureFixture[str],
    trouble: type[BaseException],
) -> None:
    editor(tmp_path, monkeypatch, "file.write_text('Long thought of')")
    with pytest.raises(trouble), written("Hello", ".eml"):
        raise trouble
    (path,) = place.iterdir()
    assert path.read_text() == "Long thought of"
    assert capsys.readouterr().err == f"What was written is kept in {path}\n"


@pytest.mark.parametrize(
    ("program", "error"),
    [
        ("file.write_text('Long thought of'); sys.exit(1)", click.ClickException),
        ("file.write_bytes(b'Long thought of \\xff')", InvalidParameter),
    ],
    ids=["the editor fails", "it is no UTF-8"],
)
def test_what_nobody_can_read_is_kept_too(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    place: Path,
    capsys: pytest.CaptureFixture[str],
    program: str,
    error: type[Exception],
) -> None:
    editor(tmp_path, monkeypatch, program)
    with pytest.raises(error), written("Hello", ".eml"):
        pytest.fail("it is to be used")
    (path,) = place.iterdir()
    assert path.read_bytes().startswith(b"Long thought of")
    assert str(path) in capsys.readouterr().err


def test_an_editor_that_takes_the_file_away_has_saved_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Path
) -> None:
    editor(tmp_path, monkeypatch, "file.unlink()")
    with written("Hello", ".eml") as text:
        assert text is None
