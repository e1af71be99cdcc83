"""The example project as what it would be: a distribution beside an installed mapix, whose tests run with pytest."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "examples" / "testing_project"
PASSED = 11


def run(*words: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "MAPIX", "COV"))}
    command = [sys.executable, *map(str, words)]
    return subprocess.run(
        command, cwd=cwd, env=kept | environment, capture_output=True, text=True, timeout=180, check=False
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pip has put mapix and the project, built as wheels."""
    if importlib.util.find_spec("pip") is None:
        pytest.skip("there is no pip to install with")
    place = tmp_path_factory.mktemp("installed")
    for number, project in enumerate((ROOT, PROJECT)):
        made = run("-m", "hatchling", "build", "-t", "wheel", "-d", place / f"wheels{number}", cwd=project)
        assert made.returncode == 0, made.stdout + made.stderr
    wheels = sorted(place.glob("wheels*/*.whl"))
    options = ("--quiet", "--no-deps", "--no-index", "--no-compile", "--target", place / "site")
    put = run("-m", "pip", "install", *options, *wheels, cwd=place)
    assert put.returncode == 0, put.stdout + put.stderr
    return place / "site"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The tests and the configuration of the project, away from its sources and from ours."""
    shutil.copytree(PROJECT / "tests", tmp_path / "tests", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(PROJECT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_tests_of_the_project_pass_side_by_side(site: Path, project: Path) -> None:
    """LOG-13, SUB-1: in two processes at once, with warnings as errors."""
    words = ("-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", "--strict-markers", "--strict-config")
    done = run(*words, cwd=project, PYTHONPATH=str(site), HOME=str(project))
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{PASSED} passed" in done.stdout
    assert {path.name for path in project.iterdir()} <= {"tests", "pyproject.toml", ".pytest_cache"}


def test_the_project_runs_where_it_lies() -> None:
    done = run("-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", cwd=PROJECT, PYTHONDONTWRITEBYTECODE="1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{PASSED} passed" in done.stdout


def test_the_installed_fixtures_are_told_of(site: Path, project: Path) -> None:
    """SUB-1."""
    done = run("-m", "pytest", "--fixtures", "-p", "no:cacheprovider", cwd=project, PYTHONPATH=str(site))
    for name in ("mapi_profile", "mapi_session", "mapi_store", "mapi_outbox", "mapi_pywin32"):
        assert f"\n{name} " in done.stdout
    markers = run("-m", "pytest", "--markers", "-p", "no:cacheprovider", cwd=project, PYTHONPATH=str(site))
    assert "@pytest.mark.mapi(store, address, name)" in markers.stdout


def test_who_does_not_use_them_hardly_notices(site: Path, tmp_path: Path) -> None:
    """SUB-1: two small modules of ours are imported, and nothing of the house."""
    (tmp_path / "test_plain.py").write_text(
        "import sys\n\ndef test_imports():\n"
        "    assert sorted(n for n in sys.modules if n.split('.')[0] == 'mapix') == "
        "['mapix', 'mapix.testing', 'mapix.testing.pytest_plugin']\n"
        "    assert 'win32com' not in sys.modules\n"
    )
    words = ("-W", "error", "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", "--strict-config")
    done = run(*words, cwd=tmp_path, PYTHONPATH=str(site))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout
    assert "warning" not in done.stdout


def test_mapix_may_be_imported_before_pytest_starts(site: Path, tmp_path: Path) -> None:
    """SUB-1: without a warning."""
    (tmp_path / "test_plain.py").write_text("def test_nothing():\n    pass\n")
    program = "import mapix, pytest, sys; sys.exit(pytest.main(['-q', '-W', 'error', '-p', 'no:cacheprovider']))"
    done = run("-W", "error", "-c", program, cwd=tmp_path, PYTHONPATH=str(site))
    assert done.returncode == 0, done.stdout + done.stderr


def test_pywin32_is_there_only_for_those_who_want_it(site: Path, tmp_path: Path) -> None:
    """SUB-1: the fixture puts the names in place for one test and takes them away."""
    if importlib.util.find_spec("pywintypes") is not None:
        pytest.skip("pywin32 itself is installed")
    (tmp_path / "test_names.py").write_text(
        "import sys\n\ndef test_with(mapi_pywin32):\n"
        "    from win32com.mapi import mapi\n    assert mapi is mapi_pywin32\n"
        "\ndef test_without():\n    assert 'win32com' not in sys.modules\n    assert 'winerror' not in sys.modules\n"
    )
    done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", cwd=tmp_path, PYTHONPATH=str(site))
    assert "2 passed" in done.stdout, done.stdout
