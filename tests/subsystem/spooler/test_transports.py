"""What spooler and transports say to each other: begin and end, kept messages, critical sections, flushes."""

from __future__ import annotations

import pytest
from tests.spoolbench import Scripted, recipient
from tests.subsystem.spooler.waiting import wait_for

from mapix.interfaces.spi import AddressTypes, Outcome, OutcomeKind, RecipientState
from mapix.properties import flags
from mapix.properties.errors import Busy, InvalidParameter, NoSupport, UnknownFlags
from mapix.properties.flags import FLUSH_DOWNLOAD, FLUSH_UPLOAD
from mapix.properties.tags import PR_SUBJECT
from mapix.subsystem.spooler.delivery import Pace
from mapix.subsystem.spooler.flushing import PlainBoard
from mapix.subsystem.spooler.journey import MOST_REPEATS

SENT, RETRY = RecipientState.SENT, RecipientState.RETRY
AGAIN, LATER, DEFERRED = Outcome(OutcomeKind.AGAIN), Outcome(OutcomeKind.LATER), Outcome(OutcomeKind.DEFERRED)
SLOW = Pace(first=3600, most=3600)
ONE = b"transport 0"
BEGIN = flags.NOTIFY_BEGIN_INBOUND | flags.NOTIFY_BEGIN_OUTBOUND
END = flags.NOTIFY_END_INBOUND | flags.NOTIFY_END_OUTBOUND


