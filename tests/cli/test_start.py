"""What starting may load: `python -m benchmarks start` measures the time."""

import subprocess
import sys

HEAVY = (
    "mapix.client",
    "mapix.subsystem",
    "mapix.objects",
    "mapix.properties",
    "json",
    "rich",
    "platformdirs",
    "sqlite3",
)


def loaded(code: str) -> set[str]:
    """Modules in a fresh Python after some code."""
    text = f"import sys\ntry:\n    {code}\nfinally:\n    print(*sys.modules, file=sys.stderr)"
    ran = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    return set(ran.stderr.split())


def test_the_version_loads_nothing_but_click() -> None:
    found = loaded('sys.argv = ["mapix", "--version"]; from mapix.cli.main import main; main()')
    assert "mapix.cli.main" in found
    assert [name for name in HEAVY if name in found] == []


def test_importing_mapix_loads_no_room() -> None:
    assert {name for name in loaded("import mapix") if name.startswith("mapix")} == {"mapix"}
