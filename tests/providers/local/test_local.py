"""Local delivery: from one store to others of the same directory, each once."""

from __future__ import annotations

import pytest
from tests.spoolbench import ANN, Bench, Scripted, Section, Support, recipient

from mapix.interfaces.spi import RecipientState
from mapix.objects.messages.content import recipient_rows
from mapix.properties.correspondents import RECEIVED_BY, SENDER, SENT_REPRESENTING
from mapix.properties.errors import StoreFull
from mapix.properties.flags import MSGFLAG_FROMME, MSGFLAG_READ
from mapix.properties.tags import (
    PR_BODY,
    PR_EMAIL_ADDRESS,
    PR_IDENTITY_DISPLAY,
    PR_INTERNET_MESSAGE_ID,
    PR_MESSAGE_CC_ME,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_MESSAGE_RECIP_ME,
    PR_MESSAGE_TO_ME,
    PR_REPORT_TEXT,
    PR_RESPONSIBILITY,
    PR_SEARCH_KEY,
    PR_SUBJECT,
)
from mapix.providers.local.transport import LocalProvider
from mapix.subsystem.spooler.delivery import NOBODY, Pace

ANNS, BOBS, CYS = "ann@example.com", "bob@example.com", "cy@example.com"


@pytest.fixture
def ann(tmp_path):
    with Bench(tmp_path, "ann") as bench:
        yield bench


@pytest.fixture
def bob(tmp_path):
    with Bench(tmp_path, "bob", SENDER.filled("Bob", BOBS)) as bench:
        yield bench


@pytest.fixture
def cy(tmp_path):
    with Bench(tmp_path, "cy", SENDER.filled("Cy", CYS)) as bench:
        yield bench


def local(**settings):
    return LocalProvider().logon(Support(Section(settings)))


def test_a_message_arrives_in_the_mailbox_of_its_recipient(ann, bob):
    ann.submit([BOBS], "hello", values={PR_BODY: "dear Bob"})
    assert ann.spooler([local()]).flush(60) == 0
    (message,) = bob.inbox()
    (kept,) = ann.contents()
    assert message.get_prop(PR_SUBJECT) == "hello"
    assert message.get_prop(PR_BODY) == "dear Bob"
    assert message.get_prop(PR_MESSAGE_CLASS) == "IPM.Note"
    assert message.get_prop(PR_MESSAGE_FLAGS) & (MSGFLAG_READ | MSGFLAG_FROMME) == 0
    assert message.get_prop(PR_INTERNET_MESSAGE_ID) == kept.get_prop(PR_INTERNET_MESSAGE_ID)
    assert message.get_prop(PR_SEARCH_KEY) == kept.get_prop(PR_SEARCH_KEY)
    props = message.get_props(None)
    assert SENDER.smtp(props) == SENT_REPRESENTING.smtp(props) == ANNS
    assert RECEIVED_BY.smtp(props) == BOBS
    assert [row[PR_EMAIL_ADDRESS] for row in recipient_rows(message)] == [BOBS]
    assert not any(row.get(PR_RESPONSIBILITY) for row in recipient_rows(message))


def test_everybody_is_told_how_he_was_named_and_nobody_sees_blind_copies(ann, bob, cy):
    ann.submit([recipient(ANNS), recipient(BOBS, 2), recipient(CYS, 3)])
    assert ann.spooler([local()]).flush(60) == 0
    named = {}
    for bench in (ann, bob, cy):
        (message,) = bench.inbox()
        assert sorted(row[PR_EMAIL_ADDRESS] for row in recipient_rows(message)) == [ANNS, BOBS]
        tags = (PR_MESSAGE_TO_ME, PR_MESSAGE_CC_ME, PR_MESSAGE_RECIP_ME)
        named[bench] = tuple(message.get_prop(tag) for tag in tags)
    assert list(named.values()) == [(True, False, True), (False, True, True), (False, False, True)]


def test_who_has_no_mailbox_here_goes_to_the_next_transport(ann, bob):
    """SPL-10."""
    ann.submit([BOBS, "zoe@elsewhere.example"])
    smtp = Scripted()
    assert ann.spooler([local(), smtp]).flush(60) == 0
    assert smtp.addresses == [["zoe@elsewhere.example"]]
    assert len(bob.inbox()) == 1


