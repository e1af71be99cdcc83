"""The care of a store in memory: whether its dictionaries agree, and what it holds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from mapix.interfaces.care import Compaction, Finding, Progress, StoreStats
from mapix.properties.errors import NoSupport
from mapix.properties.flags import FOLDER_SEARCH, MSGFLAG_SUBMIT
from mapix.properties.tags import PR_FOLDER_TYPE, PR_MESSAGE_FLAGS
from mapix.providers.memory.mailbox import ROOT, Mailbox
from mapix.providers.memory.records import MessageRecord


class MemoryCare:
    """See `mapix.interfaces.care.Care`."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox

    def check(self) -> list[Finding]:
        """See `Care.check`."""
        with self.mailbox.lock:
            return [*_folders(self.mailbox), *_messages(self.mailbox), *_kept(self.mailbox), *_others(self.mailbox)]

    def repair(self) -> list[Finding]:
        """See `Care.repair`: nothing here is damaged but by mistakes of the program, which nobody can make good."""
        return self.check()

    def stats(self) -> StoreStats:
        """See `Care.stats`."""
        mailbox = self.mailbox
        with mailbox.lock:
            kinds = [record.values.get(PR_FOLDER_TYPE) for record in mailbox.folders.values()]
            inside = [part for record in mailbox.messages.values() for part in _all_parts(record)]
            return StoreStats(
                folders=len(mailbox.folders),
                search_folders=kinds.count(FOLDER_SEARCH),
                messages=len(mailbox.messages),
                associated=sum(record.associated for record in mailbox.messages.values()),
                deleted=len(mailbox.kept_messages),
                embedded=len(inside) - len(mailbox.messages),
                recipients=sum(len(record.recipients) for record in inside),
                attachments=sum(len(record.attachments) for record in inside),
                properties=sum(len(record.values) for record in inside),
                named_properties=len(mailbox.names),
                queued=len(mailbox.queue),
            )

    def compact(self, *, purge_before: int | None = None) -> Compaction:
        """See `Care.compact`: memory gives its room back by itself."""
        gone = 0
        if purge_before is not None:
            from mapix.providers.memory.retention import MemoryRetention

            gone = MemoryRetention(self.mailbox).purge_older(purge_before, 1 << 62)
        return Compaction(0, 0, gone)

    def backup(self, target: Path, *, progress: Progress | None = None) -> None:
        """See `Care.backup`."""
        raise NoSupport("a store in memory has no file", hint="mapix store copy")


def _all_parts(record: MessageRecord) -> Iterator[MessageRecord]:
    """A message and the messages inside it."""
    yield record
    for part in record.attachments.values():
        if part.message is not None:
            yield from _all_parts(part.message)


def _folders(mailbox: Mailbox) -> Iterator[Finding]:
    for number, folder in mailbox.folders.items():
        if number != ROOT and number not in mailbox.children.get(folder.parent, ()):
            yield Finding("folder not below the root", number, f"it is not among those of folder {folder.parent}")
    for parent, below in mailbox.children.items():
        for number in below:
            if number not in mailbox.folders or mailbox.folders[number].parent != parent:
                yield Finding("broken link", parent, f"folder {number} is not below it")


def _messages(mailbox: Mailbox) -> Iterator[Finding]:
    yield from _placed(mailbox.messages, mailbox.places, "message nowhere")
    for number, record in mailbox.messages.items():
        if record.folder not in mailbox.folders:
            yield Finding("message nowhere", number, f"folder {record.folder}")
        submitted = bool(record.values.get(PR_MESSAGE_FLAGS, 0) & MSGFLAG_SUBMIT)
        if submitted != (number in mailbox.queue):
            kind = "submitted without being queued" if submitted else "queued without being submitted"
            yield Finding(kind, number, f"flags {record.values.get(PR_MESSAGE_FLAGS)}")


def _kept(mailbox: Mailbox) -> Iterator[Finding]:
    yield from _placed(mailbox.kept_messages, mailbox.kept_places, "deleted message nowhere")
    for number in (*mailbox.kept_messages, *mailbox.kept_folders):
        if number in mailbox.messages or number in mailbox.folders:
            yield Finding("message both there and deleted", number)
    for number, folder in mailbox.kept_folders.items():
        if folder.parent not in mailbox.folders and folder.parent not in mailbox.kept_folders:
            yield Finding("deleted folder of no folder", number, f"folder {folder.parent}")


def _placed(
    messages: Mapping[int, MessageRecord], places: Mapping[tuple[int, bool], Mapping[int, None]], kind: str
) -> Iterator[Finding]:
    """Messages that their folder's list does not have, and entries of lists that are no messages."""
    for number, record in messages.items():
        if number not in places.get((record.folder, record.associated), ()):
            yield Finding(kind, number, f"it is not in the list of folder {record.folder}")
    for (folder, associated), numbers in places.items():
        for number in numbers:
            there = messages.get(number)
            if there is None or (there.folder, there.associated) != (folder, associated):
                yield Finding("broken link", folder, f"message {number} is not in it")


def _others(mailbox: Mailbox) -> Iterator[Finding]:
    for number in mailbox.queue:
        if number not in mailbox.messages:
            yield Finding("queued without being submitted", number, "there is no such message")
    for number, name in mailbox.names.items():
        if mailbox.ids.get(name) != number:
            yield Finding("named property without a way back", number, str(name))
    for folder, found in mailbox.links.items():
        for number in found:
            record = mailbox.messages.get(number)
            if record is None or record.associated:
                yield Finding("result that is no message of a folder", folder, f"message {number}")