class Listening(Scripted):
    """A scripted transport that notes what it is told, and has mail to fetch but does not poll."""

    def __init__(self, *args, mail=(), **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.told: list[int] = []
        self.flushes: list[int] = []
        self.mail = list(mail)
        self.polled = 0

    def transport_notify(self, flags: int) -> None:
        self.told.append(flags)

    def flush_queues(self, flags: int) -> None:
        self.flushes.append(flags)

    def poll(self) -> bool:
        self.polled += 1
        return False

    def start_message(self, message) -> bytes | None:
        if not self.mail:
            return None
        message.set_props({PR_SUBJECT: self.mail[0]})
        message.save_changes()
        return self.mail[0].encode()

    def accept_message(self, token: bytes) -> None:
        self.mail.remove(token.decode())


def inbox(bench) -> list[str]:
    return [message.get_prop(PR_SUBJECT) for message in bench.inbox()]


# begin and end


def test_a_transport_hears_that_work_begins_before_it_is_asked_and_that_it_ends(bench):
    """SPL-40, SPL-41."""
    transport = Listening(lambda submission: (transport.told.append(0), SENT)[1])
    bench.submit()
    spooler = bench.spooler([transport])
    spooler.pump()
    spooler.pump()
    assert transport.told == [BEGIN, 0]
    spooler.stop(60)
    assert transport.told == [BEGIN, 0, END]


def test_a_transport_that_fails_to_listen_is_used_all_the_same(bench):
    """SPL-41."""

    class Deaf(Scripted):
        def transport_notify(self, flags: int) -> None:
            raise OSError("deaf")

    bench.submit()
    assert bench.spooler([Deaf()]).flush(60) == 0


def test_what_a_transport_says_outside_its_time_is_not_heeded(bench):
    """SPL-42."""
    transport = Listening(mail=["early"])
    spooler = bench.spooler([transport])
    spooler.transport_says(ONE, flags.NOTIFY_NEWMAIL)
    spooler.pump()
    assert transport.mail == ["early"]
    spooler.transport_says(ONE, flags.NOTIFY_NEWMAIL)
    spooler.pump()
    assert inbox(bench) == ["early"]


def test_words_only_stores_say_and_words_that_exclude_each_other_are_refused(bench):
    """SPL-43."""
    spooler = bench.spooler([Scripted()])
    with pytest.raises(NoSupport):
        spooler.transport_says(ONE, flags.NOTIFY_NEWMAIL_RECEIVED)
    with pytest.raises(InvalidParameter):
        spooler.transport_says(ONE, flags.NOTIFY_CRITICAL_ERROR | flags.NOTIFY_SENTDEFERRED, b"message")
    with pytest.raises(InvalidParameter):
        spooler.transport_says(ONE, flags.NOTIFY_SENTDEFERRED)
    with pytest.raises(UnknownFlags):
        spooler.transport_says(ONE, 0x8)


# results of a submission


def test_a_transport_that_starts_over_is_asked_again_at_once(bench):
    """SPL 6.2, END_RESEND_NOW; scenario 15."""
    bench.submit()
    transport = Scripted([AGAIN, AGAIN, SENT])
    assert bench.spooler([transport], pace=SLOW).pump()
    assert len(transport.asked) == 3
    assert not bench.queue()


def test_a_transport_that_starts_over_for_ever_is_asked_later(bench):
    """SPL 6.2."""
    bench.submit()
    transport = Scripted(AGAIN)
    bench.spooler([transport], pace=SLOW).pump()
    assert len(transport.asked) == MOST_REPEATS + 1
    assert bench.queue()[0].attempts == 1


def test_later_speaks_of_the_message_and_not_of_the_transport(bench):
    """SPL 6.2, END_RESEND_LATER."""
    bench.submit(subject="one")
    bench.submit(subject="two")
    transport = Scripted([LATER, SENT])
    bench.spooler([transport], pace=SLOW).pump()
    assert transport.subjects == ["one", "two"]
    assert [entry.attempts for entry in bench.queue()] == [1]


# messages a transport keeps


def test_a_message_its_transport_keeps_is_submitted_again_when_it_says_so(bench):
    """SPL-37; scenario 15: END_DONT_RESEND, then NOTIFY_SENTDEFERRED, then BEGIN_DEFERRED."""
    entry_id = bench.submit()
    transport = Listening([DEFERRED, SENT])
    spooler = bench.spooler([transport])
    spooler.pump()
    kept = transport.asked[0].entry_id
    assert kept == bench.queue()[0].entry_id == entry_id
    assert not transport.asked[0].deferred
    spooler.wake(ready=True)
    spooler.pump()
    assert len(transport.asked) == 1, "nobody asks before the transport says so"
    spooler.transport_says(ONE, flags.NOTIFY_SENTDEFERRED, kept)
    spooler.pump()
    assert [submission.deferred for submission in transport.asked] == [False, True]
    assert not bench.queue()


def test_while_one_transport_keeps_a_message_another_sends_its_part(bench):
    """SPL-37."""
    bench.submit(["bob@example.com", "eve@example.com"])
    keeps, sends = Listening([DEFERRED, SENT], AddressTypes(("FAX",))), Scripted()
    bench.submit([recipient("123", address_type="FAX"), "ann@example.com"], subject="both")
    spooler = bench.spooler([keeps, sends])
    spooler.pump()
    assert sorted(address for each in sends.addresses for address in each) == [
        "ann@example.com",
        "bob@example.com",
        "eve@example.com",
    ]
    spooler.transport_says(ONE, flags.NOTIFY_SENTDEFERRED, keeps.asked[0].entry_id)
    spooler.pump()
    assert keeps.addresses == [["123"], ["123"]]
    assert not bench.queue()


def test_a_kept_message_that_is_aborted_is_told_to_its_transport(bench):
    """SPL-35, SPL-37."""
    entry_id = bench.submit()
    transport = Listening(DEFERRED)
    spooler = bench.spooler([transport])
    spooler.pump()
    bench.store.abort_submit(entry_id)
    spooler.pump()
    assert transport.told == [BEGIN, flags.NOTIFY_ABORT_DEFERRED | flags.NOTIFY_CANCEL_MESSAGE]
    assert len(transport.asked) == 1


def test_what_a_transport_keeps_is_the_queues_again_when_the_spooler_ends(bench):
    """SPL-37, SPL-75."""
    bench.submit()
    transport = Listening(DEFERRED)
    spooler = bench.spooler([transport], pace=SLOW)
    spooler.pump()
    spooler.stop(60)
    assert transport.told == [BEGIN, flags.NOTIFY_ABORT_DEFERRED, END]
    other = Scripted()
    assert bench.spooler([other], pace=SLOW).pump()
    assert [submission.deferred for submission in other.asked] == [False]


# what transports say of themselves


def test_after_a_critical_error_a_transport_is_left_alone_until_it_is_ready(bench):
    """SPL-43."""
    transport = Listening()
    spooler = bench.spooler([transport])
    spooler.pump()
    spooler.transport_says(ONE, flags.NOTIFY_CRITICAL_ERROR)
    polled = transport.polled
    bench.submit()
    spooler.wake(ready=True)
    spooler.pump()
    assert not transport.asked
    assert transport.polled == polled
    assert bench.queue()[0].reason
    spooler.transport_says(ONE, flags.NOTIFY_READYTOSEND)
    spooler.pump()
    assert len(transport.asked) == 1


def test_in_its_critical_section_a_transport_is_not_polled(bench):
    """SPL-43."""
    transport = Listening(mail=["later"])
    spooler = bench.spooler([transport])
    spooler.pump()
    polled = transport.polled
    spooler.transport_says(ONE, flags.NOTIFY_CRITSEC | flags.NOTIFY_NEWMAIL)
    assert spooler.in_critical_section(ONE)
    spooler.pump()
    assert transport.polled == polled
    assert transport.mail == ["later"]
    spooler.transport_says(ONE, flags.NOTIFY_NONCRIT | flags.NOTIFY_NEWMAIL)
    spooler.pump()
    assert inbox(bench) == ["later"]
    assert not spooler.in_critical_section(ONE)


def test_a_changed_configuration_is_asked_for_its_address_types_at_once(bench):
    """SPL-13; scenario 18."""
    first = Listening(Outcome(OutcomeKind.WAIT, text="down"))
    second = Listening(types=AddressTypes(("FAX",)))
    bench.submit()
    spooler = bench.spooler([first, second], pace=SLOW)
    spooler.pump()
    assert not second.asked
    first.types, second.types = second.types, first.types
    spooler.transport_says(b"transport 1", flags.NOTIFY_CONFIG_CHANGE)
    spooler.pump()
    assert len(second.asked) == 1
    assert not bench.queue()


def test_a_transport_that_has_mail_says_so_without_being_polled(bench):
    """SPL 6.9; scenario 17: the path of SpoolerNotify."""
    transport = Listening(mail=["one", "two"])
    spooler = bench.spooler([transport])
    spooler.start()
    assert wait_for(lambda: transport.told == [BEGIN])
    spooler.transport_says(ONE, flags.NOTIFY_NEWMAIL)
    assert wait_for(lambda: inbox(bench) == ["one", "two"])
    assert not transport.mail


def test_a_spooler_that_ends_lets_the_message_under_way_be_given_up(bench):
    """SPL-44."""
    bench.submit()
    seen = []

    def slow(submission):
        seen.append(spooler.is_stopping)
        assert wait_for(lambda: spooler.is_stopping)
        return LATER

    spooler = bench.spooler([Scripted(slow)])
    spooler.start()
    assert wait_for(lambda: bool(seen))
    assert spooler.stop(60)
    assert seen == [False]
    assert len(bench.queue()) == 1


# flushing


def test_a_flush_goes_from_transport_to_transport_and_tells_each_of_its_end(bench):
    """SPL-55, SPL-56; scenario 18: UPLOAD is outgoing, DOWNLOAD incoming."""
    one, two = Listening([RETRY, SENT]), Listening(mail=["fetched"])
    bench.submit()
    board = PlainBoard()
    spooler = bench.spooler([one, two], pace=SLOW, board=board)
    spooler.pump()
    assert len(bench.queue()) == 1
    assert spooler.flush_queues(FLUSH_UPLOAD, timeout=60) == 0
    assert one.flushes == two.flushes == [FLUSH_UPLOAD]
    assert one.told == [BEGIN, flags.NOTIFY_END_OUTBOUND_FLUSH]
    assert not inbox(bench)
    spooler.flush_queues(FLUSH_DOWNLOAD, timeout=60)
    assert inbox(bench) == ["fetched"]
    assert two.told == [BEGIN, flags.NOTIFY_END_OUTBOUND_FLUSH, flags.NOTIFY_END_INBOUND_FLUSH]
    assert not any(board.codes.values())


def test_a_flush_of_one_transport_asks_only_that_one(bench):
    """SPL-57."""
    one, two = Listening(), Listening(mail=["fetched"])
    spooler = bench.spooler([one, two])
    spooler.flush_queues(FLUSH_DOWNLOAD, b"transport 1", timeout=60)
    assert (one.flushes, two.flushes) == ([], [FLUSH_DOWNLOAD])
    assert inbox(bench) == ["fetched"]


def test_a_transport_ends_its_flush_by_taking_the_bit_away(bench):
    """SPL-55."""
    board = PlainBoard()

    def once(submission):
        board.clear_bits(ONE, flags.STATUS_OUTBOUND_FLUSH)
        return SENT

    for subject in ("one", "two"):
        bench.submit(subject=subject)
    transport = Listening(once)
    spooler = bench.spooler([transport], board=board)
    spooler._flushing.ask(FLUSH_UPLOAD, None, alone=False)
    with spooler._working:
        spooler._flushing.run(spooler._transports(), spooler._office.open())
    assert transport.subjects == ["one"]
    assert len(bench.queue()) == 1


def test_a_flush_in_the_background_is_done_by_the_thread_and_only_once_at_a_time(bench):
    """SPL-57; scenario 18: ASYNC_OK, BUSY."""
    bench.submit()
    spooler = bench.spooler([Listening()])
    assert spooler.flush_queues(FLUSH_UPLOAD, timeout=None) == 1
    with pytest.raises(Busy):
        spooler.flush_queues(FLUSH_UPLOAD, timeout=None)
    spooler.start()
    assert wait_for(lambda: not bench.queue())


def test_who_waits_for_a_flush_is_let_go_when_the_spooler_ends(bench):
    """SPL-55."""
    spooler = bench.spooler([Listening()])
    asked = spooler._flushing.ask(FLUSH_UPLOAD, None, alone=False)
    spooler.stop(60)
    assert asked.done.is_set()
