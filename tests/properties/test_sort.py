"""Sort orders as values."""

from mapix.properties.sort import Order, SortKey, SortOrder
from mapix.properties.tags import PR_MESSAGE_DELIVERY_TIME, PR_SUBJECT


def test_a_key_sorts_upwards_unless_told() -> None:
    assert not SortKey(PR_SUBJECT).descending
    assert SortKey(PR_SUBJECT, Order.DESCEND).descending


def test_an_order_without_keys_sorts_by_nothing() -> None:
    assert SortOrder() == SortOrder((), 0, 0)


def test_orders_are_equal_by_what_they_say() -> None:
    one = SortOrder((SortKey(PR_SUBJECT), SortKey(PR_MESSAGE_DELIVERY_TIME, Order.DESCEND)), categories=1)
    two = SortOrder((SortKey(PR_SUBJECT), SortKey(PR_MESSAGE_DELIVERY_TIME, Order.DESCEND)), categories=1)
    assert one == two
    assert hash(one) == hash(two)
    assert one != SortOrder(one.keys)


def test_the_numbers_are_those_of_the_headers() -> None:
    assert [each.value for each in Order] == [0, 1, 2, 4, 8]
