"""Arguments for calls of the face by the kinds of the table of calls: mostly good ones, some that are none."""

import functools
from collections.abc import Sequence
from typing import Any, NamedTuple

from hypothesis import strategies as st

from mapix.pywin32 import emsabtags, iids, mapi, mapitags, pywintypes
from mapix.pywin32.iid import IID

NONSENSE = st.sampled_from([None, "text", b"bytes", 1.5, (), [], {}, object, -1, 1 << 40, "\ud800"])
SMALL = st.integers(-2, 20)
INT32 = st.one_of(
    st.sampled_from([0, 0, 0, 1, 2, 3, 4, 8, 0x10, 0x20, 0x40, mapi.MAPI_UNICODE, 0x80000000, -1, 0x7FFFFFFF, True]),
    st.integers(-(1 << 31), (1 << 31) - 1),
)
TAGS = st.one_of(
    st.sampled_from(
        [tag for name, tag in vars(mapitags).items() if name.startswith("PR_") and type(tag) is int]
        + [tag for name, tag in vars(emsabtags).items() if name.startswith("PR_") and type(tag) is int][:40]
    ),
    st.integers(0, 0xFFFFFFFF),
    st.builds(
        lambda number, kind: number << 16 | kind, st.integers(0x8000, 0x8008), st.sampled_from([3, 0x1F, 0x102, 0x101F])
    ),
)
TEXTS = st.text(max_size=12)
BYTES = st.binary(max_size=24)
TIMES = st.datetimes().map(pywintypes.Time)
IIDS = st.one_of(
    st.sampled_from([IID(text) for table in (iids.MAPI, iids.EXCHANGE, iids.PYTHONCOM) for text in table.values()]),
    st.sampled_from(["{00020307-0000-0000-C000-000000000046}", "Outlook.Application", "{}"]),
)
_VALUES: dict[int, st.SearchStrategy[Any]] = {
    2: st.integers(-40000, 40000),
    3: INT32,
    4: st.floats(),
    5: st.floats(),
    7: TIMES,
    10: INT32,
    11: st.booleans(),
    20: st.integers(-(1 << 64), 1 << 64),
    30: TEXTS | BYTES,
    31: TEXTS,
    64: TIMES,
    72: IIDS,
    258: BYTES,
}


@st.composite
def pairs(draw: st.DrawFn) -> Any:
    """One property value, now and then of the wrong kind."""
    tag = draw(TAGS)
    kind = tag & 0xFFFF
    plain = _VALUES.get(kind & ~0x1000, NONSENSE)
    value = draw(st.lists(plain, max_size=3) if kind & 0x1000 else plain) if draw(st.integers(0, 9)) else draw(NONSENSE)
    return (tag, value) if draw(st.integers(0, 19)) else [tag, value]


PAIRS = pairs()
_CONDITIONS = st.one_of(
    st.none(),
    st.tuples(st.just(mapi.RES_EXIST), st.tuples(TAGS)),
    st.tuples(st.just(mapi.RES_PROPERTY), st.tuples(st.integers(0, 7), TAGS, PAIRS)),
    st.tuples(st.just(mapi.RES_CONTENT), st.tuples(st.sampled_from([0, 1, 2, 0x10001]), TAGS, PAIRS)),
    st.tuples(st.just(mapi.RES_BITMASK), st.tuples(st.integers(0, 2), TAGS, INT32)),
    st.tuples(st.integers(-1, 12), NONSENSE),
)
CONDITIONS = st.recursive(
    _CONDITIONS,
    lambda inner: st.one_of(
        st.tuples(st.sampled_from([mapi.RES_AND, mapi.RES_OR]), st.lists(inner, max_size=3)),
        st.tuples(st.just(mapi.RES_NOT), st.tuples(inner)),
    ),
    max_leaves=4,
)
KEYS = st.lists(st.tuples(TAGS, st.integers(-1, 3)), max_size=3)
ORDERS = st.one_of(st.none(), st.tuples(KEYS), st.tuples(KEYS, SMALL), st.tuples(KEYS, SMALL, SMALL), NONSENSE)
NAMES = st.lists(st.tuples(IIDS, TEXTS | INT32), max_size=3)

