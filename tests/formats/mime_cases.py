"""Messages made up for the tests of MIME."""

from __future__ import annotations

import re
from typing import Any

from hypothesis import strategies as st

from mapix.formats.mime.addresses import Address, smtp_form
from mapix.formats.mime.people import recipient, role_props
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.correspondents import SENDER, SENT_REPRESENTING
from mapix.properties.flags import ATTACH_BY_VALUE, ATTACH_EMBEDDED_MSG, MAPI_CC, MAPI_TO
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_LONG_FILENAME,
    PR_ATTACH_METHOD,
    PR_BODY,
    PR_CLIENT_SUBMIT_TIME,
    PR_HTML,
    PR_INTERNET_CPID,
    PR_INTERNET_MESSAGE_ID,
    PR_SUBJECT,
)

NOON = 132224400000000000
ME = Address("Me Myself", "me@example.com")
BILL = Address("Bill", "bill@example.com")

LINES = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Zl", "Zp"]), max_size=60)
"""Text of one line, as subjects and names are."""

TEXTS = st.text(st.characters(codec="utf-8"), max_size=300)
"""Any text."""

NAMES = LINES.map(str.strip)
FILE_NAMES = NAMES.filter(bool)
DOMAINS = st.from_regex(r"[a-z][a-z0-9]{0,8}\.(test|example)", fullmatch=True)
LOCALS = st.one_of(
    st.from_regex(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]{1,12}(\.[a-z0-9]{1,5})?", fullmatch=True),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1, max_size=12),
    LINES.filter(bool),
)
ADDRESSES = st.tuples(LOCALS, DOMAINS).map("@".join).map(smtp_form).filter(bool)
PEOPLE = st.builds(Address, NAMES, ADDRESSES)


def note(
    subject: str | None = "Hello",
    text: str | None = "Hi there",
    *people: Address,
    html: str | None = None,
    sender: Address | None = ME,
    **more: Any,
) -> MessageContent:
    """A message to `people`; `more` are properties by the lower-case rest of their names."""
    from mapix.properties import tags

    props: dict[PropTag, Any] = {PR_CLIENT_SUBMIT_TIME: NOON, PR_INTERNET_MESSAGE_ID: "<1@example.com>"}
    if sender is not None:
        props |= role_props(sender, SENDER) | role_props(sender, SENT_REPRESENTING)
    if subject is not None:
        props[PR_SUBJECT] = subject
    if text is not None:
        props[PR_BODY] = text
    if html is not None:
        props |= {PR_HTML: html.encode(), PR_INTERNET_CPID: 65001}
    props |= {getattr(tags, f"PR_{name.upper()}"): value for name, value in more.items()}
    return MessageContent(props, [recipient(person, MAPI_TO) for person in people or (BILL,)])


def attached(name: str, data: Any, **more: Any) -> AttachmentContent:
    """A file; `more` are properties by the lower-case rest of their names after PR_ATTACH_."""
    from mapix.properties import tags

    props = {PR_ATTACH_METHOD: ATTACH_BY_VALUE, PR_ATTACH_LONG_FILENAME: name, PR_ATTACH_DATA_BIN: data}
    return AttachmentContent(props | {getattr(tags, f"PR_ATTACH_{key.upper()}"): value for key, value in more.items()})


def embedded(message: MessageContent) -> AttachmentContent:
    """A message inside another."""
    return AttachmentContent({PR_ATTACH_METHOD: ATTACH_EMBEDDED_MSG}, message)


def canonical(text: str) -> str:
    """Text with the line ends of mail."""
    return re.sub(r"\r\n?|\n", "\r\n", text)


@st.composite
def messages(draw: st.DrawFn, depth: int = 1) -> MessageContent:
    """Messages with everything that has to survive a journey."""
    html = draw(st.none() | TEXTS.map(lambda text: f"<p>{text}</p>"))
    text = draw(TEXTS if html is None else st.none() | TEXTS)
    people = draw(st.lists(PEOPLE, min_size=1, max_size=4))
    content = note(draw(LINES), text, *people, html=html, sender=draw(PEOPLE))
    content.recipients += [recipient(person, MAPI_CC) for person in draw(st.lists(PEOPLE, max_size=2))]
    content.attachments = [attached(*each) for each in draw(st.lists(st.tuples(FILE_NAMES, st.binary()), max_size=3))]
    if depth and draw(st.booleans()):
        content.attachments.append(embedded(draw(messages(depth=depth - 1))))
    return content
