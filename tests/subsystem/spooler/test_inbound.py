"""Mail that arrives: what is set, where it goes, and that it arrives once."""

from __future__ import annotations

import struct

import pytest
from tests.spoolbench import ANN, recipient

from mapix.interfaces.notify import Event
from mapix.interfaces.prop import Access
from mapix.interfaces.spi import Placement
from mapix.objects.messages.content import recipient_rows
from mapix.objects.messages.correspondents import RCVD_REPRESENTING, RECEIVED_BY, SENDER, SENT_REPRESENTING
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.flags import (
    MSGFLAG_FROMME,
    MSGFLAG_READ,
    MSGFLAG_SUBMIT,
    MSGFLAG_UNMODIFIED,
    MSGFLAG_UNSENT,
)
from mapix.properties.named import PS_PUBLIC_STRINGS, PropertyName
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_METHOD,
    PR_BODY,
    PR_CLIENT_SUBMIT_TIME,
    PR_ENTRYID,
    PR_IPM_SUBTREE_ENTRYID,
    PR_IPM_WASTEBASKET_ENTRYID,
    PR_MESSAGE_CC_ME,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_DELIVERY_TIME,
    PR_MESSAGE_FLAGS,
    PR_MESSAGE_RECIP_ME,
    PR_MESSAGE_TO_ME,
    PR_REPLY_RECIPIENT_ENTRIES,
    PR_REPLY_RECIPIENT_NAMES,
    PR_SUBJECT,
)
from mapix.subsystem.spooler import inbound
from mapix.subsystem.spooler.inbound import arrived, deliver, flat_entry_list

BOB = SENDER.filled("Bob", "bob@example.com")


def mail(subject: str = "news", **more) -> MessageContent:
    props = {PR_SUBJECT: subject, PR_BODY: "text", **BOB, **RECEIVED_BY.filled("Ann", "ann@example.com")}
    return MessageContent(props | more.pop("values", {}), more.pop("rows", [recipient("ann@example.com")]), **more)


# what an incoming message gets


def test_the_sender_stands_for_himself_unless_he_says_otherwise():
    """SPL-51, M-002."""
    props = arrived(mail(), 1000, {}).properties
    assert SENT_REPRESENTING.smtp(props) == "bob@example.com"
    assert RCVD_REPRESENTING.smtp(props) == "ann@example.com"
    boss = SENT_REPRESENTING.filled("Boss", "boss@example.com")
    assert SENT_REPRESENTING.smtp(arrived(mail(values=boss), 1000, {}).properties) == "boss@example.com"


def test_times_and_class_are_filled_in_where_they_are_missing():
    """SPL-51, M-002."""
    props = arrived(mail(), 1000, {}).properties
    assert (props[PR_MESSAGE_DELIVERY_TIME], props[PR_CLIENT_SUBMIT_TIME]) == (1000, 1000)
    assert props[PR_MESSAGE_CLASS] == "IPM.Note"
    given = arrived(mail(values={PR_CLIENT_SUBMIT_TIME: 5, PR_MESSAGE_CLASS: "IPM.X"}), 1000, {}).properties
    assert (given[PR_CLIENT_SUBMIT_TIME], given[PR_MESSAGE_CLASS]) == (5, "IPM.X")


def test_answers_go_to_the_sender():
    """SPL-51, M-002."""
    props = arrived(mail(), 1000, {}).properties
    assert props[PR_REPLY_RECIPIENT_ENTRIES] == flat_entry_list([props[SENDER.entry_id]])
    assert props[PR_REPLY_RECIPIENT_NAMES] == "Bob"


def test_a_flat_entry_list_is_padded_to_four_bytes():
    assert flat_entry_list([b"abcde"]) == struct.pack("<III", 1, 12, 5) + b"abcde\0\0\0"


@pytest.mark.parametrize(
    ("kind", "named"), [(1, (True, False, True)), (2, (False, True, True)), (3, (False, False, True))]
)
def test_the_receiver_is_told_how_he_was_named(kind, named):
    """SPL-51."""
    props = arrived(mail(rows=[recipient("ANN@example.com", kind), recipient("x@example.com")]), 1, {}).properties
    assert (props[PR_MESSAGE_TO_ME], props[PR_MESSAGE_CC_ME], props[PR_MESSAGE_RECIP_ME]) == named


def test_a_receiver_who_is_not_in_the_list_was_not_named():
    props = arrived(mail(rows=[recipient("list@example.com")]), 1, {}).properties
    assert not any(props[tag] for tag in (PR_MESSAGE_TO_ME, PR_MESSAGE_CC_ME, PR_MESSAGE_RECIP_ME))


def test_mail_arrives_unread_and_unmodified():
    """SPL-51."""
    flags = arrived(mail(values={PR_MESSAGE_FLAGS: MSGFLAG_READ | MSGFLAG_UNSENT}), 1, {}).properties[PR_MESSAGE_FLAGS]
    assert flags == MSGFLAG_UNMODIFIED


def test_mail_from_oneself_says_so():
    """SPL-51."""
    assert arrived(mail(values=ANN), 1, ANN).properties[PR_MESSAGE_FLAGS] & MSGFLAG_FROMME
    assert not arrived(mail(), 1, ANN).properties[PR_MESSAGE_FLAGS] & MSGFLAG_FROMME
    for_bob = mail(values=ANN | RECEIVED_BY.filled("Bob", "bob@example.com"))
    assert not arrived(for_bob, 1, ANN).properties[PR_MESSAGE_FLAGS] & MSGFLAG_FROMME


