"""Attributes that are found out once."""

from __future__ import annotations

import threading

from mapix.properties.once import once


class Thing:
    """Something whose value is found out under a lock that it shares with others."""

    def __init__(self, lock: threading.RLock | None = None) -> None:
        self.lock = lock or threading.RLock()
        self.asked = threading.Event()
        self.times = 0

    @once
    def value(self) -> list[int]:
        """Its value."""
        self.asked.set()
        with self.lock:
            self.times += 1
            return [self.times]


def test_it_is_found_out_once_for_each_object() -> None:
    first, second = Thing(), Thing()
    assert first.value is first.value
    assert (first.times, second.times) == (1, 0)
    assert second.value == [1]
    assert Thing.value.__doc__ == "Its value."


def test_what_two_threads_find_out_at_once_is_one() -> None:
    thing, found = Thing(), []
    asking = threading.Thread(target=lambda: found.append(thing.value))
    with thing.lock:
        asking.start()
        assert thing.asked.wait(60)
        found.append(thing.value)
    asking.join(60)
    assert thing.times == 2
    assert found[0] is found[1] is thing.value


def test_who_waits_for_a_lock_keeps_its_holder_from_nothing() -> None:
    first = Thing()
    second = Thing(first.lock)
    asking, held = threading.Thread(target=lambda: first.value, daemon=True), threading.Event()

    def hold() -> None:
        with first.lock:
            asking.start()
            assert first.asked.wait(60)
            assert second.value
            held.set()

    threading.Thread(target=hold, daemon=True).start()
    assert held.wait(60), "each waits for the other"
    asking.join(60)
