"""A table whose sink can be asked; a folder to make messages in."""

from collections.abc import Iterator

import pytest
from tests.objects.tablebench import Bench

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.prop import Access
from mapix.testing.builders import memory_store


@pytest.fixture
def bench() -> Iterator[Bench]:
    found = Bench(6)
    yield found
    found.engine.close()


@pytest.fixture
def folder() -> Iterator[MapiFolder]:
    """The root of a store of its own."""
    store = memory_store()
    root = store.open_entry(None, Access.MODIFY)
    assert isinstance(root, MapiFolder)
    yield root
    store.close()
