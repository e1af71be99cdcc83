"""What every kind of item has to carry, by section of the specifications: a table a kind."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import mapix
from mapix.properties import named_tags
from mapix.properties.content import MessageContent
from mapix.properties.tag import PropTag
from mapix.properties.tagnames import by_name, names_of_named

ANY = object()
"""There, whatever it is."""

EVERY = {
    "PR_MESSAGE_CLASS": ("[MS-OXCMSG] 2.2.1.3", ANY),
    "PR_MESSAGE_FLAGS": ("[MS-OXCMSG] 2.2.1.6", ANY),
    "PR_MESSAGE_SIZE": ("[MS-OXCFOLD] 2.2.2.2.1.10", ANY),
    "PR_CREATION_TIME": ("[MS-OXCMSG] 2.2.2.3", ANY),
    "PR_LAST_MODIFICATION_TIME": ("[MS-OXCMSG] 2.2.2.2", ANY),
    "PR_SEARCH_KEY": ("[MS-OXCPRPT] 2.2.1.9", ANY),
    "PR_SUBJECT": ("[MS-OXCMSG] 2.2.1.46", ANY),
    "PR_NORMALIZED_SUBJECT": ("[MS-OXCMSG] 2.2.1.10", ANY),
    "PR_IMPORTANCE": ("[MS-OXCMSG] 2.2.1.11", ANY),
    "PR_PRIORITY": ("[MS-OXCMSG] 2.2.1.12", ANY),
    "PR_SENSITIVITY": ("[MS-OXCMSG] 2.2.1.13", ANY),
    "PidLidSideEffects": ("[MS-OXCMSG] 2.2.1.16", ANY),
    "PR_MESSAGE_LOCALE_ID": ("[MS-OXCMSG] 2.2.1.5", 0x409),
    "PR_ALTERNATE_RECIPIENT_ALLOWED": ("[MS-OXCMSG] 2.2.1.36", True),
    "PR_INTERNET_CPID": ("[MS-OXCMSG] 2.2.1.56.6", 65001),
    "PR_ICON_INDEX": ("[MS-OXOMSG] 2.2.1.10", ANY),
    "PR_STORE_SUPPORT_MASK": ("[MS-OXMSG] 2.1.1.1, STORE_UNICODE_OK", 0x40000),
}
MAIL = EVERY | {
    "PR_MESSAGE_CLASS": ("[MS-OXCMSG] 2.2.1.3", "IPM.Note"),
    "PR_CONVERSATION_TOPIC": ("[MS-OXOMSG] 2.2.1.5", "Q3"),
    "PR_CONVERSATION_INDEX": ("[MS-OXOMSG] 2.2.1.3", ANY),
    "PR_ORIGINATOR_DELIVERY_REPORT_REQUESTED": ("[MS-OXOMSG] 2.2.1.20", False),
    "PR_READ_RECEIPT_REQUESTED": ("[MS-OXOMSG] 2.2.1.29", False),
    "PR_DELETE_AFTER_SUBMIT": ("[MS-OXOMSG] 2.2.3.8", False),
    "PR_DISPLAY_TO": ("[MS-OXOMSG] 2.2.1.9", "Bob"),
    "PR_MSG_EDITOR_FORMAT": ("[MS-OXOMSG] 2.2.1.78", ANY),
    "PidLidSmartNoAttach": ("[MS-OXCMSG] 2.2.1.14", False),
}
ROLE = ("NAME", "ADDRTYPE", "EMAIL_ADDRESS", "ENTRYID", "SEARCH_KEY", "SMTP_ADDRESS")
SENT = MAIL | {
    "PR_MESSAGE_FLAGS": ("[MS-OXCMSG] 2.2.1.6: read, sent", 1),
    "PR_ICON_INDEX": ("[MS-OXOMSG] 2.2.1.10: read mail", 0x100),
    "PR_CLIENT_SUBMIT_TIME": ("[MS-OXOMSG] 2.2.3.11", ANY),
    "PR_MESSAGE_DELIVERY_TIME": ("[MS-OXOMSG] 2.2.3.9", ANY),
    "PR_INTERNET_MESSAGE_ID": ("[MS-OXOMSG] 2.2.1.12", ANY),
    **{f"PR_SENDER_{part}": ("[MS-OXOMSG] 2.2.1.47 to 52", ANY) for part in ROLE},
    **{f"PR_SENT_REPRESENTING_{part}": ("[MS-OXOMSG] 2.2.1.53 to 58", ANY) for part in ROLE},
}
DRAFT = MAIL | {
    "PR_MESSAGE_FLAGS": ("[MS-OXCMSG] 2.2.1.6: read, unsent", 9),
    "PR_ICON_INDEX": ("[MS-OXOMSG] 2.2.1.10: unsent mail", 0x103),
}
RECIPIENT = {
    "PR_RECIPIENT_TYPE": ("[MS-OXOMSG] 2.2.3.1", 1),
    "PR_DISPLAY_NAME": ("[MS-OXCDATA] 2.8.3.2", "Bob"),
    "PR_ADDRTYPE": ("[MS-OXOABK] 2.2.3.13", "SMTP"),
    "PR_EMAIL_ADDRESS": ("[MS-OXOABK] 2.2.3.14", "bob@example.org"),
    "PR_SMTP_ADDRESS": ("[MS-OXOABK] 2.2.3.21", "bob@example.org"),
    "PR_ENTRYID": ("[MS-OXCDATA] 2.2.5.1: a one-off", ANY),
    "PR_SEARCH_KEY": ("[MS-OXCPRPT] 2.2.1.9", b"SMTP:BOB@EXAMPLE.ORG\0"),
    "PR_ROWID": ("[MS-OXCMSG] 2.2.1.38", 0),
    "PR_OBJECT_TYPE": ("[MS-OXCPRPT] 2.2.1.7", 6),
    "PR_DISPLAY_TYPE": ("[MS-OXOABK] 2.2.3.11", 0),
    "PR_SEND_RICH_INFO": ("[MS-OXOABK] 2.2.3.18", False),
    "PR_SEND_INTERNET_ENCODING": ("[MS-OXOABK] 2.2.3.19", 0),
    "PR_RECIPIENT_DISPLAY_NAME": ("[MS-OXCMSG] 2.2.1.54", "Bob"),
    "PR_RECIPIENT_ENTRYID": ("[MS-OXCMSG] 2.2.1.55", ANY),
    "PR_RECIPIENT_FLAGS": ("[MS-OXOCAL] 2.2.4.10.1", 1),
    "PR_RECIPIENT_TRACKSTATUS": ("[MS-OXOCAL] 2.2.4.10.2", 0),
    "PR_RECIPIENT_ORDER": ("[MS-OXCMSG] 2.2.1.40", 0),
}
ATTACHED = {
    "PR_ATTACH_NUM": ("[MS-OXCMSG] 2.2.2.6", 0),
    "PR_ATTACH_METHOD": ("[MS-OXCMSG] 2.2.2.9", 1),
    "PR_RENDERING_POSITION": ("[MS-OXCMSG] 2.2.2.16", -1),
    "PR_ATTACH_SIZE": ("[MS-OXCMSG] 2.2.2.5", ANY),
    "PR_ATTACH_LONG_FILENAME": ("[MS-OXCMSG] 2.2.2.10", "chart.png"),
    "PR_ATTACH_FILENAME": ("[MS-OXCMSG] 2.2.2.11", "chart.png"),
    "PR_ATTACH_EXTENSION": ("[MS-OXCMSG] 2.2.2.12", ".png"),
    "PR_ATTACH_MIME_TAG": ("[MS-OXCMSG] 2.2.2.29", "image/png"),
    "PR_DISPLAY_NAME": ("[MS-OXCMSG] 2.2.2.4", "chart.png"),
    "PR_CREATION_TIME": ("[MS-OXCMSG] 2.2.2.3", ANY),
    "PR_LAST_MODIFICATION_TIME": ("[MS-OXCMSG] 2.2.2.2", ANY),
    "PR_RECORD_KEY": ("[MS-OXCPRPT] 2.2.1.8", ANY),
    "PR_ATTACH_DATA_BIN": ("[MS-OXCMSG] 2.2.2.7", b"\x89PNG"),
}
INLINE = ATTACHED | {
    "PR_ATTACH_CONTENT_ID": ("[MS-OXCMSG] 2.2.2.29", "chart.png"),
    "PR_ATTACH_FLAGS": ("[MS-OXCMSG] 2.2.2.18: shown in the body", 4),
    "PR_ATTACHMENT_HIDDEN": ("[MS-OXCMSG] 2.2.2.24", True),
}
CONTACT = EVERY | {
    "PR_MESSAGE_CLASS": ("[MS-OXCMSG] 2.2.1.3", "IPM.Contact"),
    "PR_ICON_INDEX": ("[MS-OXOMSG] 2.2.1.10", 0x200),
    "PR_DISPLAY_NAME": ("[MS-OXOCNTC] 2.2.1.1", "Ann Archer"),
    "PidLidFileUnder": ("[MS-OXOCNTC] 2.2.1.1.11", "Archer, Ann"),
    "PidLidFileUnderId": ("[MS-OXOCNTC] 2.2.1.1.12", 0x8017),
    "PidLidEmail1DisplayName": ("[MS-OXOCNTC] 2.2.1.2.1", "Ann Archer (ann@example.org)"),
    "PidLidEmail1AddressType": ("[MS-OXOCNTC] 2.2.1.2.2", "SMTP"),
    "PidLidEmail1EmailAddress": ("[MS-OXOCNTC] 2.2.1.2.3", "ann@example.org"),
    "PidLidEmail1OriginalDisplayName": ("[MS-OXOCNTC] 2.2.1.2.4", "ann@example.org"),
    "PidLidEmail1OriginalEntryId": ("[MS-OXOCNTC] 2.2.1.2.5", ANY),
    "PidLidAddressBookProviderEmailList": ("[MS-OXOCNTC] 2.2.1.2.11", (0,)),
    "PidLidAddressBookProviderArrayType": ("[MS-OXOCNTC] 2.2.1.2.12", 1),
    "PidLidPostalAddressId": ("[MS-OXOCNTC] 2.2.1.3.9", 0),
    "PidLidHasPicture": ("[MS-OXOCNTC] 2.2.1.8.1", False),
    "PidLidPrivate": ("[MS-OXCMSG] 2.2.1.15", False),
}
LIST = EVERY | {
    "PR_MESSAGE_CLASS": ("[MS-OXCMSG] 2.2.1.3", "IPM.DistList"),
    "PR_ICON_INDEX": ("[MS-OXOMSG] 2.2.1.10", 0x202),
    "PidLidDistributionListName": ("[MS-OXOCNTC] 2.2.2.1.2", "Team"),
    "PR_DISPLAY_NAME": ("[MS-OXOCNTC] 2.2.2.1", "Team"),
    "PidLidFileUnder": ("[MS-OXOCNTC] 2.2.1.1.11", "Team"),
    "PidLidDistributionListMembers": ("[MS-OXOCNTC] 2.2.2.2.1", ANY),
    "PidLidDistributionListOneOffMembers": ("[MS-OXOCNTC] 2.2.2.2.2", ANY),
    "PidLidDistributionListChecksum": ("[MS-OXOCNTC] 2.2.2.2.3", ANY),
}
TASK = EVERY | {
    "PR_MESSAGE_CLASS": ("[MS-OXCMSG] 2.2.1.3", "IPM.Task"),
    "PR_ICON_INDEX": ("[MS-OXOMSG] 2.2.1.10", 0x500),
    "PidLidTaskMode": ("[MS-OXOTASK] 2.2.3.2", 0),
    "PidLidTaskStatus": ("[MS-OXOTASK] 2.2.2.2.2", 1),
    "PidLidPercentComplete": ("[MS-OXOFLAG] 2.2.2.3", 0.5),
    "PidLidTaskDueDate": ("[MS-OXOTASK] 2.2.2.2.5", ANY),
    "PidLidTaskResetReminder": ("[MS-OXOTASK] 2.2.2.2.6", False),
    "PidLidTaskAccepted": ("[MS-OXOTASK] 2.2.2.2.7", False),
    "PidLidTaskDeadOccurrence": ("[MS-OXOTASK] 2.2.2.2.8", False),
    "PidLidTaskActualEffort": ("[MS-OXOTASK] 2.2.2.2.11", 0),
    "PidLidTaskEstimatedEffort": ("[MS-OXOTASK] 2.2.2.2.12", 120),
    "PidLidTaskVersion": ("[MS-OXOTASK] 2.2.2.2.13", 1),
    "PidLidTaskState": ("[MS-OXOTASK] 2.2.2.2.14", 1),
    "PidLidTaskLastUpdate": ("[MS-OXOTASK] 2.2.2.2.10", ANY),
    "PidLidTaskComplete": ("[MS-OXOTASK] 2.2.2.2.20", False),
    "PidLidTaskFRecurring": ("[MS-OXOTASK] 2.2.2.2.28", False),
    "PidLidTaskOwnership": ("[MS-OXOTASK] 2.2.2.2.29", 0),
    "PidLidTaskAcceptanceState": ("[MS-OXOTASK] 2.2.2.2.30", 0),
    "PidLidTaskFFixOffline": ("[MS-OXOTASK] 2.2.2.2.31", False),
    "PidLidCommonEnd": ("[MS-OXCMSG] 2.2.1.19", ANY),
    "PidLidReminderSet": ("[MS-OXORMDR] 2.2.1.1", False),
}
NOTE = EVERY | {
    "PR_MESSAGE_CLASS": ("[MS-OXCMSG] 2.2.1.3", "IPM.StickyNote"),
    "PR_ICON_INDEX": ("[MS-OXOMSG] 2.2.1.10", 0x301),
    "PR_BODY": ("[MS-OXCMSG] 2.2.1.56.1", "Milk\r\nEggs"),
    "PR_SUBJECT": ("[MS-OXCMSG] 2.2.1.46", "Milk"),
    "PidLidNoteColor": ("[MS-OXONOTE] 2.2.1.1", 1),
    "PidLidNoteWidth": ("[MS-OXONOTE] 2.2.1.2", 200),
    "PidLidNoteHeight": ("[MS-OXONOTE] 2.2.1.3", ANY),
    "PidLidNoteX": ("[MS-OXONOTE] 2.2.1.4", ANY),
    "PidLidNoteY": ("[MS-OXONOTE] 2.2.1.5", ANY),
}
JOURNAL = EVERY | {
    "PR_MESSAGE_CLASS": ("[MS-OXCMSG] 2.2.1.3", "IPM.Activity"),
    "PR_ICON_INDEX": ("[MS-OXOMSG] 2.2.1.10", 0x60A),
    "PidLidLogType": ("[MS-OXOJRNL] 2.2.1.1", "Phone call"),
    "PidLidLogTypeDesc": ("[MS-OXOJRNL] 2.2.1.2", "Phone call"),
    "PidLidLogStart": ("[MS-OXOJRNL] 2.2.1.3", ANY),
    "PidLidLogDuration": ("[MS-OXOJRNL] 2.2.1.5", 20),
    "PidLidLogEnd": ("[MS-OXOJRNL] 2.2.1.4", ANY),
    "PidLidLogFlags": ("[MS-OXOJRNL] 2.2.1.6", 0),
    "PidLidLogDocumentPrinted": ("[MS-OXOJRNL] 2.2.1.7", False),
    "PidLidLogDocumentSaved": ("[MS-OXOJRNL] 2.2.1.8", False),
    "PidLidLogDocumentRouted": ("[MS-OXOJRNL] 2.2.1.9", False),
    "PidLidLogDocumentPosted": ("[MS-OXOJRNL] 2.2.1.10", False),
    "PidLidCommonStart": ("[MS-OXCMSG] 2.2.1.18", ANY),
    "PidLidCommonEnd": ("[MS-OXCMSG] 2.2.1.19", ANY),
}
POST = EVERY | {
    "PR_MESSAGE_CLASS": ("[MS-OXCMSG] 2.2.1.3", "IPM.Post"),
    "PR_ICON_INDEX": ("[MS-OXOMSG] 2.2.1.10", 1),
    "PR_CONVERSATION_INDEX": ("[MS-OXOMSG] 2.2.1.3", ANY),
    "PR_CONVERSATION_TOPIC": ("[MS-OXOMSG] 2.2.1.5", "Q3"),
    "PR_CLIENT_SUBMIT_TIME": ("[MS-OXOMSG] 2.2.3.11", ANY),
    "PR_MESSAGE_DELIVERY_TIME": ("[MS-OXOMSG] 2.2.3.9", ANY),
    "PR_INTERNET_MESSAGE_ID": ("[MS-OXOMSG] 2.2.1.12", ANY),
    "PR_SENDER_NAME": ("[MS-OXOMSG] 2.2.1.51", "Ann"),
    "PR_SENT_REPRESENTING_NAME": ("[MS-OXOMSG] 2.2.1.57", "Ann"),
}
REPORT = EVERY | {
    "PR_ORIGINAL_SUBJECT": ("[MS-OXOMSG] 2.2.2.16", "Q3"),
    "PR_ORIGINAL_DISPLAY_TO": ("[MS-OXOMSG] 2.2.2.3", "Bob"),
    "PR_ORIGINAL_SUBMIT_TIME": ("[MS-OXOMSG] 2.2.2.17", ANY),
    "PR_REPORT_TEXT": ("[MS-OXOMSG] 2.2.2.23", ANY),
    "PR_REPORT_TIME": ("RP-007", ANY),
    "PR_SENDER_NAME": ("[MS-OXOMSG] 2.2.1.51", ANY),
}
NDR = REPORT | {
    "PR_MESSAGE_CLASS": ("[MS-OXCMSG] 2.2.1.3", "REPORT.IPM.Note.NDR"),
    "PR_ICON_INDEX": ("[MS-OXOMSG] 2.2.1.10", 0x10A),
}
FAILED = {
    "PR_RECIPIENT_TYPE": ("RP-008", 1),
    "PR_DISPLAY_NAME": ("RP-008", "Bob"),
    "PR_EMAIL_ADDRESS": ("RP-008", "bob@example.org"),
    "PR_ORIGINAL_DISPLAY_NAME": ("RP-008", "Bob"),
    "PR_ORIGINAL_ENTRYID": ("RP-008", ANY),
    "PR_NDR_REASON_CODE": ("[MS-OXOMSG] 2.2.2.31", 0),
    "PR_NDR_DIAG_CODE": ("[MS-OXOMSG] 2.2.2.30", 0),
    "PR_SUPPLEMENTARY_INFO": ("[MS-OXOMSG] 2.2.2.36", "550 5.1.1 no such user"),
    "PR_REPORT_TIME": ("RP-007", ANY),
}


def mail(**fields: Any) -> mapix.Message:
    message = mapix.Message(subject="Q3", text="Hello", to=["Bob <bob@example.org>"], **fields)
    return message


def sent() -> mapix.Message:
    return mail(sender="Ann <ann@example.org>")


def illustrated() -> mapix.Message:
    message = mapix.Message(subject="Q3", html='<img src="cid:chart.png">', to=["Bob <bob@example.org>"])
    message.attach(b"\x89PNG", "chart.png", inline=True)
    return message


def with_file() -> mapix.Message:
    message = sent()
    message.attach(b"\x89PNG", "chart.png")
    return message


def task() -> mapix.Task:
    return mapix.Task(subject="Q3", due=date(2026, 3, 31), percent_complete=0.5, estimated=timedelta(hours=2))


def journal() -> mapix.JournalEntry:
    start = datetime(2026, 1, 1, 9, tzinfo=UTC)
    return mapix.JournalEntry(subject="Q3", type="Phone call", start=start, duration=timedelta(minutes=20))


def contact() -> mapix.Contact:
    return mapix.Contact(given_name="Ann", surname="Archer", emails=["ann@example.org"])


Needed = Mapping[str, tuple[str, Any]]


@dataclass
class Kind:
    """An item, and what its file has to have, its first recipient and its first attachment."""

    make: Callable[[], mapix.Message]
    needed: Needed
    recipient: Needed = field(default_factory=dict)
    attachment: Needed = field(default_factory=dict)


KINDS = {
    "sent mail": Kind(sent, SENT, RECIPIENT),
    "draft": Kind(lambda: mail(draft=True), DRAFT, RECIPIENT),
    "mail with a file": Kind(
        with_file, SENT | {"PR_MESSAGE_FLAGS": ("", 0x11), "PR_HASATTACH": ("", True)}, {}, ATTACHED
    ),
    "mail with an image": Kind(
        illustrated,
        MAIL | {"PidLidSmartNoAttach": ("", True), "PR_MSG_EDITOR_FORMAT": ("", 2), "PR_HASATTACH": ("", True)},
        RECIPIENT,
        INLINE,
    ),
    "contact": Kind(contact, CONTACT),
    "distribution list": Kind(lambda: mapix.DistributionList("Team", members=["bob@example.org"]), LIST),
    "task": Kind(task, TASK),
    "note": Kind(lambda: mapix.Note("Milk\r\nEggs", color="green"), NOTE),
    "journal entry": Kind(journal, JOURNAL),
    "post": Kind(lambda: mapix.Post(subject="Q3", text="Hello", sender="Ann <ann@example.org>"), POST),
    "nondelivery report": Kind(
        lambda: mapix.Report.failed(sent(), {"Bob <bob@example.org>": "550 5.1.1 no such user"}), NDR, FAILED
    ),
    "delivery report": Kind(
        lambda: mapix.Report.delivered_to(sent(), ["bob@example.org"]),
        REPORT | {"PR_MESSAGE_CLASS": ("", "REPORT.IPM.Note.DR"), "PR_ICON_INDEX": ("", 0x108)},
    ),
    "read receipt": Kind(
        lambda: mapix.Report.read(sent(), "Bob <bob@example.org>"),
        REPORT | {"PR_MESSAGE_CLASS": ("", "REPORT.IPM.Note.IPNRN"), "PR_ICON_INDEX": ("", 0x109)},
    ),
    "unread receipt": Kind(
        lambda: mapix.Report.not_read(sent(), "Bob <bob@example.org>"),
        REPORT | {"PR_MESSAGE_CLASS": ("", "REPORT.IPM.Note.IPNNRN"), "PR_ICON_INDEX": ("", 0x10B)},
    ),
}


def by_names(values: Mapping[PropTag, Any], content: MessageContent) -> dict[str, Any]:
    """Values by the names of their properties."""
    found = {}
    for tag, value in values.items():
        name = content.names.get(tag >> 16)
        if name is not None:
            found |= dict.fromkeys(names_of_named(name), value)
            assert tag.type in named_tags.NAMED_TYPES.get(name, (tag.type,))
        else:
            found[int(tag)] = value
    return found


def missing(needed: Needed, values: Mapping[PropTag, Any], content: MessageContent) -> list[str]:
    """What is not there, or is something else."""
    found: Mapping[Any, Any] = by_names(values, content)
    wrong = []
    for name, (source, wanted) in needed.items():
        value = found.get(name if name.startswith("Pid") else int(by_name(name)))
        if value is None or (wanted is not ANY and value != wanted):
            wrong.append(f"{name} {source}: {value!r} instead of {'a value' if wanted is ANY else repr(wanted)}")
    return wrong
