"""Reports: what machines read of them goes out as it came while it says the same (RP-001, RFC 3464, RFC 8098)."""

import email

import pytest

from mapix.formats.mime import MimeOptions, from_mime, to_mime
from mapix.formats.mime.addresses import Address
from mapix.formats.mime.people import recipient
from mapix.properties import tags as t
from mapix.properties.flags import MAPI_TO

ANEW = MimeOptions(original=False)


def status(action: str) -> str:
    return (
        "Reporting-MTA: dns; mx.example.org\r\nArrival-Date: Thu, 2 Jan 2020 12:00:00 +0000\r\nX-Queue: 7\r\n\r\n"
        "Original-Recipient: rfc822;bill@example.com\r\nFinal-Recipient: rfc822; bill@example.com\r\n"
        f"Action: {action}\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 unknown\r\nWill-Retry-Until: never\r\n"
    )


DISPOSITION = (
    "Reporting-UA: mua\r\nFinal-Recipient: rfc822; bill@example.com\r\nOriginal-Message-ID: <1@example.org>\r\n"
    "Disposition: manual-action/MDN-sent-manually; displayed\r\n"
)


def report(kind: str, machine: str) -> bytes:
    return (
        "From: mailer@example.org\r\nTo: Ann <ann@example.org>, Eve <eve@example.org>\r\nSubject: Report\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={kind}; boundary=b\r\n\r\n"
        f"--b\r\n\r\nIt did not arrive\r\n--b\r\nContent-Type: message/{kind}\r\n\r\n{machine}\r\n"
        "--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: ann@example.org\r\nSubject: Original\r\n\r\ntext\r\n--b--\r\n"
    ).encode()


def machine_part(data: bytes) -> str:
    """The bytes of the part that machines read, as text."""
    raw = data.decode()
    start = raw.index("\r\n\r\n", raw.index("Content-Type: message/d")) + 4
    return raw[start : raw.index("\r\n--", start)]


@pytest.mark.parametrize(
    ("kind", "machine", "message_class"),
    [
        ("delivery-status", status("failed"), "REPORT.IPM.Note.NDR"),
        ("delivery-status", status("delivered"), "REPORT.IPM.Note.DR"),
        ("delivery-status", status("delayed"), "REPORT.IPM.Note.Delayed"),
        ("delivery-status", status("relayed"), "REPORT.IPM.Note.Relayed"),
        ("disposition-notification", DISPOSITION, "REPORT.IPM.Note.IPNRN"),
        ("disposition-notification", DISPOSITION.replace("displayed", "deleted"), "REPORT.IPM.Note.IPNNRN"),
    ],
)
def test_a_report_is_one_and_goes_out_as_it_came(kind: str, machine: str, message_class: str) -> None:
    content = from_mime(report(kind, machine)).value
    assert content.get(t.PR_MESSAGE_CLASS) == message_class
    data = to_mime(content, options=ANEW)
    assert machine_part(data).strip() == machine.strip()
    assert b"To: Ann <ann@example.org>, Eve <eve@example.org>\r\n" in data
    parts = [part.get_content_type() for part in email.message_from_bytes(data).get_payload()]
    assert parts == ["text/plain", f"message/{kind}", "message/rfc822"]


def test_a_report_that_was_changed_says_what_the_properties_say() -> None:
    content = from_mime(report("delivery-status", status("failed"))).value
    content.recipients = [recipient(Address("", "joe@example.com"), MAPI_TO)]
    told = machine_part(to_mime(content, options=ANEW))
    assert "Final-Recipient: rfc822; joe@example.com" in told
    assert "X-Queue" not in told
