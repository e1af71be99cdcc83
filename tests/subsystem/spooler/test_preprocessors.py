"""Message preprocessors at the spooler: who is asked and when, what they may make, and what their failures cost."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from tests.spoolbench import QUICK, Scripted, recipient

from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import AddressTypes, Preprocessed, Preprocessing, RecipientResult, RecipientState
from mapix.properties.errors import InvalidObject, MapiError
from mapix.properties.flags import NEEDS_PREPROCESSING, SUBMITFLAG_PREPROCESS
from mapix.properties.tags import (
    PR_BODY,
    PR_DELETE_AFTER_SUBMIT,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_PREPROCESS,
    PR_RESPONSIBILITY,
    PR_ROWID,
    PR_SUBJECT,
    PR_SUBMIT_FLAGS,
)
from mapix.subsystem.spooler.delivery import Pace
from mapix.subsystem.spooler.preprocessing import Preprocessors, Registered

ONE, TWO = b"transport 0", b"transport 1"
PAGER = AddressTypes(("PAGER",))
FAILED = RecipientState.FAILED


class Sealing:
    """A preprocessor that writes its name into the subject, and takes it out again."""

    def __init__(self, name: str = "sealed") -> None:
        self.name = name
        self.asked: list[list[str]] = []
        self.undone = 0

    def preprocess(self, asked: Preprocessing) -> Preprocessed | None:
        self.asked.append([row[PR_EMAIL_ADDRESS] for row in asked.recipients])
        asked.message.set_props({PR_SUBJECT: f"{self.name} {asked.message.get_prop(PR_SUBJECT)}"})
        return None

    def remove(self, message: Any) -> None:
        self.undone += 1
        message.set_props({PR_SUBJECT: message.get_prop(PR_SUBJECT).removeprefix(f"{self.name} ")})


def registered(*ones: Registered) -> Preprocessors:
    found = Preprocessors()
    for one in ones:
        found.register(one)
    return found


def of(transport: bytes, preprocess: Callable[..., Any], remove: Any = None, **options: Any) -> Registered:
    return Registered(transport, "Test", preprocess, remove, **options)


def subjects(messages: Any) -> list[str]:
    return [message.get_prop(PR_SUBJECT) for message in messages]


# who is asked


def test_a_message_is_prepared_before_its_transport_gets_it_and_afterwards_it_is_as_before(bench):
    """SPL-20, SPL-21."""
    sealing, transport = Sealing(), Scripted()
    bench.submit()
    spooler = bench.spooler([transport], preprocessors=registered(of(ONE, sealing.preprocess, sealing.remove)))
    assert spooler.flush(60) == 0
    assert transport.subjects == ["sealed hello"]
    assert sealing.undone == 1
    (sent,) = bench.contents()
    assert sent.get_prop(PR_SUBJECT) == "hello"
    assert sent.get_prop(PR_PREPROCESS) is None


def test_preprocessors_are_asked_in_the_order_they_were_registered(bench):
    """SPL-20."""
    transport = Scripted()
    ones = [of(ONE, Sealing(name).preprocess) for name in ("first", "second", "third")]
    bench.submit()
    assert bench.spooler([transport], preprocessors=registered(*ones)).flush(60) == 0
    assert transport.subjects == ["third second first hello"]


def test_a_message_that_an_earlier_transport_takes_is_not_prepared(bench):
    """SPL-20."""
    sealing, first, second = Sealing(), Scripted(), Scripted()
    bench.submit()
    spooler = bench.spooler([first, second], preprocessors=registered(of(TWO, sealing.preprocess)))
    assert spooler.flush(60) == 0
    assert (sealing.asked, first.subjects, second.subjects) == ([], ["hello"], [])


@pytest.mark.parametrize(
    ("how", "asked"),
    [
        ({}, [["7@x", "bob@x"]]),
        ({"address_type": "pager"}, [["7@x"]]),
        ({"address_type": "FAX"}, []),
        ({"uid": b"u" * 16}, [["bob@x"]]),
        ({"uid": b"u" * 16, "address_type": "PAGER"}, [["7@x", "bob@x"]]),
        ({"uid": b"v" * 16}, []),
    ],
)
def test_it_is_asked_for_recipients_of_its_uid_or_address_type(bench, how, asked):
    """SPL-20: for either where both are named, for all where none is."""
    sealing = Sealing()
    bob = recipient("bob@x") | {PR_ENTRYID: bytes(4) + b"u" * 16 + b"bob"}
    bench.submit([recipient("7@x", address_type="PAGER"), bob])
    transport = Scripted(types=AddressTypes(None))
    assert bench.spooler([transport], preprocessors=registered(of(ONE, sealing.preprocess, **how))).flush(60) == 0
    assert sealing.asked == asked


def test_who_has_the_message_already_is_not_asked_for(bench):
    """SPL-20, SPL-76: after a first transport only the rows that are left count."""
    sealing = Sealing()
    bench.submit([recipient("bob@x") | {PR_RESPONSIBILITY: True}, recipient("ann@x")])
    (entry,) = bench.queue()
    row = {PR_RESPONSIBILITY: True}
    bench.spooler_store.outgoing.become_spooler()
    bench.spooler_store.outgoing.record(entry.entry_id, {0: row}, due=entry.due, attempts=0, reason="")
    assert bench.spooler([Scripted()], preprocessors=registered(of(ONE, sealing.preprocess))).flush(60) == 0
    assert sealing.asked == [["ann@x"]]


# the flag


def test_a_submission_that_is_to_be_prepared_says_so_until_it_is(bench):
    """SPL-20, SPL-21; objects 4.8: SUBMITFLAG_PREPROCESS and PR_PREPROCESS."""
    bench.support.needs = NEEDS_PREPROCESSING
    entry_id = bench.submit()
    waiting = bench.store.open_entry(entry_id, Access.READ)
    assert waiting.get_prop(PR_SUBMIT_FLAGS) == SUBMITFLAG_PREPROCESS
    assert waiting.get_prop(PR_PREPROCESS) is True
    table = bench.spooler_store.get_outgoing_queue()
    table.set_columns((PR_SUBMIT_FLAGS,))
    assert table.query_rows(9) == [(SUBMITFLAG_PREPROCESS,)]
    seen: list[int] = []

    def look(submission):
        seen.append(submission.message.get_prop(PR_SUBMIT_FLAGS))
        return RecipientState.SENT

    sealing = Sealing()
    assert bench.spooler([Scripted(look)], preprocessors=registered(of(ONE, sealing.preprocess))).flush(60) == 0
    assert (len(sealing.asked), seen) == (1, [0])


def test_what_nobody_prepares_any_more_goes_as_it_is(bench):
    """SPL-20: the transport that wanted to is gone."""
    bench.support.needs = NEEDS_PREPROCESSING
    bench.submit()
    transport = Scripted()
    assert bench.spooler([transport]).flush(60) == 0
    assert transport.subjects == ["hello"]


def test_a_submission_that_is_taken_back_and_needs_nothing_later_says_nothing(bench):
    """SPL-21, SPL-35."""
    bench.support.needs = NEEDS_PREPROCESSING
    entry_id = bench.submit()
    bench.store.abort_submit(entry_id)
    bench.support.needs = 0
    bench.store.open_entry(entry_id, Access.MODIFY).submit_message()
    assert bench.store.open_entry(entry_id, Access.READ).get_prop(PR_SUBMIT_FLAGS) == 0


def test_what_is_prepared_once_is_not_prepared_at_the_next_attempt(bench):
    """SPL-21, SPL-76."""
    sealing, transport = Sealing(), Scripted([RecipientState.RETRY, RecipientState.SENT])
    bench.submit()
    spooler = bench.spooler([transport], preprocessors=registered(of(ONE, sealing.preprocess, sealing.remove)))
    spooler.pump()
    assert (len(bench.queue()), sealing.undone) == (1, 0)
    assert spooler.flush(60) == 0
    assert transport.subjects == ["sealed hello", "sealed hello"]
    assert (len(sealing.asked), sealing.undone) == (1, 1)


# what they may make


def test_what_a_preprocessor_makes_is_sent_too_and_may_be_temporary(bench):
    """SPL-21: it submits nothing itself; what is marked so is deleted when it was sent."""

    def split(asked: Preprocessing) -> Preprocessed:
        made = asked.folder.create_message()
        made.set_props({PR_SUBJECT: "a page", PR_BODY: "7", PR_DELETE_AFTER_SUBMIT: True})
        made.modify_recipients(ModifyRecipients.ADD, [recipient("7@x", address_type="PAGER")])
        return Preprocessed((made,))

    pager, mail = Scripted(types=PAGER), Scripted()
    bench.submit()
    assert bench.spooler([pager, mail], preprocessors=registered(of(TWO, split))).flush(60) == 0
    assert (mail.subjects, pager.subjects) == (["hello"], ["a page"])
    assert subjects(bench.contents()) == ["hello"]
    assert bench.queue() == []


def test_what_a_preprocessor_made_is_not_prepared_again(bench):
    """SPL-21: it would never end."""
    times: list[str] = []

    def again(asked: Preprocessing) -> Preprocessed:
        times.append(asked.message.get_prop(PR_SUBJECT))
        made = asked.folder.create_message()
        made.set_props({PR_SUBJECT: "echo"})
        made.modify_recipients(ModifyRecipients.ADD, [recipient("echo@x")])
        return Preprocessed((made,))

    transport = Scripted()
    bench.submit()
    assert bench.spooler([transport], preprocessors=registered(of(ONE, again))).flush(60) == 0
    assert (times, transport.subjects) == (["hello"], ["hello", "echo"])


def test_recipients_that_a_preprocessor_takes_over_are_not_sent_to_by_others(bench):
    """SPL-21, RP-008."""

    def take_bob(asked: Preprocessing) -> None:
        (bob,) = (row for row in asked.recipients if row[PR_EMAIL_ADDRESS] == "bob@x")
        asked.message.modify_recipients(ModifyRecipients.MODIFY, [{**bob, PR_RESPONSIBILITY: True}])

    transport = Scripted()
    bench.submit(["bob@x", "ann@x"])
    assert bench.spooler([transport], preprocessors=registered(of(ONE, take_bob))).flush(60) == 0
    assert transport.addresses == [["ann@x"]]


def test_bad_recipients_are_reported_and_the_others_get_the_message(bench):
    """SPL-21: fed to StatusRecips."""

    def check(asked: Preprocessing) -> Preprocessed:
        (bob,) = (row for row in asked.recipients if row[PR_EMAIL_ADDRESS] == "bob@x")
        return Preprocessed(bad=(RecipientResult(bob[PR_ROWID], FAILED, text="has no key"),))

    transport = Scripted()
    bench.submit(["bob@x", "ann@x"])
    assert bench.spooler([transport], preprocessors=registered(of(ONE, check))).flush(60) == 0
    assert transport.addresses == [["ann@x"]]
    (report,) = bench.inbox()
    (name,) = (row[PR_DISPLAY_NAME] for row in bench.read(report).recipients)
    assert name == "Bob"


# crashes


class Crash(BaseException):
    """The spooler's process is killed here."""


