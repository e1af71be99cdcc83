"""`mapix mkdir`: new folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from mapix.cli.base import command
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.client.folder import Folder
    from mapix.client.session import Session


@command(examples=("mapix mkdir Archive", "mapix mkdir -p Archive/2026/Q4"))
@click.argument("paths", nargs=-1, required=True)
@click.option("-p", "--parents", is_flag=True, help="Make the folders above too; a folder that is there is no mistake.")
@click.option("--class", "container_class", metavar="CLASS", help="What it holds: IPF.Contact, IPF.Appointment.")
@profile_option
def mkdir(paths: tuple[str, ...], parents: bool, container_class: str | None, profile: str | None) -> None:
    """Make folders. PATHS start at the top of the store: Archive, or Inbox/Projects."""
    with logged_on(profile) as session:
        for path in paths:
            made = _make(session, path, parents)
            if container_class is not None:
                made.container_class = container_class


def _make(session: Session, path: str, parents: bool) -> Folder:
    from mapix.properties.errors import InvalidParameter, NotFound

    above, _, name = path.strip("/").rpartition("/")
    if not name:
        raise InvalidParameter("a folder needs a name", value=path)
    if above.casefold() == "search":
        hint = f"mapix search --where CONDITION --save '{name}'"
        raise InvalidParameter("a search folder is made by saving a search", value=path, hint=hint)
    try:
        folder = session.folder(above) if above else session.store.root
    except NotFound as error:
        if not parents:
            raise NotFound("there is no such folder", value=above, hint="-p makes the folders above, too") from error
        folder = _make(session, above, parents)
    return folder.create_folder(name, exist_ok=parents)
