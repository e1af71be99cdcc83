"""Names of tags, flags and result codes as scripts write them."""

from __future__ import annotations

from collections import ChainMap
from functools import cache
from operator import index
from typing import Any, Final

from mapix.properties import flagnames, flags
from mapix.properties.errors import MapiError
from mapix.properties.tag import PropTag
from mapix.pywin32 import com_constants, mapi_constants, mapitags, mapiutil, storagecon

_COMMON: Final = "MAPI_UNICODE MAPI_DEFERRED_ERRORS"
_TABLE: Final = "TBL_ASYNC TBL_BATCH"
_COPY: Final = "MAPI_MOVE MESSAGE_DIALOG MAPI_DECLINE_OK"
_READ: Final = (
    "SUPPRESS_RECEIPT CLEAR_READ_FLAG GENERATE_RECEIPT_ONLY CLEAR_RN_PENDING CLEAR_NRN_PENDING MESSAGE_DIALOG"
)
_PROFILE: Final = "MAPI_DIALOG MAPI_APP_PROFILE MAPI_DEFAULT_SERVICES"
_SERVICE: Final = "SERVICE_UI_ALLOWED SERVICE_UI_ALWAYS SERVICE_NO_RESTART_WARNING MAPI_DIALOG"
_SECTION: Final = "MAPI_MODIFY MAPI_FORCE_ACCESS"

_CONVERT: Final = (
    "CCSF_SMTP CCSF_NOHEADERS CCSF_USE_TNEF CCSF_INCLUDE_BCC CCSF_8BITHEADERS CCSF_USE_RTF CCSF_PLAIN_TEXT_ONLY "
    "CCSF_NO_MSGID CCSF_EMBEDDED_MESSAGE CCSF_PRESERVE_SOURCE"
)
_RTF: Final = "MAPI_MODIFY STORE_UNCOMPRESSED_RTF MAPI_NATIVE_BODY"
_MAILBOX: Final = "OPENSTORE_USE_ADMIN_PRIVILEGE OPENSTORE_PUBLIC OPENSTORE_HOME_LOGON OPENSTORE_TAKE_OWNERSHIP"

