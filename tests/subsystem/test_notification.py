"""The notification engine: scenario 19."""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from mapix.interfaces.notify import (
    ErrorNotification,
    Event,
    ExtendedNotification,
    Notification,
    TableEvent,
    TableNotification,
)
from mapix.properties.errors import InvalidParameter, NotFound
from mapix.properties.flags import CALLBACK_DISCONTINUE, NOTIFY_CANCELED
from mapix.subsystem.notification import NotificationEngine
from mapix.subsystem.threadsink import this_thread_sink

SECONDS = 60.0
KEY = b"folder"


def told(code: int) -> ExtendedNotification:
    return ExtendedNotification(Event.EXTENDED, code)


class Sink:
    """Remembers what it was told and on which thread."""

    def __init__(self) -> None:
        self.batches: list[Sequence[Notification]] = []
        self.threads: set[int] = set()
        self.called = threading.Event()

    def __call__(self, notifications: Sequence[Notification]) -> None:
        self.batches.append(notifications)
        self.threads.add(threading.get_ident())
        self.called.set()

    @property
    def codes(self) -> list[int]:
        return [each.code for batch in self.batches for each in batch if isinstance(each, ExtendedNotification)]


@pytest.fixture
def engine() -> Iterator[NotificationEngine]:
    made = NotificationEngine()
    yield made
    made.close()


@pytest.fixture
def threaded() -> Iterator[NotificationEngine]:
    made = NotificationEngine(threaded=True)
    yield made
    made.close()


def test_a_sink_is_never_called_inside_the_causing_call(engine: NotificationEngine) -> None:
    """NOT-20, N-005, X-46; scenario 19."""
    sink = Sink()
    engine.subscribe(KEY, Event.EXTENDED, sink)
    assert engine.notify(KEY, [told(1)])
    assert sink.batches == []
    assert engine.dispatch() == 1
    assert sink.codes == [1]


def test_a_batch_is_told_first_to_last(engine: NotificationEngine) -> None:
    """NOT-12, N-006."""
    sink = Sink()
    engine.subscribe(KEY, Event.EXTENDED, sink)
    engine.notify(KEY, [told(1), told(2)])
    engine.notify(KEY, [told(3)])
    engine.dispatch()
    assert sink.codes == [1, 2, 3]


def test_only_events_of_the_mask_are_told(engine: NotificationEngine) -> None:
    """N-001."""
    sink = Sink()
    engine.subscribe(KEY, Event.EXTENDED, sink)
    engine.notify(KEY, [TableNotification(Event.TABLE_MODIFIED, TableEvent.CHANGED), told(1)])
    engine.dispatch()
    assert sink.batches == [(told(1),)]


def test_a_key_without_sinks_is_no_error(engine: NotificationEngine) -> None:
    """NOT-26."""
    assert not engine.notify(b"nobody", [told(1)])


def test_connection_numbers_are_never_zero_and_never_the_same(engine: NotificationEngine) -> None:
    """NOT-1, N-003, N-004."""
    numbers = [engine.subscribe(KEY, Event.EXTENDED, Sink()) for _ in range(3)]
    assert all(numbers)
    assert len(set(numbers)) == 3


def test_what_waits_is_dropped_with_the_registration(engine: NotificationEngine) -> None:
    """NOT-3, N-004."""
    sink = Sink()
    number = engine.subscribe(KEY, Event.EXTENDED, sink)
    engine.notify(KEY, [told(1)])
    engine.unsubscribe(number)
    assert engine.dispatch() == 0
    assert sink.batches == []


def test_an_unknown_registration_cannot_be_ended(engine: NotificationEngine) -> None:
    """N-004."""
    with pytest.raises(NotFound):
        engine.unsubscribe(99)
    number = engine.subscribe(KEY, Event.EXTENDED, Sink())
    engine.unsubscribe(number)
    with pytest.raises(NotFound):
        engine.unsubscribe(number)


