"""`mapix cat`: what message files say, on the screen: headers, and the best body as text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mapix.cli.base import command
from mapix.cli.errors import Exit
from mapix.cli.files import message_of
from mapix.cli.output import clean, emit_json, json_option, say
from mapix.cli.sessions import profile_option

if TYPE_CHECKING:
    from mapix.client.message import Message


@command(examples=("mapix cat mail.msg", "mapix cat mail.msg --html > mail.html", "mapix cat *.msg --json"))
@click.argument("file", nargs=-1, required=True)
@click.option("--html", is_flag=True, help="Only the HTML body.")
@json_option
@profile_option
def cat(file: tuple[str, ...], html: bool, as_json: bool, profile: str | None) -> int:
    """Show message FILEs (.msg, .oft, .eml, winmail.dat, of whatever name): headers, text and what is attached.

    The text is that of the message, or taken from its HTML. A message of a store is named as for `mapix show`, and is
    left unread. With several files one that cannot be read does not keep the others back; the exit code is 3 then.
    """
    from mapix.cli.errors import exit_code, one_line
    from mapix.properties.errors import MapiError

    documents: list[dict[str, Any]] = []
    failed: list[MapiError] = []
    for place, word in enumerate(file):
        try:
            with message_of(word, profile) as message:
                _show(message, word, html, documents if as_json else None, place)
        except MapiError as error:
            if len(file) == 1:
                raise
            failed.append(error)
            say(f"mapix: {clean(word)}: {one_line(str(error))}")
    if as_json:
        emit_json(documents[0] if len(file) == 1 else {"messages": documents})
    if len(failed) == len(file):
        return exit_code(failed[0])
    return Exit.PARTIAL if failed else Exit.OK


def _show(message: Message, word: str, html: bool, documents: list[dict[str, Any]] | None, place: int) -> None:
    from mapix.cli.show import display, document_of

    defects = getattr(message, "defects", ())
    if documents is not None:
        documents.append({"file": word, **document_of(message, False), "defects": [str(one) for one in defects]})
        return
    if place and not html:
        click.echo()
    display(message, html)
    if defects:
        say(f"{clean(word)} has defects: mapix msg check {clean(word)}")