KINDS: dict[str, st.SearchStrategy[Any]] = {
    "int32": INT32,
    "uint32": INT32,
    "cint": INT32,
    "int": SMALL,
    "ulongptr": SMALL,
    "bool": st.booleans(),
    "chars": TEXTS | BYTES,
    "chars_or_none": st.none() | TEXTS | BYTES,
    "mapistr": TEXTS | BYTES,
    "mapistr_or_none": st.none() | TEXTS | BYTES,
    "wstr": TEXTS,
    "wstr_or_none": st.none() | TEXTS,
    "utf8str": TEXTS,
    "none_or_str": st.none() | TEXTS,
    "iid": IIDS,
    "iid_or_none": st.none() | IIDS,
    "uid": IIDS,
    "seq_iids_or_none": st.none() | st.lists(IIDS, max_size=3),
    "seq_tags": st.one_of(st.none(), TAGS, st.lists(TAGS, max_size=6), st.lists(TAGS, max_size=6).map(tuple)),
    "seq_propvals": st.lists(PAIRS, max_size=5),
    "seq_propvals_or_none": st.none() | st.lists(PAIRS, max_size=5),
    "propval": PAIRS,
    "adrlist": st.lists(st.lists(PAIRS, max_size=4), max_size=3),
    "seq_nameids_or_none": st.none() | NAMES,
    "restriction": CONDITIONS,
    "sortorder": ORDERS,
    "names_or_none": st.none() | st.lists(TEXTS, max_size=2),
    "time_or_none": st.none() | TIMES,
    "object": NONSENSE,
    "progress": st.none(),
    "callable": st.just(lambda *told: None),
    "initinfo": st.none(),
    "wcsinfo": st.just((0, 0, 0)),
    "dict": st.dictionaries(TAGS | TEXTS, TEXTS, max_size=2),
}


_USUAL = st.sampled_from([0] * 12 + [mapi.MAPI_UNICODE] * 3 + [mapi.MAPI_MODIFY, mapi.MAPI_BEST_ACCESS, 2, 4, 0x40])
_FLAGS = st.integers(0, 15).flatmap(lambda number: INT32 if number == 7 else _USUAL)
_BY_NAME: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("flags", "interfaceOptions", "reserved", "mode", "Mode"), _FLAGS),
    **dict.fromkeys(("propTag", "tag"), TAGS),
    **dict.fromkeys(("uiParam", "uiParm"), st.sampled_from([0] * 9 + [1])),
    **dict.fromkeys(
        ("attachmentNum", "bookmark", "bookmarkOrigin", "connection", "handle", "folderType"), st.integers(-1, 4)
    ),
    **dict.fromkeys(("rowCount", "rowsMax", "numerator", "denominator", "cValues"), st.integers(-5, 30)),
    "iid": st.integers(0, 9).flatmap(lambda number: IIDS if number > 6 else st.none()),
    "resultIID": st.sampled_from([mapi.IID_IMAPIProp, mapi.IID_IMessage, mapi.IID_IMAPIFolder]) | IIDS,
}


class Pick(NamedTuple):
    """Something that a script has come across, by a number that is drawn before anybody knows how much there is."""

    number: int
    wanted: str = ""

    def among(self, ids: Sequence[bytes], objects: Sequence[Any]) -> Any:
        """An identifier, or an object: mostly one of the class wanted."""
        if not self.wanted:
            return ids[self.number % len(ids)] if ids else b""
        fitting = [each for each in objects if self.wanted in (cls.__name__ for cls in type(each).__mro__)]
        found = [*fitting * 4, *objects[:8], None]
        return found[self.number % len(found)]


def picked(value: Any, ids: Sequence[bytes], objects: Sequence[Any]) -> Any:
    """A drawn argument with what it picks in its place."""
    if isinstance(value, Pick):
        return value.among(ids, objects)
    return [picked(each, ids, objects) for each in value] if type(value) is list else value


_NUMBERS = st.integers(0, 999)
_SOME_ID = st.integers(0, 9).flatmap(
    lambda number: st.sampled_from([b"", b"junk"]) if number == 7 else st.builds(Pick, _NUMBERS)
)
_OF_IDS: dict[str, st.SearchStrategy[Any]] = {
    "bytes": _SOME_ID,
    "bytes_or_none": st.none() | _SOME_ID,
    "buffer": _SOME_ID | BYTES,
    "buffer_or_none": st.none() | _SOME_ID,
    "seq_bytes": _SOME_ID | st.lists(_SOME_ID, max_size=3),
}


@functools.cache
def argument(name: str, kind: str) -> st.SearchStrategy[Any]:
    """Something for a parameter. What is drawn depends on nothing that calls did: see `picked`."""
    if kind.startswith("obj:") or kind == "sink":
        wanted = "PyIMAPIAdviseSink" if kind == "sink" else f"Py{kind[4:].removesuffix('_or_none')}"
        return st.builds(Pick, _NUMBERS, st.just(wanted))
    if name in _BY_NAME and kind in ("int32", "uint32", "cint", "iid_or_none", "iid"):
        return _BY_NAME[name]
    return _OF_IDS[kind] if kind in _OF_IDS else KINDS[kind]