def test_a_crash_before_it_is_saved_leaves_nothing_of_a_preparation(bench, monkeypatch):
    """SPL-21, SPL-76: neither the message is changed, nor is anything else sent."""

    def more(asked: Preprocessing) -> Preprocessed:
        asked.message.set_props({PR_SUBJECT: "sealed"})
        made = asked.folder.create_message()
        made.set_props({PR_SUBJECT: "a page"})
        made.modify_recipients(ModifyRecipients.ADD, [recipient("7@x")])
        return Preprocessed((made,))

    transport = Scripted()
    entry_id = bench.submit()
    ones = registered(of(ONE, more))
    with monkeypatch.context() as patched:
        patched.setattr("mapix.objects.messages.submit._go_on", _crashing)
        with pytest.raises(Crash):
            bench.spooler([transport], preprocessors=ones).pump()
    assert (transport.subjects, len(bench.queue())) == ([], 1)
    assert bench.spooler_store.open_entry(entry_id).get_prop(PR_SUBJECT) == "hello"
    bench.spooler_store.set_lock_state(entry_id, locked=False)
    assert bench.spooler([transport], preprocessors=ones).flush(60) == 0
    assert transport.subjects == ["sealed", "a page"]


def test_a_crash_after_it_is_saved_repeats_no_preparation(bench, monkeypatch):
    """SPL-21, SPL-76."""
    sealing, transport = Sealing(), Scripted()
    ones = registered(of(ONE, sealing.preprocess, sealing.remove))
    entry_id = bench.submit()
    with monkeypatch.context() as patched:
        patched.setattr("mapix.subsystem.spooler.journey.Journey._round", _crashing)
        with pytest.raises(Crash):
            bench.spooler([transport], preprocessors=ones).pump()
    bench.spooler_store.set_lock_state(entry_id, locked=False)
    assert bench.spooler([transport], preprocessors=ones).flush(60) == 0
    assert (transport.subjects, len(sealing.asked), sealing.undone) == (["sealed hello"], 1, 1)
    assert subjects(bench.contents()) == ["hello"]


