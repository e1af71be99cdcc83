"""`mapix watch`: what happens in folders, as it happens."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from mapix.cli.base import command
from mapix.cli.output import SCHEMA, clean, say
from mapix.cli.seconds import SECONDS
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.client.watching import FolderEvent


@command(examples=("mapix watch", "mapix watch sent --for 60", "mapix watch inbox --count 1 --json"))
@click.argument("folder", default="inbox")
@click.option("--for", "seconds", type=SECONDS, metavar="SECONDS", help="End after so much silence.")
@click.option("--count", type=click.IntRange(min=1), metavar="N", help="End after so many events.")
@click.option("--json", "as_json", is_flag=True, help="A JSON document a line.")
@profile_option
def watch(folder: str, seconds: float | None, count: int | None, as_json: bool, profile: str | None) -> None:
    """Tell what happens in FOLDER, whoever does it: added, changed, removed, each with the message's id and subject.

    It goes on until it is stopped with Ctrl-C, unless --for or --count says otherwise. Search folders can be watched.
    """
    with logged_on(profile) as session:
        place = session.folder(folder)
        events = place.watch(timeout=seconds)
        say(f"watching {clean(place.name)}")
        with events:
            for number, event in enumerate(events, 1):
                _tell(event, as_json)
                if number == count:
                    return


def _tell(event: FolderEvent, as_json: bool) -> None:
    from mapix.cli.refs import short_id

    message = event.message
    number = short_id(event.entry_id) if event.entry_id else ""
    if not as_json:
        click.echo("\t".join((event.kind.value, number, clean(message.subject if message else ""))))
        return
    document: dict[str, Any] = {"schema": SCHEMA, "event": event.kind.value, "id": number}
    if message is not None:
        from mapix.cli.ls import summary

        document["message"] = summary(message)
    click.echo(json.dumps(document, ensure_ascii=False, default=str))
