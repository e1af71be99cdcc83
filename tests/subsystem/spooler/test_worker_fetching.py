"""Mail that the spooler fetches arrives once, whatever crashes."""

from __future__ import annotations

import pytest

from mapix.interfaces.spi import Outcome, OutcomeKind, TransportLogon
from mapix.interfaces.table import query_all_rows
from mapix.properties.flags import MSGFLAG_ASSOCIATED, MSGFLAG_READ
from mapix.properties.tags import PR_MESSAGE_FLAGS, PR_SUBJECT


class Mailbag(TransportLogon):
    """A transport that fetches."""

    def __init__(self, *subjects: str) -> None:
        self.waiting = list(subjects)
        self.accepted: list[bytes] = []

    def address_types(self):
        from mapix.interfaces.spi import AddressTypes

        return AddressTypes(("",))

    def submit_message(self, submission):
        return Outcome(OutcomeKind.NOT_ME)

    def logoff(self):
        pass

    def poll(self):
        return bool(self.waiting)

    def start_message(self, message):
        message.set_props({PR_SUBJECT: self.waiting[0]})
        message.save_changes()
        return self.waiting[0].encode()

    def accept_message(self, token):
        self.accepted.append(token)
        del self.waiting[0]


def test_waiting_mail_is_fetched_into_the_inbox_and_then_acknowledged(bench):
    """SPL-76, M-143; scenario 17."""
    bag = Mailbag("one", "two")
    spooler = bench.spooler([bag])
    assert spooler.pump()
    assert sorted(each.get_prop(PR_SUBJECT) for each in bench.inbox()) == ["one", "two"]
    assert bag.accepted == [b"one", b"two"]


def test_mail_offered_again_after_a_crash_arrives_once(bench):
    """SPL-52, SPL-76; scenario 17."""
    bag = Mailbag("one")
    bag.accept_message = lambda token: (_ for _ in ()).throw(RuntimeError("the line broke"))
    bench.spooler([bag]).pump()
    again = Mailbag("one")
    spooler = bench.spooler([again])
    bench.spooler_store.outgoing.become_spooler()
    spooler.pump()
    assert again.accepted == [b"one"]
    assert [each.get_prop(PR_SUBJECT) for each in bench.inbox()] == ["one"]


def test_what_a_crash_leaves_of_a_message_under_way_is_never_seen_and_goes_at_the_next_fetch(bench, monkeypatch):
    """SPL-52, SPL-75."""
    from mapix.subsystem.spooler import inbound

    def die(*args):
        raise KeyboardInterrupt

    def hidden():
        folder = bench.store.open_entry(bench.store.get_receive_folder("")[0])
        return query_all_rows(folder.get_contents_table(associated=True), (PR_SUBJECT,))

    with monkeypatch.context() as patched:
        patched.setattr(inbound, "_take", die)
        with pytest.raises(KeyboardInterrupt):
            bench.spooler([Mailbag("one")]).pump()
    assert bench.inbox() == []
    assert hidden() == [("one",)]
    again = bench.spooler([Mailbag("one")])
    bench.spooler_store.outgoing.become_spooler()
    again.pump()
    (arrived,) = bench.inbox()
    assert arrived.get_prop(PR_SUBJECT) == "one"
    assert not arrived.get_prop(PR_MESSAGE_FLAGS) & (MSGFLAG_ASSOCIATED | MSGFLAG_READ)
    assert hidden() == []
