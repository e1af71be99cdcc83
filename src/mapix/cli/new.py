"""`mapix new`: a message in a file, without a session: a draft to open and send, a template, a file for a test."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mapix.cli.base import command
from mapix.cli.output import clean, say

if TYPE_CHECKING:
    from mapix.client.message import Message
    from mapix.properties.tag import PropTag


@command(
    examples=(
        "mapix new --to ann@example.org --subject Q3 --html body.html --attach q3.xlsx --draft -o q3.msg",
        'mapix new --subject "Weekly report" --text "Dear all," -o report.oft',
    )
)
@click.option("--to", multiple=True, metavar="ADDRESSES", help="Who it goes to; repeatable, or separated by commas.")
@click.option("--cc", multiple=True, metavar="ADDRESSES", help="Who gets a copy.")
@click.option("--bcc", multiple=True, metavar="ADDRESSES", help="Who gets a copy that nobody else sees.")
@click.option("--from", "sender", metavar="ADDRESS", help="Who it comes from.")
@click.option("--subject", default="", help="What it is about.")
@click.option("--text", help="The text; - reads it from stdin.")
@click.option("--html", help="The text as HTML, or a file with it; - reads it from stdin.")
@click.option("--attach", multiple=True, metavar="FILE", help="A file to attach; repeatable.")
@click.option("--inline", multiple=True, metavar="FILE", help='An image that the HTML shows: <img src="cid:NAME">.')
@click.option("--set", "assignments", multiple=True, metavar="NAME=VALUE", help="Another property; repeatable.")
@click.option("--draft", is_flag=True, help="It opens ready to be sent.")
@click.option(
    "--output", "-o", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="The file."
)
@click.option("--force", is_flag=True, help="Replace a file that is there.")
def new(
    to: tuple[str, ...],
    cc: tuple[str, ...],
    bcc: tuple[str, ...],
    sender: str | None,
    subject: str,
    text: str | None,
    html: str | None,
    attach: tuple[str, ...],
    inline: tuple[str, ...],
    assignments: tuple[str, ...],
    draft: bool,
    output: Path,
    force: bool,
) -> None:
    """Write a new message to a .msg file, a template (.oft) or Internet mail (.eml).

    An image that is named with --inline is shown where the HTML has <img src="cid:NAME">, NAME being that of the file.
    """
    from mapix.cli.send import check_words, read_words
    from mapix.client.message import Message
    from mapix.properties.errors import Collision

    if text == "-" and html == "-":
        raise click.UsageError("Only one of --text and --html can come from stdin.")
    for words in (*to, *cc, *bcc, sender, subject, text, html):
        check_words(words)
    if output.exists() and not force:
        raise Collision("the file is there already", value=str(output), hint="--force, or another name")
    page = read_words(_page(html))
    message = Message(subject=subject, text=read_words(text), html=page, to=to, cc=cc, bcc=bcc, draft=draft)
    _complete(message, sender, assignments)
    for path in attach:
        message.attach(path)
    for path in inline:
        say(f'shown by <img src="cid:{clean(message.attach(path, inline=True).content_id)}">')
    message.save_as(output)
    say(f"wrote {clean(output)}")


def _page(html: str | None) -> str | None:
    """The HTML, out of its file where a file is named: no HTML is the name of one."""
    if html is None or html == "-" or "<" in html or not Path(html).is_file():
        return html
    from mapix.properties.errors import InvalidParameter

    try:
        return Path(html).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidParameter("the file with the HTML is not UTF-8", value=html) from error


def _complete(message: Message, sender: str | None, assignments: tuple[str, ...]) -> None:
    from mapix.cli.assignments import assignment
    from mapix.client.base import raise_problems

    if sender is not None:
        raise_problems(message.mapi.set_props(_author(sender)))
    values = dict(assignment(message.mapi, each) for each in assignments)
    raise_problems(message.mapi.set_props(values) if values else ())


def _author(sender: str) -> dict[PropTag, object]:
    """The properties that say who a message comes from (M-010)."""
    from mapix.client.recipient import parse
    from mapix.properties import tags as t
    from mapix.properties.errors import InvalidParameter

    people = parse(sender, "to")
    if len(people) != 1:
        raise InvalidParameter("a message comes from one", value=sender)
    row = people[0].row()
    name, address, entry_id, key = (
        row[tag] for tag in (t.PR_DISPLAY_NAME, t.PR_EMAIL_ADDRESS, t.PR_ENTRYID, t.PR_SEARCH_KEY)
    )
    return {
        t.PR_SENDER_NAME: name,
        t.PR_SENDER_ADDRTYPE: "SMTP",
        t.PR_SENDER_EMAIL_ADDRESS: address,
        t.PR_SENDER_SMTP_ADDRESS: address,
        t.PR_SENDER_ENTRYID: entry_id,
        t.PR_SENDER_SEARCH_KEY: key,
        t.PR_SENT_REPRESENTING_NAME: name,
        t.PR_SENT_REPRESENTING_ADDRTYPE: "SMTP",
        t.PR_SENT_REPRESENTING_EMAIL_ADDRESS: address,
        t.PR_SENT_REPRESENTING_SMTP_ADDRESS: address,
        t.PR_SENT_REPRESENTING_ENTRYID: entry_id,
        t.PR_SENT_REPRESENTING_SEARCH_KEY: key,
    }
