"""Sending a message again to those it did not reach (SPL-30).

    message = drafts.create_message()
    begin_resend(report, message)
    message.submit_message()

`report` is the nondelivery report, which carries the original. Who has the original already is shown and not sent to;
who failed stands a second time, for the envelope only, and that row is left out of what is delivered (SPL-31).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from mapix.interfaces.message import Message, ModifyRecipients
from mapix.objects.messages.content import recipient_rows
from mapix.properties.correspondents import SENDER, SENT_REPRESENTING
from mapix.properties.entryid import search_key
from mapix.properties.errors import InvalidParameter, MapiError
from mapix.properties.flags import MAPI_P1, MAPI_SUBMITTED, MAPI_TO, MSGFLAG_RESEND, MSGFLAG_UNSENT
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_ATTACH_DATA_OBJ,
    PR_ATTACH_NUM,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_MESSAGE_CLASS,
    PR_MESSAGE_FLAGS,
    PR_MESSAGE_RECIPIENTS,
    PR_ORIG_MESSAGE_CLASS,
    PR_ORIGINAL_ENTRYID,
    PR_RECIPIENT_TYPE,
    PR_RESPONSIBILITY,
    PR_ROWID,
    PR_SEARCH_KEY,
)
from mapix.properties.value import Problems

_OF_REPORTS: Final = frozenset((PR_ROWID, PR_RESPONSIBILITY, PR_RECIPIENT_TYPE))

Row = dict[PropTag, Any]


def begin_resend(report: Message, message: Message) -> Problems:
    """Make the new message `message` the original of a nondelivery `report`, to be sent to whom it failed to reach.

    The properties that could not be taken over. Raises InvalidParameter for a report without the original.
    """
    original = _original(report)
    skipped = (*SENDER, *SENT_REPRESENTING, PR_MESSAGE_FLAGS, PR_MESSAGE_RECIPIENTS)
    problems = original.copy_to(message, exclude=skipped)
    values: Row = {
        PR_MESSAGE_CLASS: report.get_prop(PR_ORIG_MESSAGE_CLASS) or original.get_prop(PR_MESSAGE_CLASS, "IPM.Note"),
        PR_MESSAGE_FLAGS: MSGFLAG_UNSENT | MSGFLAG_RESEND,
    }
    if entry_id := report.get_prop(PR_ORIGINAL_ENTRYID) or original.get_prop(PR_ENTRYID):
        values[PR_ORIGINAL_ENTRYID] = entry_id
    message.set_props(values)
    message.modify_recipients(ModifyRecipients.REPLACE, _rows(recipient_rows(original), recipient_rows(report)))
    return problems


def _original(report: Message) -> Message:
    """The message in a report (SPL-68)."""
    table = report.get_attachment_table()
    table.set_columns([PR_ATTACH_NUM])
    for (number,) in table.query_rows(table.get_row_count()):
        try:
            return report.open_attach(number).open_property(PR_ATTACH_DATA_OBJ, Message)
        except MapiError:
            continue
    raise InvalidParameter("the report does not carry the message it is about", hint="a nondelivery report does")


def _rows(everybody: list[Row], failed: list[Row]) -> list[Row]:
    """All recipients as sent to already, and once more those who are to get the message."""
    shown = [_marked(row, row.get(PR_RECIPIENT_TYPE, MAPI_TO) | MAPI_SUBMITTED) for row in everybody]
    by_key = {_key(row): row for row in everybody}
    again = [by_key.get(_key(row), row) for row in failed]
    return [*shown, *(_marked(row, (row.get(PR_RECIPIENT_TYPE, MAPI_TO) & ~MAPI_SUBMITTED) | MAPI_P1) for row in again)]


def _marked(row: Mapping[PropTag, Any], kind: int) -> Row:
    return {tag: value for tag, value in row.items() if tag not in _OF_REPORTS} | {PR_RECIPIENT_TYPE: kind}


def _key(row: Mapping[PropTag, Any]) -> bytes:
    stored: bytes | None = row.get(PR_SEARCH_KEY)
    return stored or search_key(row.get(PR_ADDRTYPE, ""), row.get(PR_EMAIL_ADDRESS, ""))
