"""Which sessions are shared, and who is in them."""

import pytest

from mapix.properties.errors import InvalidParameter
from mapix.subsystem.broker.frames import Disabled, Learned, Offer, Shared
from mapix.subsystem.broker.registry import Registry

ONE = Shared(b"1" * 16, "Work", "text")
TWO = Shared(b"2" * 16, "Home", "text")


def test_the_newest_session_is_joined() -> None:
    """LOG-6, LOG-9."""
    registry = Registry[str]()
    registry.offer("a", 1, Offer(ONE, 1, True))
    assert registry.newest() == ONE.uid
    registry.offer("b", 2, Offer(TWO, 1, True))
    assert registry.newest() == TWO.uid
    joined = registry.join("c", 3, mail=False)
    assert joined is not None
    assert joined.shared() == TWO
    assert joined.others("c") == ["b"]


def test_nobody_joins_where_nothing_is_shared() -> None:
    """LOG-11."""
    registry = Registry[str]()
    assert registry.newest() == b""
    assert registry.join("a", 1, mail=True) is None
    assert registry.session_of("a") is None


def test_a_session_ends_with_its_last_member() -> None:
    """LOG-35."""
    registry = Registry[str]()
    registry.offer("a", 1, Offer(ONE, 2, True))
    registry.join("b", 2, mail=True)
    registry.change("a", -1, mail=True)
    registry.change("a", -1, mail=False)
    assert list(registry.sessions) == [ONE.uid]
    registry.leave("b")
    assert not registry.sessions


def test_a_session_that_comes_back_is_the_same_one() -> None:
    registry = Registry[str]()
    registry.offer("a", 1, Offer(ONE, 1, True))
    registry.offer("b", 2, Offer(ONE, 3, False, newest=False))
    (session,) = registry.sessions.values()
    assert {party.pid: party.count for party in session.parties.values()} == {1: 1, 2: 3}


def test_mail_stays_with_each_member() -> None:
    """LOG-32."""
    registry = Registry[str]()
    session = registry.offer("a", 1, Offer(ONE, 1, False))
    assert not session.has_mail
    registry.join("b", 2, mail=True)
    assert session.has_mail
    registry.leave("b")
    assert not session.has_mail


def test_who_joins_later_knows_what_was_learned() -> None:
    """LOG-31: credentials are given by the first member only."""
    registry = Registry[str]()
    registry.offer("a", 1, Offer(ONE, 1, True))
    registry.learn("a", Learned("place", "secret"))
    registry.learn("a", Disabled(b"service", "why"))
    joined = registry.join("b", 2, mail=True)
    assert joined is not None
    assert joined.shared().secrets == {"place": "secret"}
    assert joined.shared().disabled == {b"service": "why"}


def test_a_connection_is_in_one_session() -> None:
    registry = Registry[str]()
    registry.offer("a", 1, Offer(ONE, 1, True))
    with pytest.raises(InvalidParameter):
        registry.join("a", 1, mail=True)
    with pytest.raises(InvalidParameter):
        registry.offer("b", 1, Offer(Shared(b"short", "Work", ""), 1, True))