def test_without_another_transport_the_sender_is_told(ann, bob):
    """SPL-10."""
    ann.submit([BOBS, "zoe@elsewhere.example"])
    assert ann.spooler([local()]).flush(60) == 0
    (report,) = ann.inbox()
    assert {row[PR_EMAIL_ADDRESS]: row[PR_REPORT_TEXT] for row in recipient_rows(report)} == {
        "zoe@elsewhere.example": NOBODY
    }
    assert len(bob.inbox()) == 1


def test_two_rows_for_one_mailbox_make_one_message(ann, bob):
    ann.submit([BOBS, BOBS.upper()])
    assert ann.spooler([local()]).flush(60) == 0
    assert len(bob.inbox()) == 1
    assert ann.inbox() == []


def test_a_crash_after_the_delivery_makes_no_second_one(ann, bob, cy):
    """SPL-76."""
    ann.submit([BOBS, CYS])

    class Killed(BaseException):
        pass

    transport = local()
    deliver = transport._support.deliver

    def dies(store, content, key):
        deliver(store, content, key)
        raise Killed

    transport._support.deliver = dies
    with pytest.raises(Killed):
        ann.spooler([transport]).pump()
    ann.spooler_store.outgoing.resign()
    ann.spooler_store.close()
    ann.spooler_store = ann.open(spooler=True)
    assert ann.spooler([local()]).flush(60) == 0
    assert len(bob.inbox()) == len(cy.inbox()) == 1
    assert ann.inbox() == []


def test_a_full_mailbox_is_tried_again_and_does_not_stop_the_others(ann, bob, cy):
    ann.submit([BOBS, CYS])
    transport = local()
    deliver, full = transport._support.deliver, [True]

    def refuses(store, content, key):
        if full[0] and RECEIVED_BY.smtp(content.properties) == BOBS:
            raise StoreFull("the mailbox is full")
        return deliver(store, content, key)

    transport._support.deliver = refuses
    spooler = ann.spooler([transport], pace=Pace(first=3600))
    spooler.pump()
    assert len(cy.inbox()) == 1
    assert ann.queue()[0].reason == "the mailbox is full"
    full[0] = False
    assert spooler.flush(60) == 0
    assert len(bob.inbox()) == len(cy.inbox()) == 1


def test_a_damaged_mailbox_is_tried_again_and_does_not_stop_the_others(ann, bob):
    with Bench(ann.path.parent, "cy", SENDER.filled("Cy", CYS)) as cy:
        damaged = cy.path
    damaged.write_bytes(b"no store at all")
    ann.submit([CYS, BOBS], "hello")
    ann.spooler([local()], pace=Pace(first=3600, most=3600)).pump()
    assert len(bob.inbox()) == 1
    rows = recipient_rows(ann.spooler_store.open_entry(ann.queue()[0].entry_id))
    assert {row[PR_EMAIL_ADDRESS]: row[PR_RESPONSIBILITY] for row in rows} == {CYS: False, BOBS: True}
    assert "store" in ann.queue()[0].reason


def test_a_message_to_oneself_arrives(ann):
    ann.submit([ANNS])
    support = Support(identity=ANN)
    assert ann.spooler([LocalProvider().logon(support)]).flush(60) == 0
    (message,) = ann.inbox()
    assert message.get_prop(PR_MESSAGE_FLAGS) & MSGFLAG_FROMME


def test_progress_is_recorded_for_each_mailbox(ann, bob, cy):
    """SPL-76."""
    ann.submit([BOBS, CYS])
    heard = []
    transport = local()

    class Listening(Scripted):
        def submit_message(self, submission):
            progress = submission.progress
            object.__setattr__(submission, "progress", lambda results: (heard.append(results), progress(results)))
            return transport.submit_message(submission)

    assert ann.spooler([Listening()]).flush(60) == 0
    assert [[each.state for each in results] for results in heard] == [[RecipientState.SENT]] * 2


def test_the_identity_comes_from_the_settings():
    """SES-42."""
    assert LocalProvider().identity(Support(Section({}))) == {}
    identity = LocalProvider().identity(Support(Section({"address": ANNS})))
    assert identity[PR_IDENTITY_DISPLAY] == ANNS
