"""The house itself: floors, entry points, the wheel and what an import costs."""

import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from configparser import ConfigParser
from importlib.metadata import distribution, entry_points
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import pytest

import mapix

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "mapix"
SERVICES = "mapix.services"
HEAVY = {
    "asyncio",
    "cryptography",
    "email",
    "http",
    "imapclient",
    "jinja2",
    "psycopg",
    "rich",
    "smtplib",
    "sqlite3",
    "ssl",
}


def contract(name: str, option: str) -> list[str]:
    """The lines of one option of a contract in `.importlinter`."""
    parser = ConfigParser(interpolation=None)
    parser.read_string((ROOT / ".importlinter").read_text(encoding="utf-8"))
    return [line for line in parser[f"importlinter:contract:{name}"][option].split("\n") if line]


def children(folder: Path) -> set[str]:
    """The modules and packages directly in a package, its `__init__` left out."""
    packages = {path.parent.name for path in folder.glob("*/__init__.py")}
    return packages | {path.stem for path in folder.glob("*.py")} - {"__init__"}


def run(*command: str | Path, cwd: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command of the virtual environment and keep what it says."""
    env = {**os.environ, **environment}
    return subprocess.run(
        command, cwd=cwd, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )


def lint_imports(cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Hold the import contracts of a directory."""
    return run(Path(sys.executable).with_name("lint-imports"), "--no-cache", cwd=cwd, **environment)


def declared() -> dict[str, dict[str, str]]:
    """Entry points and commands as `pyproject.toml` declares them."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return {**project["entry-points"], "console_scripts": project["scripts"]}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ZipFile]:
    """The wheel, built as a release would be."""
    target = tmp_path_factory.mktemp("wheel")
    built = run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", target)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = target.glob("*.whl")
    with ZipFile(path) as archive:
        yield archive


def test_every_room_has_a_floor() -> None:
    placed = {room.strip(" ()") for floor in contract("floors", "layers") for room in floor.split("|")}
    beside = set(contract("floors", "exhaustive_ignores"))
    assert children(PACKAGE) <= placed | beside
    assert placed - children(PACKAGE) <= {"web"}


def test_every_room_is_kept_from_importing_the_test_bench() -> None:
    named = {module.removeprefix("mapix.") for module in contract("test-bench", "source_modules")}
    assert named == children(PACKAGE) - {"testing"}


def test_every_provider_is_named_in_the_independence_contract() -> None:
    named = {module.removeprefix("mapix.providers.") for module in contract("providers", "modules")}
    assert named == children(PACKAGE / "providers")


def test_the_import_contracts_hold() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("room", "forbidden"),
    [
        ("subsystem", "mapix.providers.memory"),
        ("providers/smtp", "mapix.providers.local"),
        ("properties", "mapix.objects"),
        ("client", "mapix.testing"),
        ("formats", "mapix.interfaces"),
    ],
)
def test_an_import_that_goes_up_or_sideways_breaks_the_build(tmp_path: Path, room: str, forbidden: str) -> None:
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / ".importlinter", tmp_path)
    (tmp_path / "src" / "mapix" / room / "intruder.py").write_text(f"import {forbidden}\n", encoding="utf-8")
    result = lint_imports(tmp_path, PYTHONPATH=str(tmp_path / "src"))
    assert result.returncode != 0
    assert f"{room.replace('/', '.')}.intruder" in result.stdout


def test_the_floors_in_the_documentation_are_those_of_the_contract() -> None:
    result = run(sys.executable, "tools/update_floors.py", "--check")
    assert result.returncode == 0, "run tools/update_floors.py"


def test_the_installed_entry_points_are_the_declared_ones() -> None:
    installed = {entry.name: entry.value for entry in entry_points(group=SERVICES) if entry.dist.name == "mapix"}
    assert installed == declared()[SERVICES]


def test_the_wheel_declares_the_entry_points_of_the_project(wheel: ZipFile) -> None:
    (name,) = [name for name in wheel.namelist() if name.endswith(".dist-info/entry_points.txt")]
    parser = ConfigParser(delimiters=("=",))
    parser.optionxform = str
    parser.read_string(wheel.read(name).decode())
    assert {group: dict(parser[group]) for group in parser.sections()} == declared()


@pytest.mark.parametrize("value", [value for group in declared().values() for value in group.values()])
def test_an_entry_point_names_a_module_that_exists(value: str) -> None:
    module, _, name = value.partition(":")
    assert name or value in declared()["pytest11"].values()
    assert find_spec(module) is not None, f"no module {module}"


def test_the_wheel_holds_the_whole_package_and_nothing_else(wheel: ZipFile) -> None:
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    sources = {
        path.relative_to(ROOT / "src").as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert held == sources
    assert "mapix/py.typed" in held


def test_the_version_is_written_once() -> None:
    assert mapix.__version__ == distribution("mapix").version


@pytest.mark.parametrize("module", ["mapix", "mapix.cli.main"])
def test_importing_stays_light(module: str) -> None:
    code = f"import sys; before = set(sys.modules); import {module}; print(*(set(sys.modules) - before))"
    result = run(sys.executable, "-c", code)
    assert result.returncode == 0, result.stderr
    assert HEAVY.isdisjoint(result.stdout.split())
