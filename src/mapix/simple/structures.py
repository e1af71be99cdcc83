"""The structures of Simple MAPI as dataclasses: messages, recipients and files."""

from __future__ import annotations

from dataclasses import dataclass, field

from mapix.simple.codes import SimpleError
from mapix.simple.constants import MAPI_E_FAILURE, MAPI_TO, SUCCESS_SUCCESS


@dataclass(slots=True)
class MapiFileDesc:
    """A file that is attached: `path_name` is where it is, `file_name` what receivers see (its own name where empty),
    `position` where it stands in the text, -1 for nowhere; `flags` are MAPI_OLE and MAPI_OLE_STATIC; `file_type` is a
    MIME type.
    """

    path_name: str
    file_name: str = ""
    position: int = -1
    flags: int = 0
    file_type: str = ""


@dataclass(slots=True)
class MapiRecipDesc:
    """Somebody: `recip_class` is MAPI_ORIG, MAPI_TO, MAPI_CC or MAPI_BCC; `address` is `SMTP:ann@example.org`, the type
    may be left out for Internet mail; `entry_id` is set by MAPIResolveName. Name or address will do.
    """

    recip_class: int = MAPI_TO
    name: str = ""
    address: str = ""
    entry_id: bytes = b""


@dataclass(slots=True)
class MapiMessage:
    """A message: `message_type` is empty for mail (IPM), `date_received` is `YYYY/MM/DD HH:MM` in local time, `flags`
    are MAPI_UNREAD, MAPI_RECEIPT_REQUESTED and MAPI_SENT. `conversation_id` goes from a message to its answers.
    """

    subject: str = ""
    note_text: str = ""
    message_type: str = ""
    date_received: str = ""
    conversation_id: str = ""
    flags: int = 0
    originator: MapiRecipDesc | None = None
    recips: list[MapiRecipDesc] = field(default_factory=list)
    files: list[MapiFileDesc] = field(default_factory=list)


def MAPIFreeBuffer(buffer: object) -> int:
    """Take back what another function gave: Python does so by itself, the call is there for programs that make it.

    Temporary files that MAPIReadMail has written are their reader's. Raises `SimpleError` for anything else.
    """
    kinds = (MapiMessage, MapiRecipDesc, list, type(None))
    if not isinstance(buffer, kinds):
        raise SimpleError(MAPI_E_FAILURE, "no function of Simple MAPI has given this", value=type(buffer).__name__)
    return SUCCESS_SUCCESS