_BITS: Final = {
    "MAPILogonEx": "=logon_flags",
    "OpenMsgStore": "=open_store_flags",
    "OpenEntry": "MAPI_MODIFY MAPI_BEST_ACCESS MAPI_NO_CACHE MAPI_CACHE_ONLY SHOW_SOFT_DELETES",
    "OpenAddressBook": "AB_NO_DIALOG",
    "OpenProperty": "MAPI_MODIFY MAPI_CREATE STREAM_APPEND",
    "OpenProfileSection": _SECTION,
    "OpenAttach": "MAPI_MODIFY MAPI_BEST_ACCESS",
    "SaveChanges": "=save_flags",
    "CopyTo": "=copy_flags",
    "CopyProps": "=copy_flags",
    "Logoff": "MAPI_LOGOFF_SHARED MAPI_LOGOFF_UI",
    "StoreLogoff": "=logoff_flags",
    "GetIDsFromNames": "MAPI_CREATE",
    "GetNamesFromIDs": "MAPI_NO_STRINGS MAPI_NO_IDS",
    "GetContentsTable": "MAPI_ASSOCIATED SHOW_SOFT_DELETES",
    "GetHierarchyTable": "CONVENIENT_DEPTH SHOW_SOFT_DELETES",
    "CreateFolder": "OPEN_IF_EXISTS",
    "CreateMessage": "MAPI_ASSOCIATED ITEMPROC_FORCE",
    "CopyMessages": _COPY,
    "DeleteMessages": "MESSAGE_DIALOG DELETE_HARD_DELETE",
    "DeleteFolder": "DEL_MESSAGES DEL_FOLDERS FOLDER_DIALOG DELETE_HARD_DELETE",
    "EmptyFolder": "DEL_ASSOCIATED FOLDER_DIALOG DELETE_HARD_DELETE",
    "SetReadFlags": _READ,
    "SetReadFlag": _READ,
    "DeleteAttach": "ATTACH_DIALOG",
    "SubmitMessage": "FORCE_SUBMIT",
    "QueryRows": "TBL_NOADVANCE",
    "QueryColumns": "TBL_ALL_COLUMNS",
    "SetColumns": _TABLE,
    "Restrict": _TABLE,
    "SortTable": _TABLE,
    "FindRow": "DIR_BACKWARD",
    "ResolveName": "MAPI_DIALOG AB_NO_DIALOG MAPI_CACHE_ONLY",
    "FlushQueues": "FLUSH_UPLOAD FLUSH_DOWNLOAD FLUSH_FORCE FLUSH_NO_UI FLUSH_ASYNC_OK",
    "CreateProfile": _PROFILE,
    "CopyProfile": _PROFILE,
    "RenameProfile": _PROFILE,
    "DeleteProfile": _PROFILE,
    "GetProfileTable": _PROFILE,
    "CreateMsgService": _SERVICE,
    "CreateMsgServiceEx": _SERVICE,
    "ConfigureMsgService": _SERVICE,
    "MAPIInitialize": "MAPI_MULTITHREAD_NOTIFICATIONS MAPI_NO_COINIT MAPI_NT_SERVICE",
    "MIMEToMAPI": _CONVERT,
    "MAPIToMIMEStm": _CONVERT,
    "RTFSync": "RTF_SYNC_RTF_CHANGED RTF_SYNC_BODY_CHANGED",
    "WrapCompressedRTFStream": _RTF,
    "WrapCompressedRTFStreamEx": _RTF,
    "OpenIMsgOnIStg": "IMSG_NO_ISTG_COMMIT",
    "ValidateState": "SUPPRESS_UI REFRESH_XP_HEADER_CACHE PROCESS_XP_HEADER_CACHE FORCE_XP_CONNECT CONFIG_CHANGED",
    "CreateStoreEntryID": _MAILBOX,
    "CreateStoreEntryID2": _MAILBOX,
    "Commit": "STGC_OVERWRITE STGC_ONLYIFCURRENT STGC_DANGEROUSLYCOMMITMERELYTODISKCACHE STGC_CONSOLIDATE",
    "CoCreateInstance": "CLSCTX_INPROC_SERVER CLSCTX_INPROC_HANDLER CLSCTX_LOCAL_SERVER CLSCTX_REMOTE_SERVER",
    "RES_CONTENT": "FL_SUBSTRING FL_PREFIX FL_IGNORECASE FL_IGNORENONSPACE FL_LOOSE",
}
"""Bits by call: names, or after `=` a group of `flagnames`."""

_VALUES: Final = {
    ("ModifyRecipients", "flags"): {0: "0", 2: "MODRECIP_ADD", 4: "MODRECIP_MODIFY", 8: "MODRECIP_REMOVE"},
    ("CreateFolder", "folderType"): {1: "FOLDER_GENERIC", 2: "FOLDER_SEARCH"},
    ("SeekRow", "bookmark"): {0: "BOOKMARK_BEGINNING", 1: "BOOKMARK_CURRENT", 2: "BOOKMARK_END"},
    ("FindRow", "bookmarkOrigin"): {0: "BOOKMARK_BEGINNING", 1: "BOOKMARK_CURRENT", 2: "BOOKMARK_END"},
    ("Seek", "origin"): {0: "STREAM_SEEK_SET", 1: "STREAM_SEEK_CUR", 2: "STREAM_SEEK_END"},
}
_GROUPS: Final = {
    mapitags.PR_RECIPIENT_TYPE: "recipient_type",
    mapitags.PR_OBJECT_TYPE: "object_type",
    mapitags.PR_MESSAGE_FLAGS: "message_flags",
    mapitags.PR_ATTACH_METHOD: "attach_method",
    mapitags.PR_FOLDER_TYPE: "folder_type",
    mapitags.PR_IMPORTANCE: "importance",
    mapitags.PR_PRIORITY: "priority",
    mapitags.PR_SENSITIVITY: "sensitivity",
    mapitags.PR_ACCESS: "access",
    mapitags.PR_STORE_SUPPORT_MASK: "store_support_mask",
    mapitags.PR_VALID_FOLDER_MASK: "valid_folder_mask",
    mapitags.PR_RESOURCE_TYPE: "resource_type",
    mapitags.PR_RESOURCE_METHODS: "status_methods",
    mapitags.PR_STATUS_CODE: "status_code",
    mapitags.PR_CONTAINER_FLAGS: "container_flags",
}
"""Words that properties' values are made of, by `flagnames`."""

