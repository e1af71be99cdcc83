"""What commands print: lines, tables and JSON that cannot steer a terminal."""

import io
import json
import sys

import pytest

from mapix.cli import output


class Terminal(io.StringIO):
    """A stdout that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_line_loses_what_could_steer_a_terminal() -> None:
    assert output.clean("a\x1b[2Jb\r\nc\td\x9b") == "a [2Jb c d"
    assert output.clean(None) == ""


def test_text_keeps_its_lines_and_shows_what_it_lost() -> None:
    assert output.clean_text("one\r\ntwo\x1b[2J\tthree\rfour") == "one\ntwo�[2J\tthree\nfour"


def test_rows_are_lines_with_tabs_where_there_is_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    output.emit_rows(("a", "b"), [(1, "x\ty"), (None, "z")])
    assert capsys.readouterr().out == "1\tx y\n\tz\n"


@pytest.mark.parametrize("rich", [True, False])
def test_rows_are_a_table_on_a_terminal(monkeypatch: pytest.MonkeyPatch, rich: bool) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    if not rich:
        monkeypatch.setitem(sys.modules, "rich.console", None)
    output.emit_rows(("id", "subject"), [(1, "[bold]x[/bold]"), (22, "y")])
    lines = [line.rstrip() for line in terminal.getvalue().splitlines()]
    assert lines == ["id  subject", "1   [bold]x[/bold]", "22  y"]


def test_json_is_one_document_that_says_its_version(capsys: pytest.CaptureFixture[str]) -> None:
    output.emit_json({"name": "Äpfel"})
    assert json.loads(capsys.readouterr().out) == {"schema": output.SCHEMA, "name": "Äpfel"}
