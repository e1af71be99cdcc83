"""MAPISendMail and MAPISendDocuments."""

from __future__ import annotations

from pathlib import PurePath

from mapix.simple.codes import SimpleError, check_call, told_simply
from mapix.simple.constants import (
    MAPI_DIALOG,
    MAPI_E_INVALID_RECIPS,
    MAPI_E_TOO_MANY_FILES,
    MAPI_E_USER_ABORT,
    MAPI_FORCE_UNICODE,
    SUCCESS_SUCCESS,
)
from mapix.simple.contents import check_files, check_message, write
from mapix.simple.dialogs import needed_ui
from mapix.simple.sessions import LOGON_FLAGS, session_for
from mapix.simple.structures import MapiFileDesc, MapiMessage


def MAPISendMail(session: int, ui_param: int, message: MapiMessage, flags: int = 0, reserved: int = 0) -> int:
    """Send a message; it is safe in the Outbox when the function returns.

    `session` 0 is a session for this call, which waits until the message is handed over, at most MAPIX_EXIT_WAIT
    seconds. `flags`: MAPI_DIALOG lets somebody finish the message first (`set_ui`), MAPI_LOGON_UI, MAPI_NEW_SESSION,
    MAPI_FORCE_UNICODE. Recipients without an address are looked up in the address book. A message whose
    `conversation_id` is that of another one answers it.
    Raises `SimpleError`: MAPI_E_INVALID_MESSAGE, MAPI_E_INVALID_RECIPS, MAPI_E_UNKNOWN_RECIPIENT,
    MAPI_E_AMBIGUOUS_RECIPIENT, MAPI_E_BAD_RECIPTYPE, MAPI_E_ATTACHMENT_NOT_FOUND, MAPI_E_USER_ABORT and others;
    nothing is sent then.
    """
    check_call(flags, LOGON_FLAGS | MAPI_DIALOG | MAPI_FORCE_UNICODE, reserved)
    check_message(message)
    wanted = _finished(message) if flags & MAPI_DIALOG else message
    if not wanted.recips:
        raise SimpleError(MAPI_E_INVALID_RECIPS, "a message without recipients cannot be sent")
    check_files(wanted)
    with session_for(session, flags) as found, told_simply():
        made = found.session.outbox.messages.new()
        write(found.session, wanted, made, sent=True)
        made.submit()
    return SUCCESS_SUCCESS


def MAPISendDocuments(ui_param: int, delim_char: str, file_paths: str, file_names: str, reserved: int = 0) -> int:
    """Let somebody write a message with files attached, and send it (`set_ui`).

    `file_paths` are paths with `delim_char` between them, `file_names` the names receivers see, those of the files
    where it is empty.
    Raises `SimpleError`: MAPI_E_NOT_SUPPORTED without a dialog, MAPI_E_TOO_MANY_FILES for names that do not go with the
    paths, MAPI_E_ATTACHMENT_NOT_FOUND, MAPI_E_USER_ABORT.
    """
    check_call(0, 0, reserved)
    paths = [path for path in file_paths.split(delim_char or ";") if path]
    names = file_names.split(delim_char or ";") if file_names else [PurePath(path).name for path in paths]
    if len(names) != len(paths):
        raise SimpleError(MAPI_E_TOO_MANY_FILES, "there are not as many names as files", value=file_names)
    files = [MapiFileDesc(path, name) for path, name in zip(paths, names, strict=True)]
    draft = MapiMessage(subject=", ".join(names), files=files)
    check_files(draft)
    return MAPISendMail(0, ui_param, draft, MAPI_DIALOG, 0)


def _finished(message: MapiMessage) -> MapiMessage:
    ui = needed_ui("writing a message")
    with told_simply():
        found = ui.compose(message)
    if found is None:
        raise SimpleError(MAPI_E_USER_ABORT, "the message was not to be sent")
    return found
