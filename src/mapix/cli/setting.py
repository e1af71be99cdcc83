"""`mapix set`: change properties of a message or a folder."""

from __future__ import annotations

import click

from mapix.cli.base import command
from mapix.cli.output import say
from mapix.cli.sessions import logged_on, profile_option


@command(
    examples=(
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
    """Set properties of WHAT, a message or a folder: NAME = VALUE, named and written as in conditions.

    Text stands in quotes, times are 2026-11-21 14:30 or @ and FILETIME ticks, bytes x"00ff", several values ["a", "b"].
    Everything is saved at once, or nothing is.
    """
    from mapix.cli.assignments import assignment, tag_of
    from mapix.cli.choosing import find_object
    from mapix.client.base import raise_problems

    if not assignments and not delete:
        raise click.UsageError("Say what to set: 'subject = \"...\"', or --delete NAME.")
    with logged_on(profile) as session:
        found = find_object(session, what)
        values = dict(assignment(found.mapi, text) for text in assignments)
        gone = [tag_of(found.mapi, name) for name in delete]
        with session.store.mapi.transaction():
            raise_problems(found.mapi.set_props(values) if values else ())
            raise_problems(found.mapi.delete_props(gone) if gone else ())
            found.save()
        say(f"set {len(values)}, removed {len(gone)}")
