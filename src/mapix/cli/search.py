"""`mapix search`: messages by words or by a condition, in every folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from mapix.cli.base import command
from mapix.cli.output import clean, emit_json, emit_rows, json_option, say
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.client.folder import Folder
    from mapix.client.message import Message
    from mapix.client.session import Session
    from mapix.properties.restriction import Restriction

_TITLES = ("id", "date", "", "who", "subject", "folder")


@command(
    examples=(
        "mapix search budget report",
        "mapix search budget --in Inbox --where 'received > 2026-01-01'",
        "mapix search --where 'from ~ ann and has attachments' --save 'From Ann'",
    )
)
@click.argument("words", nargs=-1)
@click.option("--where", metavar="CONDITION", help="Only messages that satisfy it.")
@click.option("--in", "place", metavar="FOLDER", help="Only this folder and those below it.")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="How many at most.")
@click.option("--save", metavar="NAME", help="Make a search folder of it, which is kept up to date.")
@json_option
@profile_option
def search(
    words: tuple[str, ...],
    where: str | None,
    place: str | None,
    limit: int,
    save: str | None,
    as_json: bool,
    profile: str | None,
) -> None:
    """Find messages that have all WORDS in subject, text, sender or recipients, case aside, newest first."""
    if not words and where is None:
        raise click.UsageError("Say what to look for: words, or --where.")
    with logged_on(profile) as session:
        top = session.folder(place) if place else session.store.root
        wanted = _wanted(top, words, where)
        if save is not None:
            session.store.search_folders.new(save, where=wanted, folders=[top])
            say(f"made the search folder search/{clean(save)}")
            return
        found = sorted(_found(session, top, wanted, limit + 1), key=_newest_first)
        more, found = len(found) > limit, found[:limit]
        if as_json:
            from mapix.cli.ls import summary

            emit_json({"messages": [{"folder": path, **summary(message)} for path, message in found]})
            return
        _emit(found)
        if not found:
            say("nothing found")
        if more:
            say("there are more; --limit shows them")


def _wanted(top: Folder, words: Iterable[str], where: str | None) -> Restriction:
    from mapix.properties import tags as t
    from mapix.properties.restriction import And, Content, Fuzzy, Or
    from mapix.properties.where import parse_where

    places = (t.PR_SUBJECT, t.PR_BODY, t.PR_SENDER_NAME, t.PR_SENDER_EMAIL_ADDRESS, t.PR_DISPLAY_TO, t.PR_DISPLAY_CC)
    how = Fuzzy.SUBSTRING | Fuzzy.IGNORECASE
    terms: list[Restriction] = [Or(tuple(Content(tag, word, how) for tag in places)) for word in words]
    if where is not None:
        terms.append(parse_where(where, names=top.identifier_of_name))
    return terms[0] if len(terms) == 1 else And(tuple(terms))


def _found(session: Session, top: Folder, wanted: Restriction, limit: int) -> Iterator[tuple[str, Message]]:
    from mapix.client.base import GONE

    above = _path(session, top)
    yield from ((above, message) for message in _newest(top, wanted, limit))
    for path, folder in top.walk():
        with suppress(*GONE):  # others may delete it meanwhile
            if not folder.is_search:
                name = "/".join(filter(None, (above, path)))
                yield from ((name, message) for message in _newest(folder, wanted, limit))


def _newest(folder: Folder, wanted: Restriction, limit: int) -> Sequence[Message]:
    from mapix.cli.ls import newest_first

    return newest_first(folder).where(wanted)[:limit]


def _path(session: Session, folder: Folder) -> str:
    """How commands find a folder: its path from the top of the store."""
    if folder.is_search:
        return f"search/{folder.name}"
    names: list[str] = []
    top = session.store.root.entry_id
    while folder.entry_id not in (top, (above := folder.parent).entry_id):
        names.insert(0, folder.name or "")
        folder = above
    return "/".join(names)


def _newest_first(found: tuple[str, Message]) -> float:
    moment = found[1].delivered or found[1].submitted or found[1].created
    return -moment.timestamp() if moment else 0.0


def _emit(found: Iterable[tuple[str, Message]]) -> None:
    from mapix.cli.ls import row

    emit_rows(_TITLES, ((*row(message, outgoing=False), path) for path, message in found))