_SHOWN: Final = 60
_MODES: Final = ("mode", "Mode", "interfaceOptions")
_EVENTS: Final = ("mask", "eventMask")
_FLAGS: Final = ("flags", "fuzzy", "grfCommitFlags")
_KNOWN: Final = ChainMap(vars(flags), vars(storagecon), vars(com_constants))


def flag_word(call: str, name: str, value: Any) -> str | None:
    """The names of the bits, or of the value, of an argument; None for arguments that have none."""
    if not hasattr(type(value), "__index__"):
        return None
    number = index(value) & 0xFFFFFFFF
    if name == "hr":
        return code_name(number)
    if (call, name) in _VALUES:
        return _VALUES[call, name].get(number)
    if name in _EVENTS:
        return flagnames.decode("events", number)
    if name in _MODES or call.startswith("OpenStreamOnFile"):
        return _mode(number)
    if name not in _FLAGS and (call, name) != ("CoCreateInstance", "context"):
        return None
    words = _BITS.get(call, "")
    return flagnames.decode(words[1:], number) if words.startswith("=") else _bits(f"{words} {_COMMON}", number)


def value_word(tag: int, value: Any) -> str | None:
    """What a property's value says in words: flags, enumerations, 8-bit text; None for others."""
    if isinstance(value, bytes) and tag & 0xFFFF == mapitags.PT_STRING8:
        return repr(value if len(value) <= _SHOWN else value[:_SHOWN] + b"...")
    group = _GROUPS.get(tag) if isinstance(value, int) else None
    return None if group is None else flagnames.decode(group, value)


def _bits(words: str, number: int) -> str:
    found: dict[int, str] = {}
    for word in words.split():
        if number & _KNOWN[word]:
            found.setdefault(_KNOWN[word], word)
    rest = number & ~sum(found)
    return " | ".join([*found.values(), *([f"0x{rest:X}"] if rest else [])]) or "0"


def _mode(number: int) -> str:
    """STGM_* bits; sharing is a number within the word, not a bit."""
    sharing = {0x10: "STGM_SHARE_EXCLUSIVE", 0x20: "STGM_SHARE_DENY_WRITE", 0x30: "STGM_SHARE_DENY_READ"}
    kinds = "STGM_WRITE STGM_READWRITE STGM_CREATE STGM_TRANSACTED STGM_CONVERT STGM_DELETEONRELEASE STGM_NOSCRATCH"
    found = [name for name in kinds.split() if number & vars(storagecon)[name]]
    shared = sharing.get(number & 0x70) or ("STGM_SHARE_DENY_NONE" if number & 0x70 == 0x40 else "")
    known = sum(vars(storagecon)[name] for name in found) | number & 0x70
    rest = number & ~known & 0xFFFFFFFF
    words = [*found, *([shared] if shared else []), *([_bits(_COMMON, rest)] if rest else [])]
    return " | ".join(words) or "0"


def code_name(code: int) -> str:
    """The name of a result code."""
    number = index(code) & 0xFFFFFFFF
    return _codes().get(number, f"0x{number:08X}")


@cache
def _codes() -> dict[int, str]:
    from mapix.pywin32 import winerror

    kinds = ("E_", "STG_", "S_OK", "S_FALSE", "CO_E_", "REGDB_E_", "DISP_E_")
    names = [(name, value) for name, value in vars(winerror).items() if name.startswith(kinds) and type(value) is int]
    names += [(n, v) for n, v in vars(mapi_constants).items() if n.startswith(("MAPI_E_", "MAPI_W_"))]
    return {value & 0xFFFFFFFF: name for name, value in names}


def tag_name(tag: int, target: Any) -> str:
    """The name of a property tag; that of a named property as the object has it."""
    number = index(tag) & 0xFFFFFFFF
    name = mapiutil.GetPropTagName(number)
    if not name.startswith("PR_") and number >> 31:
        return f"0x{number:08X}{_given_name(number, target)}"
    return name if name.startswith("PR_") else f"0x{number:08X}"


def _given_name(number: int, target: Any) -> str:
    names = getattr(target, "get_names_from_ids", None)
    try:
        found = names([PropTag(number).id]).get(PropTag(number).id) if names is not None else None
    except MapiError:
        return ""
    return "" if found is None else f" {found.name!r}"
