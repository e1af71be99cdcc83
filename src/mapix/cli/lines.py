"""`mapix spooler offline` and `online`: transports that are not to connect for a while."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import click

from mapix.cli.base import command
from mapix.cli.errors import Exit, exit_code, one_line
from mapix.cli.output import clean, say
from mapix.cli.sessions import logged_on, profile_option

if TYPE_CHECKING:
    from mapix.cli.status import StatusRow
    from mapix.client.session import Session
    from mapix.interfaces.status import Status

_names = click.argument("transports", nargs=-1, metavar="[TRANSPORT]...")


@command(examples=("mapix spooler offline", "mapix spooler offline 'Internet mail'"))
@_names
@profile_option
def offline(transports: tuple[str, ...], profile: str | None) -> int:
    """Let transports not connect any more, all of the profile or those named, by name or message service.

    What is submitted waits. It holds for every process that uses the profile until `mapix spooler online`.
    """
    return _say(transports, profile, online=False)


@command(examples=("mapix spooler online", "mapix spooler online 'Internet mail'"))
@_names
@profile_option
def online(transports: tuple[str, ...], profile: str | None) -> int:
    """Let transports connect again, all of the profile or those named, by name or message service; what waited is
    sent.
    """
    return _say(transports, profile, online=True)


def _say(names: tuple[str, ...], profile: str | None, *, online: bool) -> Exit:
    """One that cannot be told, as it could not be logged on, does not keep the others back."""
    from mapix.properties.errors import MapiError
    from mapix.properties.flags import FORCE_XP_CONNECT, FORCE_XP_DISCONNECT

    failed: list[MapiError] = []
    with logged_on(profile, mail=True) as session:
        rows = _chosen(session, names)
        for row in rows:
            status = cast("Status", session.mapi.open_entry(row.entry_id))
            try:
                status.validate_state(FORCE_XP_CONNECT if online else FORCE_XP_DISCONNECT)
            except MapiError as error:
                failed.append(error)
                say(f"mapix: {clean(row.name)}: {one_line(str(error))}")
            else:
                say(f"{clean(row.name)} is {'online' if online else 'offline'}.")
    if not failed:
        return Exit.OK
    return exit_code(failed[0]) if len(failed) == len(rows) else Exit.PARTIAL


def _chosen(session: Session, names: tuple[str, ...]) -> list[StatusRow]:
    """The transports that are meant, all without names; `NotFound` for a name that none has."""
    from mapix.cli.status import status_rows
    from mapix.interfaces.table import query_all_rows
    from mapix.properties.flags import MAPI_TRANSPORT_PROVIDER
    from mapix.properties.tags import PR_ENTRYID, PR_PROVIDER_DLL_NAME

    rows = [row for row in status_rows(session) if row.kind == MAPI_TRANSPORT_PROVIDER]
    columns = (PR_ENTRYID, PR_PROVIDER_DLL_NAME)
    services: dict[bytes | None, str | None] = dict(query_all_rows(session.mapi.get_status_table(), columns))
    called = [(row, row.name.casefold(), (services.get(row.entry_id) or "").casefold()) for row in rows]
    meant = [row for name in names for row in _meant(name, called)]
    return [row for row in rows if not names or row in meant]


def _meant(name: str, called: list[tuple[StatusRow, str, str]]) -> list[StatusRow]:
    """The transports of a name or of a message service, or the one whose name begins so."""
    from mapix.properties.errors import NotFound

    asked = name.casefold()
    found = [row for row, own, _ in called if own == asked] or [row for row, _, service in called if service == asked]
    begun = [row for row, own, _ in called if own.startswith(asked)]
    if not found and len(begun) != 1:
        known = " or ".join(f"'{row.name}'" for row, *_ in called)
        raise NotFound("the profile has no such transport", value=name, hint=known or "mapix service add")
    return found or begun
