"""The kinds of the table of calls as types of stubs."""

from __future__ import annotations

from typing import Final

ALIASES: Final = (
    "from collections.abc import Callable, Iterator, Sequence",
    "from datetime import datetime as _datetime",
    "from typing import Any, TypeAlias",
    "",
    "class PyIID:",
    '    """A GUID; `bytes(iid)` are its 16 bytes."""',
    "",
    "    def __bytes__(self) -> bytes: ...",
    "    def __buffer__(self, flags: int, /) -> memoryview: ...",
    "    def __hash__(self) -> int: ...",
    "",
    "Iid: TypeAlias = PyIID | str",
    "Buffer: TypeAlias = bytes | bytearray | memoryview | str | PyIID",
    "Pair: TypeAlias = tuple[int, Any]",
    "Row: TypeAlias = tuple[Pair, ...]",
    "Tags: TypeAlias = int | Sequence[int] | None",
    "Restriction: TypeAlias = tuple[int, Any] | list[Any] | None",
    "SortKeys: TypeAlias = Sequence[tuple[int, int]]",
    "SortOrder: TypeAlias = tuple[SortKeys] | tuple[SortKeys, int] | tuple[SortKeys, int, int] | None",
    "Problems: TypeAlias = tuple[tuple[int, int, int], ...] | None",
    "LastError: TypeAlias = tuple[int, str | None, str | None, int, int] | None",
    "Stat: TypeAlias = tuple[str | None, int, int, Any, Any, Any, int, int, PyIID, int, int]",
    "Element: TypeAlias = tuple[str, int, int, Any, Any, Any, int, int, PyIID, int, int]",
)

_KINDS: Final = {
    "int32": "int",
    "uint32": "int",
    "cint": "int",
    "int": "int",
    "ulongptr": "int",
    "bool": "object",
    "bytes": "bytes",
    "bytes_or_none": "bytes | None",
    "buffer": "Buffer",
    "buffer_or_none": "Buffer | None",
    "chars": "bytes | str",
    "chars_or_none": "bytes | str | None",
    "mapistr": "bytes | str",
    "mapistr_or_none": "bytes | str | None",
    "wstr": "str",
    "wstr_or_none": "str | None",
    "utf8str": "str",
    "none_or_str": "str | None",
    "iid": "Iid",
    "iid_or_none": "Iid | None",
    "uid": "Iid",
    "seq_iids_or_none": "Sequence[Iid] | None",
    "seq_tags": "Tags",
    "seq_propvals": "Sequence[Pair]",
    "seq_propvals_or_none": "Sequence[Pair] | None",
    "propval": "Pair",
    "adrlist": "Sequence[Sequence[Pair]]",
    "seq_bytes": "bytes | Sequence[bytes]",
    "seq_nameids_or_none": "Sequence[tuple[Iid, int | str]] | None",
    "restriction": "Restriction",
    "sortorder": "SortOrder",
    "initinfo": "tuple[int, int] | None",
    "wcsinfo": "tuple[int, int, int]",
    "names_or_none": "Sequence[str] | None",
    "time_or_none": "_datetime | int | None",
    "sink": "PyIMAPIAdviseSink | Any",
    "callable": "Callable[..., object]",
    "dict": "dict[Any, Any]",
    "list": "list[Any]",
    "object": "Any",
    "progress": "Any",
}
_ANSWERS: Final = {
    "none": "None",
    "hr": "int",
    "int": "int",
    "bit": "int",
    "text": "str",
    "bytes": "bytes",
    "pair": "Pair",
    "pairs": "Row",
    "rows": "tuple[Row, ...]",
    "tags": "tuple[int, ...]",
    "problems": "Problems",
    "names": "list[tuple[PyIID | None, str | int | None]]",
    "lasterror": "LastError",
    "stat": "Stat",
    "entry": "PyIEntry",
    "interface": "Any",
    "named": "list[tuple[Any, Any]]",
    "any": "Any",
}


def parameters(text: str) -> list[str]:
    """Parameters of the table as those of a stub."""
    return [_parameter(*each.split(":", 1)) for each in text.split()]


def _parameter(name: str, kind: str) -> str:
    kind, optional, _ = kind.partition("=")
    return f"{name}: {parameter_type(kind)}{' = ...' if optional else ''}"


def parameter_type(kind: str) -> str:
    """The type of a kind of argument; `obj:IMessage` is that interface's class."""
    if not kind.startswith("obj:"):
        return _KINDS[kind]
    name = kind.removeprefix("obj:")
    return f"Py{name.removesuffix('_or_none')}" + (" | None" if name.endswith("_or_none") else "")


def answer_type(shape: str) -> str:
    """The type of an answer's shape. A list of several kinds of things is a tuple here: so its parts have types."""
    inner = shape[1:-1]
    if shape == "tags?":
        return "tuple[int, ...]"  # nothing only where pywin32 is given nothing, which never happens here
    if shape[0] not in "([":
        plain = shape.removesuffix("?")
        found = _ANSWERS.get(plain, plain)
        return f"{found} | None" if plain != shape and not found.endswith(("None", "Problems", "LastError")) else found
    if inner.endswith("*"):
        item = answer_type(inner[:-1])
        return f"tuple[{item}, ...]" if shape[0] == "(" else f"list[{item}]"
    parts = [answer_type(each) for each in inner.split()]
    return f"list[{parts[0]}]" if shape[0] == "[" and len(set(parts)) == 1 else f"tuple[{', '.join(parts)}]"
