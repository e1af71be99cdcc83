"""Progress objects, and how work divides its share."""

from hypothesis import given
from hypothesis import strategies as st

from mapix.interfaces.progress import MAPI_TOP_LEVEL
from mapix.objects.copying.progress import Progress, batches, steps


def test_a_new_object_is_at_the_top_from_one_to_a_thousand() -> None:
    """PG-003, PG-004, X-15."""
    new = Progress()
    assert (new.get_flags(), new.get_min(), new.get_max()) == (MAPI_TOP_LEVEL, 1, 1000)


def test_limits_are_changed_one_by_one() -> None:
    """PG-003: what is not given stays."""
    new = Progress()
    new.set_limits(high=50)
    new.set_limits(low=5)
    assert (new.get_min(), new.get_max(), new.get_flags()) == (5, 50, MAPI_TOP_LEVEL)
    new.set_limits(flags=0)
    assert (new.get_min(), new.get_max(), new.get_flags()) == (5, 50, 0)


def test_work_below_the_top_starts_at_its_own_minimum_and_counts_nothing() -> None:
    """PG-005, X-16."""

    class Told(Progress):
        told: list[tuple[int, int, int]]

        def progress(self, value: int, count: int = 0, total: int = 0) -> None:
            self.told.append((value, count, total))

    watch = Told()
    watch.told = []
    for outer in steps(watch, "ab"):
        for _ in steps(watch, "xy" if outer == "b" else ""):
            assert watch.get_flags() == 0
    assert watch.told == [(500, 1, 2), (750, 0, 0), (1000, 0, 0), (1000, 2, 2)]


def test_limits_come_back_when_the_work_ends_early() -> None:
    watch = Progress()
    watch.set_limits(10, 20, 0)
    work = steps(watch, "abc")
    next(work)
    assert (watch.get_min(), watch.get_max()) == (10, 13)
    del work
    assert (watch.get_min(), watch.get_max(), watch.get_flags()) == (10, 20, 0)


@given(st.integers(0, 450), st.integers(0, 1))
def test_batches_are_all_items_in_order_and_not_too_many(count: int, flags: int) -> None:
    watch = Progress()
    watch.set_limits(flags=flags)
    found = list(batches(watch, range(count)))
    assert [one for part in found for one in part] == list(range(count))
    assert len(found) <= 200
    if count and flags:
        assert (watch.value, watch.count, watch.total) == (1000, count, count)


def test_nobody_who_watches_gets_everything_at_once() -> None:
    assert list(batches(None, "abc")) == ["abc"]
    assert list(batches(None, "")) == []
    assert list(steps(None, "abc")) == ["a", "b", "c"]
