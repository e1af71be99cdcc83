"""Reports: failures, deliveries and receipts, written and read."""

import email
import email.policy

import pytest
from tests.formats.mime_cases import ME, NOON, attached, embedded, note

from mapix.formats.mime import from_mime, to_mime
from mapix.formats.mime.addresses import Address
from mapix.formats.mime.people import address_of, recipient, role_props
from mapix.formats.mime.reports import NDR_STATUS_CODE
from mapix.properties import tags
from mapix.properties.content import MessageContent
from mapix.properties.correspondents import RCVD_REPRESENTING
from mapix.properties.flags import MAPI_TO

POSTMASTER = Address("Postmaster", "postmaster@example.com")
NOBODY = Address("Nobody", "nobody@example.com")
REPLY = "550 5.1.1 no such user here"


def report(kind: str, **row: object) -> MessageContent:
    """A report on one recipient of a message that `ME` sent."""
    content = note(
        "Undeliverable: Hello", "It did not work.", sender=POSTMASTER, message_class=f"REPORT.IPM.Note.{kind}"
    )
    content.properties |= role_props(ME, RCVD_REPRESENTING)
    more = {getattr(tags, f"PR_{name.upper()}"): value for name, value in row.items()}
    content.recipients = [recipient(NOBODY, MAPI_TO) | more]
    content.attachments = [embedded(note("Hello", "Hi", NOBODY))]
    return content


def failure() -> MessageContent:
    return report("NDR", supplementary_info=REPLY, ndr_reason_code=0, ndr_diag_code=1, report_time=NOON)


def test_a_failure_is_a_report_of_three_parts() -> None:
    message = email.message_from_bytes(to_mime(failure()), policy=email.policy.default)
    assert message.get_content_type() == "multipart/report"
    assert message.get_param("report-type") == "delivery-status"
    assert [part.get_content_type() for part in message.iter_parts()] == [
        "text/plain",
        "message/delivery-status",
        "message/rfc822",
    ]
    assert message["To"] == "Me Myself <me@example.com>"
    assert message["From"] == "Postmaster <postmaster@example.com>"


def test_the_part_for_machines_tells_who_and_why() -> None:
    message = email.message_from_bytes(to_mime(failure()))
    about, who = message.get_payload(1).get_payload()
    assert about["Reporting-MTA"] == "dns; localhost"
    assert dict(who.items()) == {
        "Final-Recipient": "rfc822; nobody@example.com",
        "X-Display-Name": "Nobody",
        "Action": "failed",
        "Status": "5.1.1",
        "Diagnostic-Code": f"smtp; {REPLY}",
        "X-MAPI-NDR": "reason=0; diagnostic=1",
        "Last-Attempt-Date": "Thu, 02 Jan 2020 12:00:00 +0000",
    }


@pytest.mark.parametrize(
    ("told", "status"),
    [("550 5.1.1 no", "5.1.1"), ("452 full", "4.0.0"), ("broken", "5.0.0"), ("250 2.0.0 ok", "5.0.0")],
)
def test_the_status_is_found_in_what_the_server_said(told: str, status: str) -> None:
    message = email.message_from_bytes(to_mime(report("NDR", supplementary_info=told)))
    assert message.get_payload(1).get_payload(1)["Status"] == status


def test_a_failure_comes_back() -> None:
    back = from_mime(to_mime(failure()))
    content = back.value
    assert back.defects == ()
    assert content.get(tags.PR_MESSAGE_CLASS) == "REPORT.IPM.Note.NDR"
    assert content.get(tags.PR_REPORT_TEXT).strip() == "It did not work."
    assert content.get(tags.PR_ORIGINAL_SUBJECT) == "Hello"
    assert address_of(content.properties, RCVD_REPRESENTING) == ME
    (row,) = content.recipients
    assert row[tags.PR_EMAIL_ADDRESS] == "nobody@example.com"
    assert row[tags.PR_SUPPLEMENTARY_INFO] == REPLY
    assert (row[tags.PR_NDR_REASON_CODE], row[tags.PR_NDR_DIAG_CODE], row[NDR_STATUS_CODE]) == (0, 1, 511)
    assert row[tags.PR_REPORT_TIME] == NOON


def test_a_failure_written_again_has_three_parts_still() -> None:
    content = from_mime(to_mime(from_mime(to_mime(failure())).value)).value
    assert [each.message is not None for each in content.attachments].count(True) == 1
    assert len(content.attachments) == 2
    hidden = [each for each in content.attachments if each.properties.get(tags.PR_ATTACHMENT_HIDDEN)]
    assert b"Final-Recipient" in hidden[0].properties[tags.PR_ATTACH_DATA_BIN]


def test_other_attachments_of_a_report_stand_with_its_text() -> None:
    content = failure()
    content.attachments.append(attached("log.txt", b"log"))
    message = email.message_from_bytes(to_mime(content))
    assert message.get_payload(0).get_content_type() == "multipart/mixed"
    back = from_mime(to_mime(content)).value
    assert "log.txt" in [each.properties.get(tags.PR_ATTACH_LONG_FILENAME) for each in back.attachments]


def test_a_delivery_is_told_as_one() -> None:
    data = to_mime(report("DR"))
    assert email.message_from_bytes(data).get_payload(1).get_payload(1)["Action"] == "delivered"
    assert from_mime(data).value.get(tags.PR_MESSAGE_CLASS) == "REPORT.IPM.Note.DR"


@pytest.mark.parametrize(("kind", "what"), [("IPNRN", "displayed"), ("IPNNRN", "deleted")])
def test_a_receipt_goes_to_its_recipients(kind: str, what: str) -> None:
    content = report(kind)
    content.recipients = [recipient(ME, MAPI_TO)]
    message = email.message_from_bytes(to_mime(content))
    assert message.get_param("report-type") == "disposition-notification"
    assert message["To"] == "Me Myself <me@example.com>"
    told = message.get_payload(1).get_payload(0)
    assert told["Disposition"].endswith(what)
    assert told["Original-Message-ID"] == "<1@example.com>"
    back = from_mime(to_mime(content)).value
    assert back.get(tags.PR_MESSAGE_CLASS) == f"REPORT.IPM.Note.{kind}"
    assert [row[tags.PR_EMAIL_ADDRESS] for row in back.recipients] == ["me@example.com"]


def test_a_report_text_stands_in_for_a_missing_body() -> None:
    content = failure()
    del content.properties[tags.PR_BODY]
    content.properties[tags.PR_REPORT_TEXT] = "The report itself"
    assert b"The report itself" in to_mime(content)


def test_a_recipient_without_a_mail_address_is_named() -> None:
    content = failure()
    content.recipients = [{tags.PR_DISPLAY_NAME: "Somebody\r\nAction: delivered", tags.PR_RECIPIENT_TYPE: 1}]
    who = email.message_from_bytes(to_mime(content)).get_payload(1).get_payload(1)
    assert who["Final-Recipient"] == "x-unknown; Somebody Action: delivered"
    assert who.get_all("Action") == ["failed"]


def test_a_report_without_its_part_is_a_message() -> None:
    data = b'Content-Type: multipart/report; boundary="b"; report-type=x\r\n\r\n--b\r\n\r\ntext\r\n--b--\r\n'
    back = from_mime(data)
    assert back.value.get(tags.PR_MESSAGE_CLASS) == "IPM.Note"
    assert any("no part for machines" in defect.what for defect in back.defects)
