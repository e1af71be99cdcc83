"""Header fields of messages written as Internet mail."""

import base64
from typing import Any

import pytest
from tests.formats.mime_cases import BILL, ME, NOON, note
from tests.formats.mime_written import ANN, parsed

from mapix.formats.mime import to_mime
from mapix.formats.mime.addresses import Address
from mapix.formats.mime.people import recipient, reply_props, role_props
from mapix.properties import tags
from mapix.properties.correspondents import SENDER
from mapix.properties.entryid import OneOff
from mapix.properties.flags import MAPI_BCC, MAPI_CC, MAPI_P1, MAPI_SUBMITTED, MAPI_TO
from mapix.properties.named import PS_INTERNET_HEADERS, PropertyName
from mapix.properties.tag import PropTag, PropType


def test_the_sender_stands_beside_the_one_it_sends_for() -> None:
    content = note(sender=ME)
    content.properties |= role_props(ANN, SENDER)
    message = parsed(content)
    assert message["From"].addresses[0].addr_spec == "me@example.com"
    assert message["Sender"].address.addr_spec == "ann@example.com"


def test_a_sender_who_sends_for_nobody_is_the_author() -> None:
    content = note(sender=None)
    content.properties |= role_props(ANN, SENDER)
    message = parsed(content)
    assert message["From"].addresses[0].addr_spec == "ann@example.com"
    assert message["Sender"] is None


def test_recipients_stand_under_their_kind_and_hidden_ones_nowhere() -> None:
    content = note()
    content.recipients = [
        recipient(BILL, MAPI_TO),
        recipient(ANN, MAPI_CC),
        recipient(Address("", "hidden@example.com"), MAPI_BCC),
        recipient(Address("", "again@example.com"), MAPI_TO | MAPI_P1),
        recipient(Address("", "before@example.com"), (MAPI_CC | MAPI_SUBMITTED) - (1 << 32)),
    ]
    message = parsed(content)
    assert [each.addr_spec for each in message["To"].addresses] == ["bill@example.com"]
    assert [each.addr_spec for each in message["Cc"].addresses] == ["ann@example.com", "before@example.com"]
    assert b"hidden" not in to_mime(content)
    assert b"again" not in to_mime(content)


def test_a_message_to_nobody_visible_is_to_undisclosed_recipients() -> None:
    content = note()
    content.recipients = [recipient(BILL, MAPI_BCC)]
    assert b"\r\nTo: undisclosed-recipients:;\r\n" in to_mime(content)


def test_a_recipient_of_another_system_is_shown_by_its_mail_address() -> None:
    content = note()
    content.recipients = [
        {tags.PR_ADDRTYPE: "EX", tags.PR_EMAIL_ADDRESS: "/o=x", tags.PR_SMTP_ADDRESS: "b@x.test"},
        {tags.PR_ENTRYID: OneOff("Ann", "SMTP", "ann@example.com").dump()},
    ]
    assert [each.addr_spec for each in parsed(content)["To"].addresses] == ["b@x.test", "ann@example.com"]


def test_answers_go_where_they_were_asked_to() -> None:
    content = note()
    content.properties |= reply_props([ANN, Address("", "list@example.com")])
    assert [each.addr_spec for each in parsed(content)["Reply-To"].addresses] == ["ann@example.com", "list@example.com"]


def test_the_message_identifier_can_be_given() -> None:
    assert parsed(note(), message_id="<given@example.com>")["Message-ID"] == "<given@example.com>"
    assert parsed(note(internet_message_id="bare@example.com"))["Message-ID"] == "<bare@example.com>"


def test_a_thread_is_carried() -> None:
    references = " ".join(f"<{number}@example.com>" for number in range(40))
    content = note(
        in_reply_to_id="<39@example.com>",
        internet_references=references,
        conversation_topic="Budget",
        conversation_index=bytes(range(200)),
    )
    message = parsed(content)
    assert message["In-Reply-To"] == "<39@example.com>"
    assert message["References"].split() == references.split()
    assert message["Thread-Topic"] == "Budget"
    assert base64.b64decode(str(message["Thread-Index"]).replace(" ", "")) == bytes(range(200))


@pytest.mark.parametrize(
    ("properties", "fields"),
    [
        ({"importance": 2}, {"Importance": "high", "X-Priority": "1"}),
        ({"importance": 0}, {"Importance": "low", "X-Priority": "5"}),
        ({"importance": 1}, {"Importance": None, "X-Priority": None}),
        ({"priority": 1}, {"Priority": "urgent"}),
        ({"priority": -1}, {"Priority": "non-urgent"}),
        ({"sensitivity": 1}, {"Sensitivity": "Personal"}),
        ({"sensitivity": 2}, {"Sensitivity": "Private"}),
        ({"sensitivity": 3}, {"Sensitivity": "Company-Confidential"}),
        ({"sensitivity": 0}, {"Sensitivity": None}),
        ({"expiry_time": NOON}, {"Expires": "Thu, 02 Jan 2020 12:00:00 +0000"}),
        ({"read_receipt_requested": True}, {"Disposition-Notification-To": "Me Myself <me@example.com>"}),
        ({"read_receipt_requested": False}, {"Disposition-Notification-To": None}),
    ],
)
def test_wishes_are_told(properties: dict[str, Any], fields: dict[str, str | None]) -> None:
    message = parsed(note(**properties))
    assert {name: message[name] for name in fields} == fields


def test_a_receipt_goes_to_the_one_named() -> None:
    entry_id = OneOff("Ann", "SMTP", "ann@example.com").dump()
    content = note(read_receipt_requested=True, read_receipt_entryid=entry_id)
    assert parsed(content)["Disposition-Notification-To"] == "Ann <ann@example.com>"


def test_named_header_properties_are_fields_but_cannot_replace_ours() -> None:
    content = note()
    content.names = {
        0x8001: PropertyName(PS_INTERNET_HEADERS, "X-Mailer"),
        0x8002: PropertyName(PS_INTERNET_HEADERS, "From"),
        0x8003: PropertyName(PS_INTERNET_HEADERS, "Bad Name"),
        0x8004: PropertyName(PS_INTERNET_HEADERS, "Content-Type"),
    }
    content.properties |= {PropTag.of(number, PropType.UNICODE): f"value {number:x}" for number in content.names}
    message = parsed(content)
    assert message["X-Mailer"] == "value 8001"
    assert message.get_all("From") == ["Me Myself <me@example.com>"]
    assert b"8003" not in to_mime(content)
    assert message.get_content_type() == "text/plain"
