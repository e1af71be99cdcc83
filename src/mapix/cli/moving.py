"""`mapix mv` and `mapix cp`: messages and folders into another folder."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mapix.cli.base import command
from mapix.cli.choosing import chosen, counted, where_option
from mapix.cli.errors import Exit, one_line
from mapix.cli.files import names_file
from mapix.cli.output import clean, say
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.cli.choosing import Choice
    from mapix.client.folder import Folder
    from mapix.client.session import Session


@command(
    examples=("mapix mv 42 43 Archive", "mapix mv Inbox/Old Archive", "mapix mv inbox Archive --where 'size > 10MB'")
)
@click.argument("what", nargs=-1, required=True)
@click.argument("target")
@where_option
@profile_option
def mv(what: tuple[str, ...], target: str, where: str | None, profile: str | None) -> int:
    """Move messages or folders into the folder TARGET.

    WHAT are ids from `mapix ls`, folder#n, or folders' paths. A folder is renamed where TARGET is not there yet but the
    folder above it is. With --where WHAT are folders, of which the messages that satisfy the condition are moved.
    """
    with logged_on(profile) as session:
        return _transfer(session, what, target, where, move=True)


@command(examples=("mapix cp 42 Archive", "mapix cp mail.msg Inbox", "mapix cp inbox#1 mail.msg"))
@click.argument("what", nargs=-1, required=True)
@click.argument("target")
@where_option
@profile_option
def cp(what: tuple[str, ...], target: str, where: str | None, profile: str | None) -> int:
    """Copy messages or folders into the folder TARGET, as `mapix mv` moves them.

    A file (.msg, .oft, .eml) is copied into the folder as a message. Where TARGET is such a file, the message is
    written to it; one that is there is left alone.
    """
    with logged_on(profile) as session:
        if names_file(target):
            return _into_file(session, what, Path(target))
        files = [word for word in what if names_file(word)]
        if files and where is None:
            return _import(session, files, [word for word in what if word not in files], target)
        return _transfer(session, what, target, where, move=False)


def _into_file(session: Session, what: tuple[str, ...], target: Path) -> int:
    from mapix.cli.refs import find_message
    from mapix.properties.errors import Collision

    if len(what) != 1 or names_file(what[0]):
        raise click.UsageError("One message of a store goes into a file.")
    if target.exists():
        raise Collision("the file is there already", value=str(target), hint="another name")
    say(f"wrote {clean(find_message(session, what[0]).save_as(target))}")
    return Exit.OK


def _import(session: Session, files: list[str], others: list[str], target: str) -> int:
    """Files into a folder, and what else is named."""
    from mapix.properties.errors import MapiError

    folder = session.folder(target)
    failed = 0
    for file in files:
        try:
            folder.messages.import_file(file)
        except MapiError as error:
            if len(files) + len(others) == 1:
                raise
            failed += 1
            say(f"mapix: {clean(file)}: {one_line(str(error))}")
    done = len(files) - failed
    say(f"copied {counted(done, 0)} to {clean(target)}")
    code = _transfer(session, tuple(others), target, None, move=False) if others else Exit.OK
    return Exit.FAILED if failed and not done and not others else Exit.PARTIAL if failed else code


def _transfer(session: Session, what: tuple[str, ...], target: str, where: str | None, *, move: bool) -> int:
    choice = chosen(session, what, where)
    folder, name = _target(session, target, may_rename=len(choice.folders) == 1 and not choice.messages)
    for each in choice.folders:
        (each.move_to if move else each.copy_to)(folder, name)
    left_out = _messages(choice, folder, move)
    done = "moved" if move else "copied"
    say(f"{done} {counted(choice.size - left_out, len(choice.folders))} to {clean(target)}")
    if left_out:
        say(f"{left_out} messages could not be {done}")
    return Exit.PARTIAL if left_out else Exit.OK


def _messages(choice: Choice, target: Folder, move: bool) -> int:
    """How many messages were left out."""
    return sum(
        len(folder.mapi.copy_messages(entry_ids, target.mapi, move=move).left_out)
        for folder, entry_ids in choice.messages
    )


def _target(session: Session, path: str, *, may_rename: bool) -> tuple[Folder, str | None]:
    """The folder to put things into, and the new name of the one that is moved."""
    from mapix.properties.errors import NotFound

    try:
        return session.folder(path), None
    except NotFound:
        above, _, name = path.strip("/").rpartition("/")
        if not may_rename or not name:
            raise
        return (session.folder(above) if above else session.store.root), name
