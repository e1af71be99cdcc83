"""What each kind of argument refuses, and with which exception."""

from typing import Any

from mapix.pywin32 import mapi, mapitags
from mapix.pywin32.errors import com_error

TAG = mapitags.PR_SUBJECT_W
E_NOINTERFACE = -2147467262
CO_E_CLASSSTRING = -2147221005

Refused = tuple[Any, type[Exception], str | int]
"""A value, the exception, and what its text begins with, or for com_error its code."""


class Foreign:
    """No COM object."""


class Carrier:
    """An instance that carries a COM object."""

    def __init__(self, oleobj: Any) -> None:
        self._oleobj_ = oleobj


def type_errors(*values: Any, text: str = "") -> list[Refused]:
    return [(value, TypeError, text) for value in values]


def overflows(*values: Any) -> list[Refused]:
    return [(value, OverflowError, "") for value in values]


_NUMBER = type_errors(None, "1", 1.5, b"1", [1])
_TOO_LARGE = overflows(1 << 32, -(1 << 31) - 1, 1 << 70)
_NOT_PAIR = "An SPropValue item must be a tuple of (integer, object)"
_STRING = "None is not a valid string in this context"
_NOT_A_RESTRICTION = "The SRestriction object must be a sequence of length 2"
_UNSUPPORTED = "Unsupported restriction type!  Please fix in mapiutil.cpp!!!"
_NOT_A_SORT = "A SortOrder object must be tuple of (sequence, cCategories=0, cExpanded=0)"
_ROWS = "ADRLIST/SRowSet items must be a sequence"
_PAIRS = [
    *type_errors(5, {TAG: "x"}),
    *type_errors([5], [[TAG, "x"]], [(TAG,)], [("x", "x")], text=_NOT_PAIR),
    ([(TAG, None)], TypeError, _STRING),
    ([(TAG & 0xFFFF0000 | 6, 1)], TypeError, "Unsupported MAPI property type 0x6"),
]
_IID = [*type_errors(5, 1.5, b"x" * 16), ("nonsense", com_error, CO_E_CLASSSTRING)]
_SEQUENCE_OF_TAGS = [
    *type_errors(1.5, {TAG}, {TAG: 1}, text="SPropTagArray must be a sequence of integers"),
    *type_errors([None], ["x"], [1.5], text="SPropTagArray must be a sequence of integers"),
    *overflows(-1, [-1], 1 << 32, [1 << 32]),
]

REFUSED: dict[str, list[Refused]] = {
    "int32": [*_NUMBER, *_TOO_LARGE],
    "cint": [*_NUMBER, *_TOO_LARGE],
    "uint32": _NUMBER,
    "ulongptr": [*_NUMBER, *overflows(-1, 1 << 70)],
    "bytes": type_errors(None, "x", 5, bytearray(b"x"), text="EntryID must be a string"),
    "bytes_or_none": type_errors("x", 5, bytearray(b"x"), text="EntryID must be a string or None"),
    "buffer": type_errors(None, 5, 1.5),
    "buffer_or_none": type_errors(5, 1.5),
    "chars": [(None, TypeError, _STRING), *type_errors(5, 1.5, [b"x"])],
    "chars_or_none": type_errors(5, 1.5, [b"x"]),
    "mapistr": [(None, TypeError, _STRING), *type_errors(5, 1.5, ["x"])],
    "mapistr_or_none": type_errors(5, 1.5, ["x"]),
    "wstr": [(None, TypeError, _STRING), *type_errors(5, b"x", ["x"])],
    "wstr_or_none": type_errors(5, b"x", ["x"]),
    "utf8str": [*type_errors(None, 5, b"x"), ("a\0b", ValueError, "embedded null character")],
    "iid": [*type_errors(None), *_IID],
    "iid_or_none": _IID,
    "uid": [*type_errors(None), *_IID],
    "seq_iids_or_none": [*type_errors(5, [5]), (["nonsense"], com_error, CO_E_CLASSSTRING)],
    "seq_tags": _SEQUENCE_OF_TAGS,
    "seq_propvals": [*type_errors(None), *_PAIRS],
    "seq_propvals_or_none": _PAIRS,
    "propval": type_errors(None, 5, [TAG, "x"], (TAG,), text=_NOT_PAIR),
    "adrlist": [
        (None, ValueError, "None is not a valid SRowSet/ADRLIST in this context"),
        *type_errors(5, [5], text=_ROWS),
        *type_errors([[5]], [[[TAG, "x"]]], text=_NOT_PAIR),
    ],
    "seq_bytes": [
        *type_errors(None, 5, text="SBinaryArray must be a sequence of strings"),
        *type_errors("x", ["x"], [5], [None], text="SBinary must be a string"),
    ],
    "seq_nameids_or_none": [
        *type_errors(5, text="MAPINAMEID array list be a sequence of tuples"),
        *type_errors([5], [(mapi.PS_MAPI,)], text="MAPINAMEIDArray must be a sequence of (iid, string/int) tuples"),
        *type_errors([(mapi.PS_MAPI, 1.5)], text="The type of property ID is invalid - must be string/unicode or int"),
        ([("nonsense", 1)], com_error, CO_E_CLASSSTRING),
    ],
    "restriction": [
        *type_errors(5, (1,), (1, 2, 3), text=_NOT_A_RESTRICTION),
        *type_errors(("x", ()), text="SRestriction must be a sequence of (integer, object)"),
        *[((kind, ()), ValueError, _UNSUPPORTED) for kind in (5, 7, 9, 10, 99)],
        *type_errors((8, [TAG]), (3, [0, TAG, (TAG, "x")]), (2, (8, (TAG,))), (8, ())),
    ],
    "sortorder": [
        *type_errors(5, [[(TAG, 0)]], (), text=_NOT_A_SORT),
        *type_errors((5,), text="The first object must be a sequence"),
        *type_errors(([5],), ([[TAG, 0]],), ([(TAG,)],), ([(TAG, None)],)),
    ],
    "sink": [
        *type_errors(None, text="None is not a valid interface object in this context"),
        *type_errors(5, Foreign(), text="The Python instance can not be converted to a COM object"),
    ],
    "bool": [],
    "callable": type_errors(None, 5, text="OnNotify must be callable"),
    "object": [],
    "progress": type_errors(5, Foreign(), text="The Python instance can not be converted to a COM object"),
    "none_or_str": type_errors(5, b"x"),
    "initinfo": type_errors(5, [0, 0], (0,), ("x", 0)),
    "wcsinfo": type_errors(5, [0, 0, 0], (0, 0), ("x", 0, 0)),
    "int": [*type_errors(None, "1", 1.5), *overflows(1 << 70)],
    "names_or_none": type_errors(5, b"x", [5]),
    "time_or_none": type_errors("now", 1.5, (2024, 1, 1)),
    "dict": [],
}
"""By kind of argument."""