def test_a_registration_names_events(engine: NotificationEngine) -> None:
    with pytest.raises(InvalidParameter):
        engine.subscribe(KEY, Event(0), Sink())


def test_a_sink_may_end_its_own_registration(engine: NotificationEngine) -> None:
    numbers: list[int] = []
    numbers.append(engine.subscribe(KEY, Event.EXTENDED, lambda _: engine.unsubscribe(numbers[0])))
    engine.notify(KEY, [told(1)])
    assert engine.dispatch() == 1
    assert not engine.notify(KEY, [told(2)])


def test_what_a_sink_raises_is_logged_and_the_others_go_on(
    engine: NotificationEngine, caplog: pytest.LogCaptureFixture
) -> None:
    """NOT-23."""

    def broken(_notifications: Sequence[Notification]) -> None:
        raise RuntimeError("broken sink")

    sink = Sink()
    engine.subscribe(KEY, Event.EXTENDED, broken)
    engine.subscribe(KEY, Event.EXTENDED, sink)
    engine.notify(KEY, [told(1)])
    with caplog.at_level(logging.ERROR):
        engine.dispatch()
    assert sink.codes == [1]
    assert "broken sink" in caplog.text


def test_what_sinks_cause_waits_for_the_next_dispatch(engine: NotificationEngine) -> None:
    sink = Sink()
    engine.subscribe(KEY, Event.EXTENDED, lambda _: bool(engine.notify(b"second", [told(2)])))  # type: ignore[arg-type,return-value]
    engine.subscribe(b"second", Event.EXTENDED, sink)
    engine.notify(KEY, [told(1)])
    engine.dispatch()
    assert sink.batches == []
    engine.dispatch()
    assert sink.codes == [2]


def test_a_table_that_lags_behind_is_told_to_reload() -> None:
    """N-031."""
    engine = NotificationEngine(limit=4)
    sink = Sink()
    engine.subscribe(KEY, Event.TABLE_MODIFIED, sink)
    for _ in range(9):
        engine.notify(KEY, [TableNotification(Event.TABLE_MODIFIED, TableEvent.ROW_ADDED)])
    engine.dispatch()
    (batch,) = sink.batches
    assert batch[0] == TableNotification(Event.TABLE_MODIFIED, TableEvent.RELOAD)
    assert len(batch) <= 5


def test_other_sinks_that_lag_behind_are_told_that_something_was_lost() -> None:
    engine = NotificationEngine(limit=2)
    sink = Sink()
    engine.subscribe(KEY, Event.EXTENDED, sink)
    engine.notify(KEY, [told(1), told(2), told(3)])
    engine.dispatch()
    ((lost,),) = sink.batches
    assert isinstance(lost, ErrorNotification)


def test_a_sink_of_one_thread_is_called_there_only(engine: NotificationEngine) -> None:
    """NOT-21, N-005; scenario 19."""
    sink = Sink()
    engine.subscribe(KEY, Event.EXTENDED, this_thread_sink(sink))
    engine.notify(KEY, [told(1)])
    other = threading.Thread(target=engine.dispatch)
    other.start()
    other.join(SECONDS)
    assert sink.batches == []
    engine.dispatch()
    assert sink.threads == {threading.get_ident()}


def test_a_thread_that_has_the_number_of_an_ended_one_is_told_nothing_of_its_own(engine: NotificationEngine) -> None:
    """NOT-21: numbers of threads are given out again at once."""
    sink = Sink()

    def register() -> None:
        engine.subscribe(KEY, Event.EXTENDED, this_thread_sink(sink))

    def on_a_thread(work: Callable[[], object]) -> int:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join(SECONDS)
        return thread.ident or 0

    numbers = [on_a_thread(register)]
    engine.notify(KEY, [told(1)])
    while numbers[-1] not in numbers[:-1] and len(numbers) < 100:
        numbers.append(on_a_thread(engine.dispatch))
    assert sink.batches == []


