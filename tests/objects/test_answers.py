"""Beginning answers, and passing messages on; what leaves a message when it is sent."""

from typing import Any

import pytest

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Keep
from mapix.objects.messages.answers import NOT_ANSWERED, begin_forward, begin_reply
from mapix.objects.messages.transmit import outgoing
from mapix.properties.content import MessageContent
from mapix.properties.conversation import conversation_index, depth_of, thread_of
from mapix.properties.correspondents import RECEIVED_BY, SENDER, SENT_REPRESENTING
from mapix.properties.entryid import OneOff
from mapix.properties.entrylist import dump_entries
from mapix.properties.flags import MAPI_BCC, MAPI_CC, MAPI_TO
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_BODY,
    PR_CONVERSATION_INDEX,
    PR_CONVERSATION_TOPIC,
    PR_EMAIL_ADDRESS,
    PR_IN_REPLY_TO_ID,
    PR_INTERNET_MESSAGE_ID,
    PR_INTERNET_REFERENCES,
    PR_MESSAGE_DELIVERY_TIME,
    PR_NORMALIZED_SUBJECT,
    PR_READ_RECEIPT_REQUESTED,
    PR_RECIPIENT_TYPE,
    PR_REPLY_RECIPIENT_ENTRIES,
    PR_SEARCH_KEY,
    PR_SUBJECT,
    PR_SUBJECT_PREFIX,
)
from mapix.testing.store_bench import recipient, recipients

BOB = SENDER.filled("Bob", "bob@example.com") | SENT_REPRESENTING.filled("Bob", "bob@example.com")


@pytest.fixture
def original(folder: MapiFolder) -> Message:
    """A message that Bob sent to Ann, Cay, Dan and, in secret, to Eve."""
    message = folder.create_message()
    me = RECEIVED_BY.filled("Ann", "ann@example.com")
    message.set_props(
        BOB
        | me
        | {
            PR_SUBJECT: "RE: Budget",
            PR_BODY: "text",
            PR_READ_RECEIPT_REQUESTED: True,
            PR_MESSAGE_DELIVERY_TIME: 1,
            PR_INTERNET_MESSAGE_ID: "<2@example.com>",
            PR_INTERNET_REFERENCES: "<1@example.com>",
            PR_CONVERSATION_INDEX: conversation_index(),
        }
    )
    rows = [("ann", MAPI_TO), ("cay", MAPI_TO), ("dan", MAPI_CC), ("eve", MAPI_BCC)]
    message.modify_recipients(ModifyRecipients.ADD, [recipient(f"{name}@example.com", kind) for name, kind in rows])
    _, attachment = message.create_attach()
    attachment.set_props({PR_ATTACH_DATA_BIN: b"data"})
    attachment.save_changes()
    message.save_changes(Keep.READWRITE)
    return message


def addresses(message: Message) -> list[tuple[Any, ...]]:
    return recipients(message, PR_EMAIL_ADDRESS, PR_RECIPIENT_TYPE)


def test_a_reply_goes_to_who_sent_the_message_and_continues_its_thread(folder: MapiFolder, original: Message) -> None:
    """M-021, M-022, M-150."""
    answer = folder.create_message()
    begin_reply(original, answer)
    answer.save_changes(Keep.READONLY)
    assert addresses(answer) == [("bob@example.com", MAPI_TO)]
    assert answer.get_props((PR_SUBJECT, PR_SUBJECT_PREFIX, PR_NORMALIZED_SUBJECT, PR_CONVERSATION_TOPIC)) == {
        PR_SUBJECT: "RE: Budget",
        PR_SUBJECT_PREFIX: "RE: ",
        PR_NORMALIZED_SUBJECT: "Budget",
        PR_CONVERSATION_TOPIC: "Budget",
    }
    index = answer.get_prop(PR_CONVERSATION_INDEX)
    assert (depth_of(index), thread_of(index)) == (1, thread_of(original.get_prop(PR_CONVERSATION_INDEX)))
    assert answer.get_prop(PR_IN_REPLY_TO_ID) == "<2@example.com>"
    assert answer.get_prop(PR_INTERNET_REFERENCES) == "<1@example.com> <2@example.com>"
    assert answer.get_prop(PR_BODY) == "text"
    assert answer.get_attachment_table().get_row_count() == 0


def test_nothing_of_the_way_here_is_in_the_answer(folder: MapiFolder, original: Message) -> None:
    """M-150, P-180."""
    answer = folder.create_message()
    begin_reply(original, answer)
    kept = {tag.id for tag in answer.get_props(NOT_ANSWERED)}
    assert {PropTag.of(number, 0) for number in kept} <= {PropTag(0x0E070000), PropTag(0x003D0000)}
    assert answer.get_prop(PR_INTERNET_MESSAGE_ID) is None
    assert answer.get_prop(PR_SEARCH_KEY) != original.get_prop(PR_SEARCH_KEY)


def test_a_reply_to_everybody_leaves_out_who_answers_and_whom_nobody_knows_of(
    folder: MapiFolder, original: Message
) -> None:
    """M-150: no BCC rows, and not the receiver's own."""
    answer = folder.create_message()
    begin_reply(original, answer, everybody=True)
    assert addresses(answer) == [
        ("bob@example.com", MAPI_TO),
        ("cay@example.com", MAPI_TO),
        ("dan@example.com", MAPI_CC),
    ]


def test_answers_go_where_the_sender_wants_them(folder: MapiFolder, original: Message) -> None:
    """Objects 4.1, PR_REPLY_RECIPIENT_ENTRIES."""
    entries = dump_entries([OneOff("List", "SMTP", "list@example.com").dump(), b"\0\0\0\0opaque"])
    original.set_props({PR_REPLY_RECIPIENT_ENTRIES: entries})
    answer = folder.create_message()
    begin_reply(original, answer)
    assert addresses(answer) == [("list@example.com", MAPI_TO), (None, MAPI_TO)]
    original.set_props({PR_REPLY_RECIPIENT_ENTRIES: b"damaged", PR_CONVERSATION_INDEX: b"damaged"})
    begin_reply(original, answer)
    assert addresses(answer) == [("bob@example.com", MAPI_TO)]
    assert depth_of(answer.get_prop(PR_CONVERSATION_INDEX)) == 0


def test_a_message_is_passed_on_with_its_attachments_to_nobody_yet(folder: MapiFolder, original: Message) -> None:
    """M-150."""
    copy = folder.create_message()
    begin_forward(original, copy)
    copy.save_changes(Keep.READONLY)
    assert copy.get_prop(PR_SUBJECT) == "FW: Budget"
    assert addresses(copy) == []
    assert copy.open_attach(0).get_prop(PR_ATTACH_DATA_BIN) == b"data"


def test_an_answer_to_nothing_much_is_still_one(folder: MapiFolder) -> None:
    empty, answer = folder.create_message(), folder.create_message()
    begin_reply(empty, answer, everybody=True)
    assert answer.get_prop(PR_SUBJECT) == "RE: "
    assert addresses(answer) == []


@pytest.mark.parametrize(
    ("tag", "leaves"), [(0x0037001F, True), (0x0E1D001F, False), (0x60000003, False), (0x68000003, True)]
)
def test_only_what_is_transmittable_leaves(tag: int, leaves: bool) -> None:
    """P-005: what never leaves is never received."""
    content = MessageContent({PropTag(tag): "x" if tag & 0xFFFF == 0x1F else 1})
    sent = outgoing(content, sender={}, message_id="<1@example.com>", now=1)
    assert (PropTag(tag) in sent.properties) is leaves
