"""A compound file that is edited in memory."""

from __future__ import annotations

from typing import Any

import pytest
from tests.formats.cfb.docfile_cases import TRANSACTED

from mapix.formats.cfb.lockbytes import MemoryBytes
from mapix.formats.cfb.storage import create_docfile


@pytest.fixture
def place() -> MemoryBytes:
    return MemoryBytes()


@pytest.fixture
def root(place: MemoryBytes) -> Any:
    with create_docfile(place, TRANSACTED) as storage:
        yield storage
