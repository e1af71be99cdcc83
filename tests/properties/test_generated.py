"""The generated modules are what the data set makes of itself."""

import subprocess
import sys
from pathlib import Path

import pytest
from tools import generate, update_calls, update_errors, update_flags, update_tags, update_winerror

ROOT = Path(__file__).parents[2]
GENERATORS = [update_calls, update_errors, update_flags, update_tags, update_winerror]
MODULES = [
    *(f"properties/{name}.py" for name in ("errors", "flags", "tags", "ems_tags", "named_tags")),
    *(f"pywin32/{name}.py" for name in ("mapitags", "emsabtags", "mapi_constants", "storagecon", "iids")),
]


@pytest.mark.parametrize("generator", GENERATORS, ids=lambda module: module.__name__)
def test_running_a_generator_changes_nothing(generator, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["generator", "--check"])
    assert generator.main() == 0, capsys.readouterr().out


@pytest.mark.parametrize("name", ["update_calls", "update_errors", "update_flags", "update_tags", "update_winerror"])
def test_a_generator_runs_as_a_script_and_as_a_module(name):
    for command in ([f"tools/{name}.py"], ["-m", f"tools.{name}"]):
        done = subprocess.run([sys.executable, *command, "--check"], cwd=ROOT, capture_output=True, text=True)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_check_tells_what_is_out_of_date_and_writes_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    stale = tmp_path / "stale.py"
    stale.write_text("old\n")
    assert generate.run({stale: "new\n", tmp_path / "missing.py": "x\n"}, ["--check"]) == 1
    assert capsys.readouterr().out.splitlines() == ["out of date: stale.py", "out of date: missing.py"]
    assert stale.read_text() == "old\n"


def test_without_check_the_stale_files_are_written(tmp_path, monkeypatch):
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    files = {tmp_path / "room" / "module.py": "new\n"}
    assert generate.run(files, []) == 0
    assert (tmp_path / "room" / "module.py").read_text() == "new\n"
    assert generate.run(files, ["--check"]) == 0


def test_text_between_markers_is_replaced_and_markers_stay():
    text = "a\n# begin\nold\n# end\nb\n"
    assert generate.between(text, "# begin", "# end", ["new", "lines"]) == "a\n# begin\nnew\nlines\n# end\nb\n"
    with pytest.raises(SystemExit):
        generate.between("a\n# begin\n", "# begin", "# end", [])


@pytest.mark.parametrize("name", MODULES)
def test_generated_modules_say_so(name):
    text = (ROOT / "src" / "mapix" / name).read_text(encoding="utf-8")
    assert "generated" in "\n".join(text.splitlines()[:5]) or "# generated: begin" in text
