"""The messages of a series' occurrences that differ, inside hidden attachments of it ([MS-OXOCAL] 2.2.10)."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from typing import Any, Final

from mapix.formats.calendar.appointment import ExceptionInfo
from mapix.formats.calendar.wire import moment_of
from mapix.formats.mime.values import number_of
from mapix.properties import tags as t
from mapix.properties.content import AttachmentContent, MessageContent
from mapix.properties.flags import ATTACH_EMBEDDED_MSG
from mapix.properties.tag import PropTag
from mapix.properties.times import from_datetime

EXCEPTION_CLASS: Final = "IPM.OLE.CLASS.{00061055-0000-0000-C000-000000000046}"
"""PR_MESSAGE_CLASS of the message of an occurrence ([MS-OXOCAL] 2.2.10.2.1)."""

IS_EXCEPTION: Final = 2
"""afException of PR_ATTACHMENT_FLAGS ([MS-OXOCAL] 2.2.10.1.2)."""

_NOT_PLACED: Final = -1


def is_exception(attachment: AttachmentContent) -> bool:
    """Whether an attachment has the message of an occurrence."""
    told = number_of(attachment.properties, t.PR_ATTACHMENT_FLAGS)
    return attachment.message is not None and bool(told & IS_EXCEPTION)


def exception_messages(content: MessageContent) -> dict[int, MessageContent]:
    """The messages of the occurrences that differ, by when each would have begun (FILETIME)."""
    found = {}
    for each in content.attachments:
        when = each.properties.get(t.PR_EXCEPTION_REPLACETIME)
        if isinstance(when, int) and each.message is not None and is_exception(each):
            found[when] = each.message
    return found


def exception_attachment(one: ExceptionInfo, message: MessageContent, zone: tzinfo) -> AttachmentContent:
    """The attachment for an occurrence: when it begins and ends in the time of its place, and when it would have begun.

    Parameters: `one` as the recurrence has it, `message` its message, `zone` the zone of the series. Source:
    [MS-OXOCAL] 2.2.10.1.
    """
    props: dict[PropTag, Any] = {
        t.PR_ATTACH_METHOD: ATTACH_EMBEDDED_MSG,
        t.PR_ATTACH_FLAGS: 0,
        t.PR_ATTACHMENT_FLAGS: IS_EXCEPTION,
        t.PR_ATTACHMENT_HIDDEN: True,
        t.PR_ATTACHMENT_LINKID: 0,
        t.PR_RENDERING_POSITION: _NOT_PLACED,
        t.PR_DISPLAY_NAME: "Untitled",
        t.PR_EXCEPTION_STARTTIME: from_datetime(moment_of(one.start).replace(tzinfo=UTC)),
        t.PR_EXCEPTION_ENDTIME: from_datetime(moment_of(one.end).replace(tzinfo=UTC)),
        t.PR_EXCEPTION_REPLACETIME: planned(one, zone),
    }
    return AttachmentContent(props, message)


def planned(one: ExceptionInfo, zone: tzinfo) -> int:
    """When an occurrence would have begun (FILETIME)."""
    local: datetime = moment_of(one.original)
    return from_datetime(local.replace(tzinfo=zone))
