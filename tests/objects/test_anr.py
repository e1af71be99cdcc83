"""People in memory, found by the beginnings of their names."""

from __future__ import annotations

import pytest

from mapix.objects.restrictions import anr
from mapix.objects.restrictions.anr import AnrTable
from mapix.properties.restriction import And, Not, Or, Property, Relop, Restriction
from mapix.properties.tags import PR_ANR, PR_DISPLAY_NAME, PR_EMAIL_ADDRESS, PR_INSTANCE_KEY

COLUMNS = (PR_DISPLAY_NAME, PR_EMAIL_ADDRESS)


def like(name: str) -> Property:
    return Property(Relop.EQ, PR_ANR, name)


def named(*names: str) -> AnrTable:
    return AnrTable(COLUMNS, [{PR_DISPLAY_NAME: name, PR_EMAIL_ADDRESS: f"{name[:1]}@staff.example"} for name in names])


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (like("bill l"), ["Bill Lee", "Billy Larson"]),
        (like("STAFF"), ["Bill Lee", "Billy Larson", "Ann Archer"]),
        (like(""), []),
        (Not(like("bill")), ["Ann Archer"]),
        (And((like("bill"), Property(Relop.NE, PR_DISPLAY_NAME, "Bill Lee"))), ["Billy Larson"]),
        (Or((like("lee"), like("ann"))), ["Bill Lee", "Ann Archer"]),
    ],
)
def test_names_are_asked_for_within_any_restriction(where: Restriction, found: list[str]) -> None:
    """ABK-25."""
    table = named("Bill Lee", "Billy Larson", "Ann Archer").view()
    table.restrict(where)
    assert [name for name, _ in table.query_rows(10)] == found
    assert table.get_row_count() == len(found)


def test_each_person_is_looked_at_once_however_many_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    """ABK-25: the work grows with the people, not with their square."""
    looked = 0
    plain = anr.name_words

    def counting(text: str) -> list[str]:
        nonlocal looked
        looked += 1
        return plain(text)

    table = named(*(f"Bill {number}" for number in range(3000))).view()
    monkeypatch.setattr(anr, "name_words", counting)
    table.restrict(like("bill"))
    assert len(table.query_rows(5000)) == 3000
    assert looked <= 4 * 3000 + 10


def test_two_names_are_two_restrictions() -> None:
    """ABK-25: what was found for one is not taken for the other."""
    table = named("Bill Lee", "Ann Archer")
    for name, found in (("bill", "Bill Lee"), ("ann", "Ann Archer"), ("BILL", "Bill Lee")):
        view = table.view()
        view.restrict(like(name))
        assert [row[0] for row in view.query_rows(10)] == [found]


def test_rows_are_counted_from_the_first_inserted() -> None:
    table = named("Bill Lee", "Ann Archer")
    first, second, third = (table.enum_row(number) for number in range(3))
    assert first is not None
    assert second is not None
    assert (first[PR_DISPLAY_NAME], second[PR_DISPLAY_NAME], third) == ("Bill Lee", "Ann Archer", None)
    assert first[PR_INSTANCE_KEY] != second[PR_INSTANCE_KEY]
    assert table.enum_row(-1) is None
