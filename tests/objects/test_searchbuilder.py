"""First passes in the background: what is in the way for a moment ends none of them."""

from __future__ import annotations

from threading import Event

import pytest

from mapix.interfaces.backend import Search, StoreBackend
from mapix.objects.folders import searchbuilder
from mapix.objects.folders.searchbuilder import SearchBuilder
from mapix.properties import tags
from mapix.properties.errors import Busy, MapiError, NetworkError, NotFound
from mapix.properties.flags import FOLDER_SEARCH, SEARCH_REBUILD, SEARCH_RUNNING
from mapix.properties.restriction import Exist
from mapix.providers.memory.backend import MemoryBackend
from mapix.providers.memory.mailbox import Mailbox


@pytest.fixture
def backend() -> StoreBackend:
    return MemoryBackend(Mailbox("searches", "", ""))


def begun(backend: StoreBackend) -> int:
    """A search folder whose first pass is to come."""
    folder = backend.create_folder(backend.root, "Found", {tags.PR_FOLDER_TYPE: FOLDER_SEARCH})
    search = Search(Exist(tags.PR_SUBJECT), (backend.root,), SEARCH_RUNNING | SEARCH_REBUILD)
    backend.set_search(folder, search, restart=True)
    return folder


@pytest.mark.parametrize("kind", [Busy, NetworkError])
def test_a_pass_goes_on_after_what_was_of_a_moment(
    backend: StoreBackend, monkeypatch: pytest.MonkeyPatch, kind: type[MapiError]
) -> None:
    """F-043."""
    monkeypatch.setattr(searchbuilder, "_PAUSE", 0.01)
    folder, build, errors, built = begun(backend), backend.build_search, [kind("as if")] * 2, Event()

    def hindered(number: int, most: int | None = None) -> bool:
        if errors:
            raise errors.pop()
        done = build(number, most)
        built.set()
        return done

    monkeypatch.setattr(backend, "build_search", hindered)
    builder = SearchBuilder(backend)
    builder.start(folder)
    assert built.wait(60)
    builder.stop()
    assert backend.searches(SEARCH_REBUILD) == []


def test_a_pass_of_a_folder_that_is_gone_is_given_up(
    backend: StoreBackend, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-043."""
    tried: list[int] = []

    def gone(number: int, most: int | None = None) -> bool:
        tried.append(number)
        raise NotFound("the search folder is gone", value=number)

    monkeypatch.setattr(backend, "build_search", gone)
    builder = SearchBuilder(backend)
    builder.start(7)
    while (thread := builder._thread) is not None:
        thread.join(60)
    assert tried == [7]
    assert "could not be finished" in caplog.text


def test_who_stops_is_not_kept_by_what_is_in_the_way(backend: StoreBackend, monkeypatch: pytest.MonkeyPatch) -> None:
    """F-043: the rest is left to whoever opens the store next."""
    monkeypatch.setattr(searchbuilder, "_PAUSE", 3600.0)
    folder, begun_at = begun(backend), Event()

    def hindered(number: int, most: int | None = None) -> bool:
        begun_at.set()
        raise Busy("as if others were in the way")

    monkeypatch.setattr(backend, "build_search", hindered)
    builder = SearchBuilder(backend)
    builder.start(folder)
    assert begun_at.wait(60)
    thread = builder._thread
    builder.stop()
    assert thread is None or not thread.is_alive()
    assert backend.searches(SEARCH_REBUILD) == [folder]
