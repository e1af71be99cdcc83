"""The functions of `win32com.mapi.mapiutil`: names for numbers, and properties by names."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from typing import Any

from mapix.pywin32 import mapi, mapitags, pythoncom

_TEXT = (mapitags.PT_STRING8, mapitags.PT_UNICODE)
_NOT_TYPES = ("PT_TSTRING", "PT_MV_TSTRING")
_TYPES: dict[type, int] = {
    float: mapitags.PT_DOUBLE,
    int: mapitags.PT_I4,
    bytes: mapitags.PT_STRING8,
    str: mapitags.PT_UNICODE,
    type(None): mapitags.PT_UNSPECIFIED,
}


prTable: dict[int, str] = {}
"""Names of tags and of their identifiers, which scripts read and add to; filled when first asked, like the next two."""
mapiErrorTable: dict[int, str] = {}
"""Names of MAPI's codes."""
ptTable: dict[int, str] = {}
"""Names of types."""


def _filled(table: dict[int, str], names: Callable[[], dict[int, str]]) -> dict[int, str]:
    if not table:
        table.update(names())
    return table


def _named(module: Any, *prefixes: str) -> Iterator[tuple[str, int]]:
    return ((name, value) for name, value in vars(module).items() if name.startswith(prefixes))


def _tag_names() -> dict[int, str]:
    """Names by tag and by identifier: text properties have one for each width, and one without for both."""
    names: dict[int, str] = {}
    for name, tag in _named(mapitags, "PR_"):
        text = mapitags.PROP_TYPE(tag) in _TEXT
        if not text or name.endswith(("_A", "_W")):
            names[tag] = name
        if not text or not name.endswith(("_A", "_W")):
            names[mapitags.PROP_ID(tag)] = name
    return names


def _code_names() -> dict[int, str]:
    return {code: name for name, code in _named(mapi, "MAPI_E_", "MAPI_W_")}


def _type_names() -> dict[int, str]:
    return {code: name for name, code in _named(mapitags, "PT_") if name not in _NOT_TYPES}


def GetPropTagName(pt: int) -> str:
    """The `PR_` name of a tag, else of its identifier, else its number in hexadecimal."""
    names = _filled(prTable, _tag_names)
    return names.get(pt) or names.get(mapitags.PROP_ID(pt)) or hex(int(pt)).removeprefix("-")


def GetScodeString(hr: int) -> str:
    """The `MAPI_E_` or `MAPI_W_` name of a code, else what COM calls it."""
    return _filled(mapiErrorTable, _code_names).get(hr, pythoncom.GetScodeString(hr))


def GetMapiTypeName(propType: int, rawType: Any = True) -> str:
    """The `PT_` name of a type; unless `rawType` is false, that of a single value."""
    kind = propType & ~mapitags.MV_FLAG if rawType else propType
    return _filled(ptTable, _type_names).get(kind, hex(kind))


def GetProperties(obj: Any, propList: Any) -> Any:
    """Values of properties by tag or public name: a list for a list or tuple, otherwise the one value.

    None when any of them is missing.
    """
    several = isinstance(propList, list | tuple)
    hr, found = obj.GetProps([_tag(obj, prop) for prop in (propList if several else (propList,))], 0)
    if hr != 0:
        return None
    answers = [value for _, value in found]
    return answers if several else answers[0]


def _tag(obj: Any, prop: Any) -> int:
    if isinstance(prop, int):
        return prop
    (tag,) = obj.GetIDsFromNames(((mapi.PS_PUBLIC_STRINGS, prop),), 0)
    return mapitags.PROP_TAG(mapitags.PT_UNSPECIFIED, mapitags.PROP_ID(tag))


def GetAllProperties(obj: Any, make_tag_names: Any = True) -> list[tuple[Any, Any]]:
    """Every property as `(name, value)`; with the tag for a name unless `make_tag_names`."""
    _, found = obj.GetProps(obj.GetPropList(0))
    return [(_name(obj, tag) if make_tag_names else tag, value) for tag, value in found]


def _name(obj: Any, tag: int) -> str:
    _, _, ((_, name),) = obj.GetNamesFromIDs((tag,))
    return name if isinstance(name, str) else GetPropTagName(tag)


def SetPropertyValue(obj: Any, prop: Any, val: Any) -> None:
    """Set one property by tag or public name, None removes it. By name, the type follows from the value, and
    whatever equals True or False is a boolean; ValueError for other kinds of value.
    """
    if not isinstance(prop, int):
        (tag,) = obj.GetIDsFromNames(((mapi.PS_PUBLIC_STRINGS, prop),), mapi.MAPI_CREATE)
        prop = mapitags.PROP_TAG(_type_of(val), mapitags.PROP_ID(tag))
    if val is None:
        obj.DeleteProps((prop,))
    else:
        obj.SetProps(((prop, val),))


def _type_of(value: Any) -> int:
    if value in (True, False):
        return mapitags.PT_BOOLEAN
    if type(value) not in _TYPES:
        raise ValueError(f"no property type for {value!r} ({type(value)})")
    return _TYPES[type(value)]


def SetProperties(msg: Any, propDict: dict[Any, Any]) -> None:
    """Set properties by tag or public name, with one call for the names and one for the values.

    By name, text, numbers and times can be set; ValueError for other kinds of value.
    """
    wanted = [(mapi.PS_PUBLIC_STRINGS, key) for key in propDict if isinstance(key, str)]
    made = iter(msg.GetIDsFromNames(wanted, mapi.MAPI_CREATE) if wanted else ())
    pairs = []
    for key, value in propDict.items():
        tag = mapitags.PROP_TAG(_named_type(value), mapitags.PROP_ID(next(made))) if isinstance(key, str) else key
        pairs.append((tag, value))
    msg.SetProps(pairs)


def _named_type(value: Any) -> int:
    kinds: tuple[tuple[type, int], ...] = (
        (str, mapitags.PT_UNICODE),
        (int, mapitags.PT_I4),
        (datetime.datetime, mapitags.PT_SYSTIME),
    )
    for kind, code in kinds:
        if isinstance(value, kind):
            return code
    raise ValueError(f"no property type for {value!r} ({type(value)})")
