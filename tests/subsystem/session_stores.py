"""The two stores that tests of sessions have, and how they are named."""

from __future__ import annotations

from mapix.interfaces.table import query_all_rows
from mapix.properties.flags import (
    MAPI_NEW_SESSION,
)
from mapix.properties.tags import (
    PR_DISPLAY_NAME,
    PR_ENTRYID,
)
from mapix.subsystem.session import Session

NEW = MAPI_NEW_SESSION
STORES = ("one", "two")


def known(session: Session) -> dict[str, bytes]:
    """Entry identifiers by display name."""
    return dict(query_all_rows(session.get_msg_stores_table(), [PR_DISPLAY_NAME, PR_ENTRYID]))
