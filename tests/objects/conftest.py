"""A table whose sink can be asked."""

from collections.abc import Iterator

import pytest
from tests.objects.tablebench import Bench


@pytest.fixture
def bench() -> Iterator[Bench]:
    found = Bench(6)
    yield found
    found.engine.close()
