"""`mapix compose`: a draft from the words or the link that a desktop hands over, as `xdg-email` takes them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from mapix.cli.base import command
from mapix.cli.errors import Exit
from mapix.cli.output import say
from mapix.cli.sessions import logged_on, profile_option, wait_option

if TYPE_CHECKING:
    from mapix.client.message import Message
    from mapix.client.session import Session
    from mapix.formats.mailto import Mailto


@command(
    examples=(
        "mapix compose 'mailto:ann@example.org?subject=Budget&body=Dear%20Ann,'",
        "mapix compose --subject Budget --attach q3.pdf --edit ann@example.org",
        "mapix compose --draft 42 --edit --send",
    )
)
@click.option("--utf8", is_flag=True, help="The arguments are UTF-8: accepted, for here they always are.")
@click.option("--cc", multiple=True, metavar="ADDRESS", help="Who gets a copy; repeatable.")
@click.option("--bcc", multiple=True, metavar="ADDRESS", help="Who gets a copy that nobody else sees; repeatable.")
@click.option("--subject", help="What it is about.")
@click.option("--body", help="The text.")
@click.option("--attach", multiple=True, metavar="FILE", help="A file to attach; repeatable.")
@click.option("--draft", metavar="ID", help="Go on with this message instead of a new one.")
@click.option("--edit", is_flag=True, help="Open it in the editor ($VISUAL, $EDITOR).")
@click.option("--send", is_flag=True, help="Put it into the Outbox, instead of Drafts.")
@wait_option
@profile_option
@click.argument("to", nargs=-1, metavar="[MAILTO-URI | ADDRESS...]")
def compose(
    utf8: bool,
    cc: tuple[str, ...],
    bcc: tuple[str, ...],
    subject: str | None,
    body: str | None,
    attach: tuple[str, ...],
    draft: str | None,
    edit: bool,
    send: bool,
    wait: float | None,
    profile: str | None,
    to: tuple[str, ...],
) -> int:
    """Make a draft of a mailto: URI or of addresses, with the options of xdg-email; its id is printed.

    What options say counts before what the URI says, and recipients of both are taken. A URI cannot attach files or say
    who sends: what it tries beyond subject, body and recipients is told and left out. An editor that saves nothing
    leaves the draft as it was, and nothing is sent.
    """
    from mapix.cli.editing import check_editor, edited
    from mapix.cli.outcome import tell_outcome
    from mapix.cli.refs import find_message, short_id
    from mapix.cli.send import submit
    from mapix.properties.errors import NoRecipients
    from mapix.properties.tags import PR_SENTMAIL_ENTRYID

    wanted = _with_options(_asked(to), cc, bcc, subject, body)
    leaving = send or wait is not None
    if edit:
        check_editor()
    with logged_on(profile, mail=wait is not None) as session:
        message = session.store.drafts.messages.new() if draft is None else find_message(session, draft)
        _fill(session, message, wanted)
        for path in attach:
            message.attach(path)
        message.save()
        name = short_id(message.entry_id or b"")
        if edit and not _left_when_failing(name, lambda: edited(session, message)):
            say(f"The editor has saved nothing. Left in Drafts: {name}")
            return Exit.FAILED if leaving else Exit.OK
        if not leaving:
            say("In Drafts. `mapix compose --draft ID --send` sends it.")
            click.echo(name)
            return Exit.OK
        if not message.recipients:
            say(f"Left in Drafts: {name}")
            raise NoRecipients(
                "a message without recipients cannot be sent", hint=f"mapix compose --draft {name} ADDRESS"
            )
        if message.get(PR_SENTMAIL_ENTRYID) is None:
            message.set(PR_SENTMAIL_ENTRYID, session.sent.entry_id)
        if wait is not None:
            return tell_outcome(session, message, wait)
        submit(message)
    return Exit.OK


def _left_when_failing(name: str, edit: Callable[[], bool]) -> bool:
    """What the editor did; where it fails, which draft is left."""
    try:
        return edit()
    except BaseException:
        say(f"Left in Drafts: {name}")
        raise


def _asked(words: tuple[str, ...]) -> Mailto:
    """What the arguments say: one URI, or addresses."""
    from mapix.cli.send import check_words
    from mapix.formats.mailto import Mailto, is_mailto, parse_mailto

    for word in words:
        check_words(word)
    links = [word for word in words if is_mailto(word)]
    if not links:
        return Mailto(to=words)
    if len(words) > 1:
        raise click.UsageError("One mailto: URI, or addresses; not several of them.")
    found = parse_mailto(links[0])
    if found.ignored:
        say(f"Not taken from a link: {', '.join(found.ignored)}")
    return found


def _with_options(
    found: Mailto, cc: tuple[str, ...], bcc: tuple[str, ...], subject: str | None, body: str | None
) -> Mailto:
    from mapix.cli.send import check_words

    for words in (*cc, *bcc, subject, body):
        check_words(words)
    return replace(
        found,
        cc=found.cc + cc,
        bcc=found.bcc + bcc,
        subject=found.subject if subject is None else subject,
        body=found.body if body is None else body,
    )


def _fill(session: Session, message: Message, wanted: Mailto) -> None:
    """Set what was said; of a draft that is gone on with the rest stays."""
    from mapix.cli.send import addressed
    from mapix.properties.tags import PR_IN_REPLY_TO_ID

    people = {kind: addressed(session, getattr(wanted, kind)) for kind in ("to", "cc", "bcc")}
    message.add_recipients(**people)
    if wanted.subject is not None:
        message.subject = wanted.subject
    if wanted.body is not None:
        message.text = wanted.body
    if wanted.in_reply_to is not None:
        message.set(PR_IN_REPLY_TO_ID, wanted.in_reply_to)
    if wanted.keywords:
        message.categories = wanted.keywords
