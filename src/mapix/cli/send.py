"""`mapix send`: a message into the Outbox, and with `--wait` on its way."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from mapix.cli.abstate import failed_books_told
from mapix.cli.base import command
from mapix.cli.output import say
from mapix.cli.sessions import logged_on, profile_option, wait_option
from mapix.properties.errors import InvalidParameter
from mapix.properties.interrupts import undisturbed

if TYPE_CHECKING:
    from mapix.client.addressbook import AddressBook
    from mapix.client.message import Message
    from mapix.client.recipient import Addressee, Recipient
    from mapix.client.session import Session


@command(
    examples=(
        'mapix send --to ann@example.org --subject Hello --text "Good morning" --wait',
        'mapix send --to "Ann Archer <ann@example.org>, bob@example.org" --subject Q3 --text - --attach q3.pdf < text',
    )
)
@click.option(
    "--to", multiple=True, metavar="ADDRESSES", help="Who it goes to: addresses, or names in the address book."
)
@click.option("--cc", multiple=True, metavar="ADDRESSES", help="Who gets a copy.")
@click.option("--bcc", multiple=True, metavar="ADDRESSES", help="Who gets a copy that nobody else sees.")
@click.option("--subject", default="", help="What it is about.")
@click.option("--text", help="The text; - reads it from stdin.")
@click.option("--html", help="The text as HTML; - reads it from stdin.")
@click.option("--attach", multiple=True, metavar="FILE", help="A file to attach; repeatable.")
@wait_option
@profile_option
def send(
    to: tuple[str, ...],
    cc: tuple[str, ...],
    bcc: tuple[str, ...],
    subject: str,
    text: str | None,
    html: str | None,
    attach: tuple[str, ...],
    wait: float | None,
    profile: str | None,
) -> int:
    """Send a message. It is safe in the Outbox before the command ends.

    Without --wait a running spooler sends it, or `mapix spooler flush`. With --wait the exit code is 0 when everybody
    was reached, 3 when somebody was not or waits for another attempt, 1 when nobody was reached.
    """
    from mapix.cli.outcome import tell_outcome

    if not (to or cc or bcc):
        raise click.UsageError("Nobody to send it to: --to, --cc or --bcc is needed.")
    if text == "-" and html == "-":
        raise click.UsageError("Only one of --text and --html can come from stdin.")
    for words in (*to, *cc, *bcc, subject, text, html):
        check_words(words)
    body, page = read_words(text), read_words(html)
    with logged_on(profile, mail=wait is not None) as session:
        people = {"to": addressed(session, to), "cc": addressed(session, cc), "bcc": addressed(session, bcc)}
        message = session.new(subject=subject, text=body, html=page, **people)
        for path in attach:
            message.attach(path)
        if wait is not None:
            return tell_outcome(session, message, wait)
        submit(message)
    return 0


def submit(message: Message) -> None:
    """Put a message into the Outbox, and say so before anything else can happen: who is not told sends it again."""
    with undisturbed():
        message.submit()
        say("In the Outbox. `mapix spooler flush` sends it now, `mapix spooler run` sends whatever comes.")


def addressed(session: Session, texts: Iterable[str]) -> list[str | Recipient | Addressee]:
    """Addresses as they stand; names without an address as who is meant by them in the address book."""
    from mapix.client.recipient import parse

    found: list[str | Recipient | Addressee] = []
    for text in texts:
        try:
            found += parse([text], "to")
        except InvalidParameter:
            with failed_books_told(session):
                found += _named(session.address_book, text)
    return found


def _named(book: AddressBook, text: str) -> list[str | Addressee]:
    """Whom a text means: somebody who is called so, comma and all, or those whose names the commas part."""
    from mapix.properties.restriction import Property, Relop
    from mapix.properties.tags import PR_DISPLAY_NAME

    whole = list(book.found(Property(Relop.EQ, PR_DISPLAY_NAME, text.strip()))) if "," in text else []
    if len(whole) == 1:
        return [book.entry(whole[0])]
    names = filter(None, map(str.strip, text.split(",")))
    return [name if "@" in name else book.resolve(name) for name in names]


def check_words(words: str | None) -> None:
    """Refuse what Python kept of an argument that is no text in the encoding of this terminal."""
    if words and any("\ud800" <= letter <= "\udfff" for letter in words):
        encoding = sys.getfilesystemencoding()
        hint = "LC_ALL=C.UTF-8" if encoding != "utf-8" else "UTF-8"
        raise InvalidParameter(f"an argument is not text in {encoding}", value=words, hint=hint)


def read_words(text: str | None) -> str | None:
    """An option's text, or with `-` what stdin has."""
    if text != "-":
        return text
    if hasattr(sys.stdin, "reconfigure"):
        sys.stdin.reconfigure(errors="strict")
    try:
        return sys.stdin.read()
    except UnicodeDecodeError as error:
        raise InvalidParameter(f"stdin is not text in {error.encoding}", value=error.object[error.start :]) from None
