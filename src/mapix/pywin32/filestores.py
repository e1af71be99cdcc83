"""Stores in files under the names that programs for Windows have for them: `MSPST MS` and `MSUPST MS`.

One of our stores is made. Its section keeps the name it was asked for by, and tables of services and providers tell
that one, since programs look by PR_SERVICE_NAME for what they just made.
"""

from __future__ import annotations

from contextlib import closing
from typing import Final

from mapix.interfaces.admin import MsgServiceAdmin
from mapix.interfaces.logonui import LogonUI
from mapix.interfaces.prop import Access
from mapix.interfaces.table import Bookmark, MapiTable, query_all_rows
from mapix.properties.tag import PropTag
from mapix.properties.tags import PR_SERVICE_NAME, PR_SERVICE_UID

_OURS: Final = "MAPIXSTORE"
_OTHERS: Final = frozenset(("MSPST MS", "MSUPST MS"))
_ASKED_FOR: Final = PropTag(0x67EF001F)
"""In a service's section: the name it was asked for by."""


def create(admin: MsgServiceAdmin, service: str, shown: str | None, ui: LogonUI | None) -> bytes:
    """Make a message service named in our way or in that of Windows; its uid (PRF-26)."""
    asked = service.upper()
    if asked not in _OTHERS:
        return admin.create_msg_service(service, shown, ui=ui)
    uid = admin.create_msg_service(_OURS, shown, ui=ui)
    with closing(admin.open_profile_section(uid, Access.MODIFY)) as section:
        section.set_props({_ASKED_FOR: asked})
    return uid


def named(admin: MsgServiceAdmin, table: MapiTable) -> MapiTable:
    """A table of services or of providers, where services have the names they were asked for by."""
    columns = table.query_columns()
    rows = [dict(zip(columns, row, strict=True)) for row in query_all_rows(table)]
    table.seek_row(Bookmark.BEGINNING, 0)
    asked = _asked_for(admin, {row[PR_SERVICE_UID] for row in rows if row[PR_SERVICE_NAME] == _OURS})
    if not asked:
        return table
    from mapix.objects.tables.tabledata import TableData

    for row in rows:
        row[PR_SERVICE_NAME] = asked.get(row[PR_SERVICE_UID], row[PR_SERVICE_NAME])
    table.close()
    view = TableData(columns, rows).view()
    view.set_columns(columns)
    return view


def _asked_for(admin: MsgServiceAdmin, uids: set[bytes]) -> dict[bytes, str]:
    """By uid the names that services were asked for by, of those that were so."""
    found: dict[bytes, str] = {}
    for uid in uids:
        with closing(admin.open_profile_section(uid)) as section:
            if name := section.get_props([_ASKED_FOR]).get(_ASKED_FOR):
                found[uid] = name
    return found