STRICT = {
    "mapi.HrGetOneProp",
    "mapi.HrSetOneProp",
    "mapi.OpenIMsgOnIStg",
    "mapi.RTFStreamToHTML",
    "mapi.WrapCompressedRTFStreamEx",
    "pythoncom.StgCreateDocfileOnILockBytes",
    "pythoncom.StgOpenStorageOnILockBytes",
    "pythoncom.WriteClassStg",
    "pythoncom.ReadClassStg",
}
"""Functions whose interface arguments are wrappers only."""

_EXCEPTIONS: dict[tuple[str, str], list[Refused]] = {
    ("mapi.MAPILogonEx", "profileName"): type_errors(5, 1.5, ["x"]),
    ("PyIUnknown.QueryInterface", "useIID"): _IID,
    ("PyIMAPIProp.OpenProperty", "iid"): _IID,
    ("PyIMAPISession.Advise", "entryId"): type_errors("x", 5, text="EntryID must be a string"),
    ("PyIMsgStore.Advise", "entryId"): type_errors("x", 5, text="EntryID must be a string"),
    ("mapi.OpenIMsgOnIStg", "support"): type_errors(5, text="Only None us supported for MAPISupport and CallRelease"),
    ("mapi.OpenIMsgOnIStg", "callback"): type_errors(5, text="Only None us supported for MAPISupport and CallRelease"),
}
"""Parameters that take more than their kind, or say something else."""


def refused(call: str, parameter: str, kind: str, other: Any) -> list[Refused]:
    """What a parameter refuses; `other` is a COM object without the interface it wants."""
    if (call, parameter) in _EXCEPTIONS:
        return _EXCEPTIONS[call, parameter]
    if kind.startswith("obj:"):
        return _objects(call, kind, other)
    more: list[Refused] = [(other, com_error, E_NOINTERFACE)] if kind in ("sink", "progress") else []
    return [*REFUSED[kind], *more]


def _objects(call: str, kind: str, other: Any) -> list[Refused]:
    found: list[Refused] = [(other, com_error, E_NOINTERFACE)]
    if call in STRICT:
        found += [(value, ValueError, "argument is not a COM object (got type=") for value in (5, Carrier(other))]
    else:
        found += type_errors(5, Foreign(), text="The Python instance can not be converted to a COM object")
        found.append((Carrier(other), com_error, E_NOINTERFACE))
    if not kind.endswith("_or_none"):
        found += type_errors(None, text="None is not a valid interface object in this context")
    return found
