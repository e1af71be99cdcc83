"""Store tests: an open message is a copy, made when it was opened, of everything in it (P-221)."""

from __future__ import annotations

from typing import Any

from mapix.interfaces.message import Message, ModifyRecipients
from mapix.interfaces.prop import Access, Keep
from mapix.interfaces.table import query_all_rows
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_NUM,
    PR_BODY,
    PR_EMAIL_ADDRESS,
    PR_SUBJECT,
)
from mapix.testing.store_bench import Powers, StoreBench, entry_id_of, inner, recipient, recipients


def fill(message: Message, mark: str, count: int, *, inside: bool = False) -> None:
    """Let a message say `mark` everywhere, `count` times where there can be several; `inside` in messages inside."""
    message.set_props({PR_SUBJECT: mark, PR_BODY: mark * 10})
    people = [recipient(f"{mark}{one}@home.example") for one in range(count)]
    message.modify_recipients(ModifyRecipients.REPLACE, people)
    for (number,) in query_all_rows(message.get_attachment_table(), (PR_ATTACH_NUM,)):
        message.delete_attach(number)
    for one in range(count):
        _, attachment = message.create_attach()
        attachment.set_props({PR_ATTACH_LONG_FILENAME: f"{mark}{one}"})
        if inside:
            within = inner(attachment, create=True)
            fill(within, mark, count)
            within.save_changes()
        else:
            attachment.set_props({PR_ATTACH_DATA_BIN: mark.encode()})
        attachment.save_changes()


def said(message: Message, *, inside: bool = False) -> tuple[Any, ...]:
    """What `fill` has written into a message, as far as it is there."""
    columns = (PR_ATTACH_NUM, PR_ATTACH_LONG_FILENAME)
    files = sorted(query_all_rows(message.get_attachment_table(), columns))
    opened = [message.open_attach(number) for number, _ in files]
    return (
        message.get_prop(PR_SUBJECT),
        message.get_prop(PR_BODY),
        [address for (address,) in recipients(message, PR_EMAIL_ADDRESS)],
        [name for _, name in files],
        [said(inner(one)) if inside else one.get_prop(PR_ATTACH_DATA_BIN) for one in opened],
    )


def saying(mark: str, count: int, *, inside: bool = False) -> tuple[Any, ...]:
    """What `said` answers of a message after `fill`."""
    addresses = [f"{mark}{one}@home.example" for one in range(count)]
    data = [saying(mark, count) if inside else mark.encode()] * count
    return mark, mark * 10, addresses, [f"{mark}{one}" for one in range(count)], data


class OpeningTests(StoreBench):
    """Opening a message while others save it."""

    def filled(self, *, inside: bool = False) -> bytes:
        """A saved message."""
        message = self.folder().create_message()
        fill(message, "old", 2, inside=inside)
        message.save_changes(Keep.CLOSE)
        return entry_id_of(message)

    def refill(self, entry_id: bytes, *, inside: bool = False) -> None:
        """Save another content over it, by another opening."""
        message = self.message_of(entry_id)
        fill(message, "new", 3, inside=inside)
        message.save_changes(Keep.CLOSE)

    def test_an_open_message_stays_what_it_was_when_others_save_it(self) -> None:
        """P-221."""
        entry_id = self.filled()
        opened = self.message_of(entry_id, Access.READ)
        self.refill(entry_id)
        assert said(opened) == saying("old", 2)
        assert said(self.message_of(entry_id)) == saying("new", 3)

    def test_messages_inside_stay_what_they_were_too(self) -> None:
        """P-221."""
        self.need(Powers.EMBEDDED)
        entry_id = self.filled(inside=True)
        opened = self.message_of(entry_id, Access.READ)
        self.refill(entry_id, inside=True)
        assert said(opened, inside=True) == saying("old", 2, inside=True)
        assert said(self.message_of(entry_id), inside=True) == saying("new", 3, inside=True)

    def test_an_open_message_can_be_read_after_it_was_deleted(self) -> None:
        """P-221."""
        entry_id = self.filled()
        opened = self.message_of(entry_id, Access.READ)
        self.folder().delete_messages([entry_id])
        assert said(opened) == saying("old", 2)

    def test_what_was_saved_through_it_is_in_it(self) -> None:
        """P-221, P-215."""
        entry_id = self.filled()
        opened = self.message_of(entry_id)
        opened.set_props({PR_SUBJECT: "mine"})
        opened.save_changes(Keep.READWRITE)
        self.refill(entry_id)
        assert said(opened) == ("mine", *saying("old", 2)[1:])
        again = self.message_of(entry_id)
        again.modify_recipients(ModifyRecipients.ADD, [recipient("more@home.example")])
        again.save_changes(Keep.READWRITE)
        assert recipients(again, PR_EMAIL_ADDRESS) == recipients(self.message_of(entry_id), PR_EMAIL_ADDRESS)
        assert len(recipients(again)) == 4
