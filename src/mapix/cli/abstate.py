"""Address books that cannot be had: what the commands that look into them say of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from mapix.cli.output import clean, say

if TYPE_CHECKING:
    from mapix.cli.status import StatusRow
    from mapix.client.session import Session

_PERSONAL: Final = "CONTACTS"


def tell_failed_books(session: Session) -> bool:
    """Name on stderr each address book that is out of use, with its reason; whether there is one."""
    failed = _failed(session)
    for row, _ in failed:
        say(f"mapix: {clean(row.name)} is out of use: {clean(row.remark)}")
    return bool(failed)


@contextmanager
def failed_books_told(session: Session) -> Iterator[None]:
    """Where somebody is not found meanwhile, the address books that cannot be had are told."""
    from mapix.properties.errors import NotFound

    try:
        yield
    except NotFound:
        tell_failed_books(session)
        raise


def check_personal(session: Session) -> None:
    """`LogonFailed` while the personal address book is out of use: what is new does not go into another one."""
    from mapix.properties.errors import LogonFailed

    if session.address_book.mapi.get_pab() != _file_of_contacts():
        return
    for row, service in _failed(session):
        if service == _PERSONAL:
            raise LogonFailed(f"{clean(row.name)} is out of use: {clean(row.remark)}")


def _failed(session: Session) -> list[tuple[StatusRow, str]]:
    """The rows of address books that are out of use, each with its message service."""
    from mapix.cli.status import status_rows
    from mapix.interfaces.table import query_all_rows
    from mapix.properties.flags import MAPI_AB_PROVIDER
    from mapix.properties.tags import PR_ENTRYID, PR_PROVIDER_DLL_NAME

    rows = [row for row in status_rows(session) if row.kind == MAPI_AB_PROVIDER and row.failed]
    columns = (PR_ENTRYID, PR_PROVIDER_DLL_NAME)
    services: dict[bytes | None, str | None] = dict(query_all_rows(session.mapi.get_status_table(), columns))
    return [(row, services.get(row.entry_id) or "") for row in rows]


def _file_of_contacts() -> bytes:
    from mapix.subsystem.books.personal import CONTAINER_ID

    return CONTAINER_ID
