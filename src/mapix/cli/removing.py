"""`mapix rm` and `mapix restore`: away with messages and folders, and back again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mapix.cli.base import command
from mapix.cli.choosing import chosen, counted, is_message, where_option
from mapix.cli.errors import Exit
from mapix.cli.output import say
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.client.folder import Folder
    from mapix.client.session import Session


@command(examples=("mapix rm 42 43", "mapix rm Inbox/Old", "mapix rm inbox --where 'received < 2 years ago'"))
@click.argument("what", nargs=-1, required=True)
@where_option
@click.option("--hard", is_flag=True, help="At once and for good, not by way of Deleted Items.")
@profile_option
def rm(what: tuple[str, ...], where: str | None, hard: bool, profile: str | None) -> int:
    """Delete messages or folders: into Deleted Items, and from there for good.

    WHAT are ids from `mapix ls`, folder#n, or folders' paths. With --where WHAT are folders, of which the messages that
    satisfy the condition are deleted. Where the store keeps what was deleted, `mapix restore` has it back.
    """
    with logged_on(profile) as session:
        choice = chosen(session, what, where)
        for folder in choice.folders:
            _check_not_special(folder)
        for folder in choice.folders:
            folder.parent.delete_folder(folder.name or "", permanently=hard)
        left_out = sum(
            len(folder.delete_messages(entry_ids, permanently=hard)) for folder, entry_ids in choice.messages
        )
        say(f"deleted {counted(choice.size - left_out, len(choice.folders))}")
        if left_out:
            say(f"{left_out} messages could not be deleted: are they waiting to be sent?")
        return Exit.PARTIAL if left_out else Exit.OK


def _check_not_special(folder: Folder) -> None:
    from mapix.properties.errors import NoAccess

    if folder.is_special:
        hint = f"mapix rm '{folder.name}' --where everything"
        raise NoAccess("the store needs this folder; what is in it can be deleted", value=folder.name, hint=hint)


@command(examples=("mapix restore 42", "mapix restore 42 --to Archive", "mapix restore Inbox/Old"))
@click.argument("what", nargs=-1, required=True)
@click.option("--to", "target", metavar="FOLDER", help="Where messages go that lie in Deleted Items.  [default: inbox]")
@profile_option
def restore(what: tuple[str, ...], target: str | None, profile: str | None) -> None:
    """Have messages and folders back that were deleted.

    What was deleted from a folder for good and is still kept (`mapix ls FOLDER --deleted` shows it, where the store's
    setting retention_days says so) returns there. Messages and folders that lie in Deleted Items go where --to says.
    """
    with logged_on(profile) as session:
        for reference in what:
            if is_message(reference):
                _restore_message(session, reference, target)
            else:
                _restore_folder(session, reference, target)
        say(f"restored {len(what)}")


def _restore_message(session: Session, reference: str, target: str | None) -> None:
    from mapix.cli.refs import find_message

    message = find_message(session, reference, deleted=True)
    if _lies_in_waste(session, message):
        message.move_to(session.folder(target or "inbox"))
    else:
        message.restore()


def _restore_folder(session: Session, path: str, target: str | None) -> None:
    from mapix.properties.errors import NotFound

    above, _, name = path.strip("/").rpartition("/")
    parent = session.folder(above) if above else session.store.root
    try:
        parent.restore_folder(name)
    except NotFound:
        folder = _found_in_waste(session, parent, name)
        folder.move_to(session.folder(target) if target else session.store.root)


def _found_in_waste(session: Session, parent: Folder, name: str) -> Folder:
    from mapix.properties.errors import NotFound

    waste = session.deleted
    if parent.entry_id not in (waste.entry_id, session.store.root.entry_id):
        raise NotFound("no folder of this name was deleted there and is kept", value=name, hint="mapix folders")
    return waste.folder(name)


def _lies_in_waste(session: Session, message: Any) -> bool:
    from mapix.properties.tags import PR_DELETED_ON, PR_PARENT_ENTRYID

    return bool(message.get(PR_DELETED_ON) is None and message.get(PR_PARENT_ENTRYID) == session.deleted.entry_id)
