"""What a probe is, the registry of them, and the shapes of answers."""

import csv
import datetime
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from tests.pywin32.calls.world import World, interface

from mapix.pywin32 import times
from mapix.pywin32.iid import PyIID
from mapix.pywin32.unknown import TYPES, PyIUnknown

DATA = Path(__file__).parents[3] / "tools" / "data"
WAITING = ("pythoncom.PumpMessages",)
"""Calls that only an interruption ends."""


class Parameter(NamedTuple):
    """A parameter by the data: its name, the kind of its argument, whether it may be left out."""

    name: str
    kind: str
    optional: bool


class Described(NamedTuple):
    """A call by the data."""

    owner: str
    name: str
    parameters: tuple[Parameter, ...]
    answer: str

    @property
    def full_name(self) -> str:
        return f"{self.owner}.{self.name}"

    @property
    def least(self) -> int:
        return sum(not each.optional for each in self.parameters)


class Call(NamedTuple):
    """A call with the arguments it is made with, what its answer must be, and the code it fails with if it must."""

    target: Callable[..., Any]
    given: tuple[Any, ...]
    gives: Callable[[Any], Any]
    raises: int | None


Probe = Callable[[World], Call]
PROBES: dict[str, Probe] = {}


def probe(name: str) -> Callable[[Probe], Probe]:
    """Register the probe of a call, named as in the data: `PyIMessage.SubmitMessage`."""

    def register(made: Probe) -> Probe:
        assert name not in PROBES, name
        PROBES[name] = made
        return made

    return register


def call(
    target: Callable[..., Any],
    *given: Any,
    gives: Callable[[Any], Any] = lambda answer: True,
    raises: int | None = None,
) -> Call:
    """A call to make; `gives` is true of the right answer."""
    return Call(target, given, gives, raises)


@cache
def described() -> Mapping[str, Described]:
    """Every call of the data by its full name."""
    rows = [_described(row) for name in ("pywin32_calls.csv", "pywin32_com_calls.csv") for row in _records(name)]
    return {row.full_name: row for row in rows if row.full_name not in WAITING}


def _records(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _described(row: Mapping[str, str]) -> Described:
    parameters = tuple(_parameter(text) for text in row["parameters"].split())
    return Described(row["owner"], row["call"], parameters, row["answer"])


def _parameter(text: str) -> Parameter:
    name, _, rest = text.partition(":")
    kind, default, _ = rest.partition("=")
    return Parameter(name, kind, bool(default))


def has_shape(answer: Any, shape: str) -> bool:
    """Whether an answer has the shape that the data gives it."""
    if shape.endswith("?"):
        return answer is None or has_shape(answer, shape[:-1])
    if shape in _SHAPES:
        return bool(_SHAPES[shape](answer))
    if shape[0] in "([":
        kind, parts = (tuple, list)[shape[0] == "["], shape[1:-1].split()
        fits = type(answer) is kind and len(answer) == len(parts)
        return fits and all(map(has_shape, answer, parts))
    return interface(answer) == shape


def _is_int(answer: Any) -> bool:
    return type(answer) is int and -(1 << 31) <= answer < 1 << 31


def _is_tag(answer: Any) -> bool:
    return type(answer) is int and 0 <= answer < 1 << 32


def _is_pair(answer: Any) -> bool:
    return type(answer) is tuple and len(answer) == 2 and _is_tag(answer[0]) and _is_plain(answer[1])


def _is_plain(value: Any) -> bool:
    """Whether a value is of the types that scripts see, and not of a subclass of one."""
    if type(value) is tuple:
        return all(map(_is_plain, value))
    return type(value) in (int, bool, float, str, bytes, type(None), PyIID, times.datetime)


def _are(kind: type, test: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda answer: type(answer) is kind and all(map(test, answer))


def _is_problem(answer: Any) -> bool:
    index, tag, scode = answer
    return type(answer) is tuple and _is_tag(index) and _is_tag(tag) and _is_int(scode)


def _is_name(answer: Any) -> bool:
    iid, name = answer
    nothing = iid is None and name is None
    return type(answer) is tuple and (nothing or (interface(iid) == "PyIID" and type(name) in (int, str)))


def _is_stat(answer: Any) -> bool:
    name, kind, size, *times_, mode, locks, clsid, bits, reserved = answer
    numbers = all(type(each) is int for each in (kind, size, mode, locks, bits, reserved))
    moments = len(times_) == 3 and all(isinstance(each, datetime.datetime) for each in times_)
    return type(answer) is tuple and type(name) in (str, type(None)) and numbers and moments and type(clsid) is PyIID


def _is_error(answer: Any) -> bool:
    version, error, component, low, context = answer
    texts = all(type(each) in (str, type(None)) for each in (error, component))
    return type(answer) is tuple and texts and all(map(_is_int, (version, low, context)))


_SHAPES: dict[str, Callable[[Any], bool]] = {
    "none": lambda answer: answer is None,
    "any": lambda answer: True,
    "text": lambda answer: type(answer) is str,
    "bytes": lambda answer: type(answer) is bytes,
    "int": _is_int,
    "bit": lambda answer: type(answer) is int and answer in (0, 1),
    "hr": lambda answer: type(answer) is int and answer >= 0,
    "pair": _is_pair,
    "pairs": _are(tuple, _is_pair),
    "rows": _are(tuple, _are(tuple, _is_pair)),
    "tags": _are(tuple, _is_tag),
    "problems": _are(tuple, _is_problem),
    "names": _are(list, _is_name),
    "named": _are(list, lambda each: type(each) is tuple and type(each[0]) is str and len(each) == 2),
    "lasterror": _is_error,
    "stat": _is_stat,
    "(stat*)": _are(tuple, _is_stat),
    "entry": lambda answer: isinstance(answer, PyIUnknown),
    "interface": lambda answer: type(answer) in TYPES.values(),
}