# where it goes


def test_a_message_is_put_into_the_inbox_and_told(bench):
    """SPL-1, M-143; scenario 17."""
    told = []
    bench.spooler_store.notify_new_mail = told.append
    entry_id = deliver(bench.spooler_store, mail(), b"key")
    (message,) = bench.inbox()
    assert message.get_prop(PR_ENTRYID) == entry_id
    assert message.get_prop(PR_SUBJECT) == "news"
    flags = message.get_prop(PR_MESSAGE_FLAGS)
    assert flags & (MSGFLAG_READ | MSGFLAG_SUBMIT | MSGFLAG_UNSENT) == 0
    (news,) = told
    assert news.event is Event.NEW_MAIL
    assert news.entry_id == entry_id
    assert news.parent_id == bench.store.get_receive_folder("")[0]
    assert news.message_class == "IPM.Note"


def test_a_delivery_repeated_under_its_key_is_made_once(bench):
    assert deliver(bench.spooler_store, mail(), b"key") is not None
    assert deliver(bench.spooler_store, mail(), b"key") is None
    again = bench.open(spooler=True)
    assert deliver(again, mail(), b"key") is None
    again.close()
    assert len(bench.inbox()) == 1


def test_a_delivery_that_fails_is_not_remembered(bench, monkeypatch):
    def broken(*_):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(inbound, "write_content", broken)
        with pytest.raises(KeyboardInterrupt):
            deliver(bench.spooler_store, mail(), b"key")
    assert bench.inbox() == []
    assert deliver(bench.spooler_store, mail(), b"key") is not None


def test_the_receive_folder_of_the_longest_prefix_gets_the_message(bench):
    """Scenario 17."""
    root = bench.store.open_entry(bench.store.get_prop(PR_IPM_SUBTREE_ENTRYID), Access.MODIFY)
    orders = root.create_folder("Orders")
    bench.store.set_receive_folder("IPM.Note.Order", orders.get_prop(PR_ENTRYID))
    deliver(bench.spooler_store, mail("order", values={PR_MESSAGE_CLASS: "ipm.note.order.Big"}), b"1")
    deliver(bench.spooler_store, mail("orders", values={PR_MESSAGE_CLASS: "IPM.Note.Orders"}), b"2")
    assert [each.get_prop(PR_SUBJECT) for each in bench.messages(orders)] == ["order"]
    assert [each.get_prop(PR_SUBJECT) for each in bench.inbox()] == ["orders"]


def test_everything_in_the_message_arrives(bench):
    keyword = PropTag(0x8001001F)
    content = mail(values={keyword: "green"}, rows=[recipient("ann@example.com"), recipient("cy@example.com", 2)])
    content.names = {0x8001: PropertyName(PS_PUBLIC_STRINGS, "Colour")}
    content.attachments = [AttachmentContent({PR_ATTACH_METHOD: 1, PR_ATTACH_DATA_BIN: b"data"})]
    deliver(bench.spooler_store, content, b"key")
    (message,) = bench.inbox()
    name = PropertyName(PS_PUBLIC_STRINGS, "Colour")
    number = message.get_ids_from_names([name])[name]
    assert message.get_prop(PropTag.of(number, 0x1F)) == "green"
    assert len(recipient_rows(message)) == 2
    assert message.open_attach(0).get_prop(PR_ATTACH_DATA_BIN) == b"data"


class Hook:
    def __init__(self, *placements):
        self.placements, self.seen = list(placements), []

    def inbound(self, message, folder):
        self.seen.append((message.get_prop(PR_SUBJECT), folder))
        return self.placements.pop(0) if self.placements else Placement(folder)


def test_inbound_hooks_may_put_a_message_elsewhere(bench):
    """SPL-22, SPI-6; scenario 17."""
    elsewhere = bench.store.get_prop(PR_IPM_WASTEBASKET_ENTRYID)
    inbox = bench.store.get_receive_folder("")[0]
    first, second = Hook(Placement(elsewhere)), Hook()
    entry_id = deliver(bench.spooler_store, mail(), b"key", hooks=[first, second])
    assert (first.seen, second.seen) == ([("news", inbox)], [("news", elsewhere)])
    assert bench.inbox() == []
    assert [each.get_prop(PR_ENTRYID) for each in bench.contents(PR_IPM_WASTEBASKET_ENTRYID)] == [entry_id]


def test_an_inbound_hook_may_end_the_chain(bench):
    """SPI-6."""
    inbox = bench.store.get_receive_folder("")[0]
    second = Hook()
    deliver(bench.spooler_store, mail(), b"key", hooks=[Hook(Placement(inbox, stop=True)), second])
    assert second.seen == []


def test_an_inbound_hook_may_drop_a_message_and_it_stays_dropped(bench):
    """SPI-6; scenario 17."""
    assert deliver(bench.spooler_store, mail(), b"key", hooks=[Hook(Placement(None))]) is None
    assert bench.inbox() == bench.contents(PR_IPM_WASTEBASKET_ENTRYID) == []
    assert deliver(bench.spooler_store, mail(), b"key") is None


def test_an_inbound_hook_that_fails_loses_no_mail(bench):
    class Broken:
        def inbound(self, message, folder):
            raise RuntimeError("no")

    second = Hook()
    assert deliver(bench.spooler_store, mail(), b"key", hooks=[Broken(), second]) is not None
    assert len(second.seen) == 1
    assert len(bench.inbox()) == 1