def _crashing(*_: Any) -> None:
    raise Crash


# what fails


@pytest.mark.parametrize("error", [OSError("no key server"), KeyError(1), SystemExit(2), MemoryError()])
def test_a_message_whose_preparation_fails_waits_and_nothing_of_it_stays(bench, error):
    """SPL-21, SPL-14: it does not go out unprepared, and comes back to nobody."""
    shown: list[MapiError | None] = []

    def fail(asked: Preprocessing) -> None:
        asked.message.set_props({PR_SUBJECT: "half"})
        if len(shown) < 1:
            raise error

    transport = Scripted()
    entry_id = bench.submit()
    spooler = bench.spooler([transport], preprocessors=registered(of(ONE, fail, show=shown.append)), pace=QUICK)
    spooler.pump()
    (entry,) = bench.queue()
    assert (transport.subjects, bench.inbox(), entry.attempts) == ([], [], 1)
    assert type(error).__name__ in entry.reason
    assert bench.store.open_entry(entry_id, Access.READ).get_prop(PR_SUBJECT) == "hello"
    assert spooler.flush(60) == 0
    assert (transport.subjects, len(shown), shown[1]) == (["half"], 2, None)


def test_a_preprocessor_that_hangs_is_left_behind_and_cannot_touch_the_message_any_more(bench):
    """SPL-21: each has its time; other messages go on."""
    go_on, failed = threading.Event(), threading.Event()

    def hang(asked: Preprocessing) -> None:
        go_on.wait(60)
        try:
            asked.message.set_props({PR_SUBJECT: "too late"})
        except InvalidObject:
            failed.set()

    hung = of(ONE, hang, address_type="PAGER", seconds=0.1)
    slow, mail = Scripted(types=PAGER), Scripted()
    bench.submit([recipient("7@x", address_type="PAGER")], subject="page")
    bench.submit(subject="mail")
    spooler = bench.spooler([slow, mail], preprocessors=registered(hung), pace=Pace(first=3600))
    spooler.pump()
    assert (slow.subjects, mail.subjects) == ([], ["mail"])
    (entry,) = bench.queue()
    assert "0.1 seconds" in entry.reason
    go_on.set()
    assert failed.wait(60)


