"""The flags of MAPILogonEx: which there are, and which exclude each other (LOG-17, LOG-18)."""

from __future__ import annotations

from mapix.properties.errors import UnknownFlags
from mapix.properties.flags import (
    MAPI_ALLOW_OTHERS,
    MAPI_APP_PROFILE,
    MAPI_BG_SESSION,
    MAPI_EXPLICIT_PROFILE,
    MAPI_EXTENDED,
    MAPI_FORCE_DOWNLOAD,
    MAPI_LOGON_UI,
    MAPI_NEW_SESSION,
    MAPI_NO_MAIL,
    MAPI_NT_SERVICE,
    MAPI_PASSWORD_UI,
    MAPI_SERVICE_UI_ALWAYS,
    MAPI_TIMEOUT_SHORT,
    MAPI_UNICODE,
    MAPI_USE_DEFAULT,
)

_KNOWN = (
    MAPI_LOGON_UI
    | MAPI_NEW_SESSION
    | MAPI_APP_PROFILE
    | MAPI_ALLOW_OTHERS
    | MAPI_EXPLICIT_PROFILE
    | MAPI_EXTENDED
    | MAPI_USE_DEFAULT
    | MAPI_FORCE_DOWNLOAD
    | MAPI_SERVICE_UI_ALWAYS
    | MAPI_NO_MAIL
    | MAPI_NT_SERVICE
    | MAPI_PASSWORD_UI
    | MAPI_TIMEOUT_SHORT
    | MAPI_BG_SESSION
    | MAPI_UNICODE
)


def check_flags(flags: int) -> None:
    """Raises `UnknownFlags` for flags MAPILogonEx does not define or that exclude each other (LOG-17, LOG-18)."""
    if flags & ~_KNOWN:
        raise UnknownFlags("MAPILogonEx does not know these flags", value=hex(flags & ~_KNOWN))
    if flags & MAPI_LOGON_UI and flags & MAPI_PASSWORD_UI:
        raise UnknownFlags("MAPI_LOGON_UI and MAPI_PASSWORD_UI exclude each other", value=hex(flags))
    if flags & MAPI_NT_SERVICE:
        if not flags & MAPI_NO_MAIL:
            raise UnknownFlags("MAPI_NT_SERVICE needs MAPI_NO_MAIL", value=hex(flags))
        if flags & (MAPI_LOGON_UI | MAPI_PASSWORD_UI | MAPI_SERVICE_UI_ALWAYS):
            raise UnknownFlags("a service cannot have dialogs", value=hex(flags))
