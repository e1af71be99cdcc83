"""What the tests of the pywin32 face share."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mapix.pywin32

CONTRACT = Path(__file__).parents[2].parent / "shared" / "contract" / "mapi_contract.json"


@pytest.fixture(scope="session")
def contract() -> dict[str, Any]:
    """pywin32's MAPI as data; the tests that compare with it need the file beside the project."""
    if not CONTRACT.is_file():
        pytest.skip(f"the contract is not here: {CONTRACT}")
    return json.loads(CONTRACT.read_text(encoding="utf-8"))


@pytest.fixture
def windows_names() -> Iterator[None]:
    """pywin32's module names, for one test."""
    mapix.pywin32.install()
    yield
    mapix.pywin32.uninstall()