@pytest.mark.parametrize(
    "answer",
    [
        7,
        lambda asked: Preprocessed((asked.message,)),
        lambda asked: Preprocessed(bad=(RecipientResult(99, FAILED),)),
        lambda asked: Preprocessed(bad=(RecipientResult(0, RecipientState.SENT),)),
        lambda asked: Preprocessed(("a message",)),
        lambda asked: Preprocessed((asked.folder.create_message(),)),
    ],
)
def test_an_answer_that_is_none_puts_the_message_off(bench, answer):
    """SPL-21: the original is never in the array; bad recipients are its own; a message has recipients."""
    transport = Scripted()
    bench.submit()
    one = of(ONE, answer if callable(answer) else lambda asked: answer)
    bench.spooler([transport], preprocessors=registered(one), pace=Pace(first=3600)).pump()
    assert (transport.subjects, len(bench.queue())) == ([], 1)


def test_what_cannot_be_undone_is_sent_all_the_same(bench):
    """SPL-21."""

    def fail(message: Any) -> None:
        raise OSError("no")

    sealing, transport = Sealing(), Scripted()
    bench.submit()
    assert bench.spooler([transport], preprocessors=registered(of(ONE, sealing.preprocess, fail))).flush(60) == 0
    assert subjects(bench.contents()) == ["sealed hello"]


def test_a_transport_that_is_gone_prepares_nothing_any_more(bench):
    """SPL-20."""
    one, two = of(ONE, Sealing().preprocess), of(TWO, Sealing().preprocess)
    found = registered(one, two)
    assert found.may_want([recipient("bob@x")])
    found.forget([one])
    assert found.may_want([recipient("bob@x")])
    assert not found.may_want([recipient("bob@x") | {PR_RESPONSIBILITY: True}])
    found.forget([two])
    assert not found
    assert not found.may_want([recipient("bob@x")])
