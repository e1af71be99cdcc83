"""The monthly report, and who has answered it: written for mapix."""

from __future__ import annotations

from collections.abc import Iterable

import mapix


def send_report(session: mapix.Session, month: str, figures: Iterable[tuple[str, int]], to: list[str]) -> None:
    """Send the figures of a month as a table, and attached as CSV."""
    rows = list(figures)
    cells = "".join(f"<tr><td>{name}</td><td>{amount}</td></tr>" for name, amount in rows)
    message = session.new(subject=f"Report {month}", html=f"<table>{cells}</table>", to=to, importance=2)
    message.attach("".join(f"{name};{amount}\n" for name, amount in rows).encode(), f"{month}.csv")
    message.submit()


def answered(session: mapix.Session, month: str) -> set[str]:
    """The addresses of those whose answer has arrived; their answers are marked as read."""
    found = set()
    for message in session.inbox.messages.where(mapix.Message.subject.contains(f"Report {month}")):
        if message.message_class == "IPM.Note" and message.sender_address:
            found.add(message.sender_address.lower())
            message.mark_read()
    return found
