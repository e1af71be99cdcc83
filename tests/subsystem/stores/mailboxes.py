"""The stores of Ann and Bob in a session."""

from pathlib import Path
from typing import Any

from mapix.interfaces.container import MapiFolder
from mapix.interfaces.message import ModifyRecipients
from mapix.interfaces.prop import Access
from mapix.interfaces.store import MsgStore
from mapix.interfaces.table import query_all_rows
from mapix.properties.flags import (
    MAPI_NEW_SESSION,
)
from mapix.properties.tags import (
    PR_ADDRTYPE,
    PR_DISPLAY_NAME,
    PR_EMAIL_ADDRESS,
    PR_ENTRYID,
    PR_IPM_OUTBOX_ENTRYID,
    PR_RECIPIENT_TYPE,
    PR_SUBJECT,
)
from mapix.subsystem.session import Session

NEW = MAPI_NEW_SESSION
ANN, BOB = "ann@example.com", "bob@example.com"


def settings_of(kind: str, owner: str, directory: Path) -> dict[str, Any]:
    if kind == "MEMORY":
        return {"name": f"{directory} {owner}", "owner_address": owner}
    return {"path": str(directory / "stores" / f"{owner}.mapix"), "owner_address": owner}


def stores_of(session: Session) -> dict[str, bytes]:
    """Entry identifiers by display name."""
    return dict(query_all_rows(session.get_msg_stores_table(), [PR_DISPLAY_NAME, PR_ENTRYID]))


def open_store(session: Session, owner: str = ANN, access: Access = Access.BEST, **options: bool) -> MsgStore:
    return session.open_msg_store(stores_of(session)[owner], access, **options)


def folder(store: MsgStore, tag: Any) -> MapiFolder:
    opened = store.open_entry(store.get_prop(tag), Access.MODIFY)
    assert isinstance(opened, MapiFolder)
    return opened


def inbox(store: MsgStore) -> MapiFolder:
    opened = store.open_entry(store.get_receive_folder("IPM.Note")[0], Access.MODIFY)
    assert isinstance(opened, MapiFolder)
    return opened


def submit(store: MsgStore, subject: str, to: str = BOB) -> None:
    message = folder(store, PR_IPM_OUTBOX_ENTRYID).create_message()
    row = {PR_DISPLAY_NAME: to, PR_ADDRTYPE: "SMTP", PR_EMAIL_ADDRESS: to, PR_RECIPIENT_TYPE: 1}
    message.modify_recipients(ModifyRecipients.ADD, [row])
    message.set_props({PR_SUBJECT: subject})
    message.submit_message()


def subjects(where: MapiFolder) -> list[str]:
    return [row[0] for row in query_all_rows(where.get_contents_table(), [PR_SUBJECT])]
