"""The workbench as a fixture."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.spoolbench import Bench


@pytest.fixture
def bench(tmp_path) -> Iterator[Bench]:
    with Bench(tmp_path) as made:
        yield made
