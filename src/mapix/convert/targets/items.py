"""Calendars and cards: what appointments, meetings and contacts are to other programs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from mapix.convert.targets.base import Target
from mapix.formats.mime.write_calendar import calendar_bytes, method_of
from mapix.formats.mime.write_contact import card_bytes, is_contact
from mapix.formats.mime.writing import Writing
from mapix.properties.content import MessageContent


class Calendar(Target):
    """One iCalendar file an appointment or meeting."""

    def fits(self, content: MessageContent) -> bool:
        """Whether it is an appointment or a meeting that has a start."""
        writing = Writing(content)
        method = method_of(writing)
        return method is not None and calendar_bytes(writing, method) is not None

    def write(self, content: MessageContent, path: Path, title: str) -> None:
        """See `Target`."""
        writing = Writing(content)
        path.write_bytes(calendar_bytes(writing, method_of(writing) or "PUBLISH") or b"")


class CardFile(Target):
    """One vCard a contact."""

    def fits(self, content: MessageContent) -> bool:
        """Whether it is a contact."""
        return is_contact(content)

    def write(self, content: MessageContent, path: Path, title: str) -> None:
        """See `Target`."""
        path.write_bytes(card_bytes(Writing(content)))


TARGETS: Final[dict[str, type[Target]]] = {"ics": Calendar, "vcf": CardFile}
