"""`mapix set`: change properties of a message, in a store or in a file, or of a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mapix.cli.base import command
from mapix.cli.files import names_file
from mapix.cli.output import say
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.client.base import PropertyObject


@command(
    examples=(
        "mapix set q3.msg 'subject = Budget 2027' 'importance = high'",
        "mapix set inbox#1 'subject = \"Budget 2027\"' 'importance = high'",
        "mapix set Inbox/Projects 'PR_COMMENT = \"What we are at\"'",
        "mapix set 42 'PS_PUBLIC_STRINGS/Matter = \"4711\"' --delete PR_SENSITIVITY",
    ),
    name="set",
)
@click.argument("what")
@click.argument("assignments", nargs=-1)
@click.option("--delete", "delete", multiple=True, metavar="NAME", help="Remove a property; repeatable.")
@profile_option
def set_(what: str, assignments: tuple[str, ...], delete: tuple[str, ...], profile: str | None) -> None:
    """Set properties of WHAT, a message, a folder or a .msg file: NAME = VALUE, named and written as in conditions.

    Text may stand in quotes, times are 2026-11-21 14:30 or @ and FILETIME ticks, bytes x"00ff", several values
    ["a", "b"]. Everything is saved at once, or nothing is; a file is changed in place, and nothing else in it.
    """

    if not assignments and not delete:
        raise click.UsageError("Say what to set: 'subject = \"...\"', or --delete NAME.")
    if names_file(what):
        from mapix.client.opening import open

        with open(what, "r+") as message:
            changed = _change(message, assignments, delete)
            message.mapi.save_changes()
    else:
        from mapix.cli.choosing import find_object

        with logged_on(profile) as session:
            found = find_object(session, what)
            with session.store.mapi.transaction():
                changed = _change(found, assignments, delete)
                found.save()
    say(f"set {changed[0]}, removed {changed[1]}")


def _change(found: PropertyObject, assignments: tuple[str, ...], delete: tuple[str, ...]) -> tuple[int, int]:
    """Set and remove properties, not yet saved; how many of each."""
    from mapix.cli.assignments import assignment, tag_of
    from mapix.client.base import raise_problems

    values = dict(assignment(found.mapi, text) for text in assignments)
    gone = [tag_of(found.mapi, name) for name in delete]
    raise_problems(found.mapi.set_props(values) if values else ())
    raise_problems(found.mapi.delete_props(gone) if gone else ())
    return len(values), len(gone)