@pytest.mark.parametrize(("mask", "sink"), [(0, Sink()), (Event.EXTENDED, None), (Event.EXTENDED, 7)])
def test_a_registration_is_for_something_and_somebody(engine: NotificationEngine, mask: int, sink: Any) -> None:
    """NOT-2."""
    with pytest.raises(InvalidParameter):
        engine.subscribe(KEY, mask, sink)


def test_mapis_own_thread_delivers_by_itself(threaded: NotificationEngine) -> None:
    """SUB-6, SUB-8, N-005."""
    sink = Sink()
    threaded.subscribe(KEY, Event.EXTENDED, sink)
    threaded.notify(KEY, [told(1)])
    assert sink.called.wait(SECONDS)
    assert sink.codes == [1]
    assert threading.get_ident() not in sink.threads


def test_a_sink_of_one_thread_stays_there_beside_mapis_own_thread(threaded: NotificationEngine) -> None:
    """NOT-21."""
    sink, other = Sink(), Sink()
    threaded.subscribe(KEY, Event.EXTENDED, this_thread_sink(sink))
    threaded.subscribe(KEY, Event.EXTENDED, other)
    threaded.notify(KEY, [told(1)])
    assert other.called.wait(SECONDS)
    assert threaded.wait(SECONDS)
    assert sink.batches == []
    threaded.dispatch()
    assert sink.threads == {threading.get_ident()}


def test_ending_a_registration_waits_for_its_running_sink(threaded: NotificationEngine) -> None:
    """NOT-2, N-004; scenario 19."""
    entered, leave, left = threading.Event(), threading.Event(), threading.Event()

    def slow(_notifications: Sequence[Notification]) -> None:
        entered.set()
        leave.wait(SECONDS)
        left.set()

    number = threaded.subscribe(KEY, Event.EXTENDED, slow)
    threaded.notify(KEY, [told(1)])
    assert entered.wait(SECONDS)
    ended = threading.Event()

    def end() -> None:
        threaded.unsubscribe(number)
        assert left.is_set()
        ended.set()

    ending = threading.Thread(target=end)
    ending.start()
    assert not ended.wait(0.05)
    leave.set()
    assert ended.wait(SECONDS)
    ending.join(SECONDS)


def test_mapis_own_thread_looks_for_changes_of_others(threaded: NotificationEngine) -> None:
    looked = threading.Event()
    threaded.add_poller(looked.set)
    threaded.subscribe(KEY, Event.EXTENDED, Sink())
    assert looked.wait(SECONDS)
    threaded.remove_poller(looked.set)


def test_the_thread_ends_with_the_engine(threaded: NotificationEngine) -> None:
    """SUB-6."""
    others = threading.enumerate()
    threaded.subscribe(KEY, Event.EXTENDED, Sink())
    (own,) = (each for each in threading.enumerate() if each.name == "mapix notifications" and each not in others)
    threaded.close()
    own.join(SECONDS)
    assert not own.is_alive()


def test_a_synchronous_sink_is_called_at_once(engine: NotificationEngine) -> None:
    """NOT-25, N-007."""
    sink = Sink()
    engine.subscribe(KEY, Event.EXTENDED, sink, sync=True)
    engine.notify(KEY, [told(1)])
    assert sink.codes == [1]
    with pytest.raises(InvalidParameter):
        engine.subscribe(KEY, Event.EXTENDED, this_thread_sink(sink), sync=True)


def test_a_synchronous_sink_can_stop_the_others(engine: NotificationEngine) -> None:
    """NOT-23, NOT-25, N-007."""
    heard: list[str] = []

    def first(batch: Sequence[Notification]) -> int:
        heard.append("first")
        return CALLBACK_DISCONTINUE if len(heard) > 2 else 0

    engine.subscribe(KEY, Event.EXTENDED, first, sync=True)
    engine.subscribe(KEY, Event.EXTENDED, lambda batch: heard.append("second"), sync=True)
    assert engine.notify(KEY, [told(1)]) == 1
    assert engine.notify(KEY, [told(2)]) == NOTIFY_CANCELED
    assert heard == ["first", "second", "first"]
