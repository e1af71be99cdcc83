"""Messages as mail with everything in winmail.dat."""

from __future__ import annotations

import pytest
from tests.formats.tnef.tnef_cases import message, told

from mapix.formats.mime import from_mime, to_mime
from mapix.formats.mime.options import MimeOptions
from mapix.formats.tnef.wrap import wrap
from mapix.properties import tags as t
from mapix.properties.content import MessageContent


def test_what_was_wrapped_is_the_same_where_it_is_unwrapped() -> None:
    """P-004."""
    content = message()
    content.properties[t.PR_INTERNET_MESSAGE_ID] = "<1@example.com>"
    data = to_mime(wrap(content))
    assert b"X-MS-TNEF-Correlator: <1@example.com>" in data
    again = from_mime(data).value
    keep = (t.PR_SUBJECT, t.PR_IMPORTANCE, t.PR_BODY, t.PR_SENDER_EMAIL_ADDRESS)
    assert [again.get(tag) for tag in keep] == [content.get(tag) for tag in keep]
    inner, before = again.attachments[1].message, content.attachments[1].message
    assert inner is not None
    assert before is not None
    assert told(inner)[1] == told(before)[1]
    names = {again.names[tag >> 16].name for tag in again.properties if tag >> 16 >= 0x8000}
    assert {0x8503, "Keywords", "X-Mailer"} <= names


def test_text_for_everybody_is_made_of_html_where_there_is_none() -> None:
    html = MessageContent({t.PR_HTML: b"<p>Hello <b>Bob</b></p>", t.PR_INTERNET_CPID: 65001})
    content = from_mime(to_mime(wrap(html)), options=MimeOptions(unwrap=False)).value
    assert "Hello" in content.properties[t.PR_BODY]
    assert t.PR_HTML not in content.properties


@pytest.mark.parametrize("name", ["REPORT.IPM.Note.NDR", "REPORT.IPM.Note.IPNRN", "IPM.Note.SMIME.MultipartSigned"])
def test_reports_and_what_is_signed_are_left_as_they_are(name: str) -> None:
    content = MessageContent({t.PR_MESSAGE_CLASS: name})
    assert wrap(content) is content


def test_the_message_itself_is_not_changed() -> None:
    content, same = message(), message()
    wrap(content)
    assert told(content) == told(same)
