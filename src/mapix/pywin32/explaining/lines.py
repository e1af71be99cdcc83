"""Calls as lines: for people, or as JSON objects."""

from __future__ import annotations

import json
import threading
from typing import Any, Final, TextIO

from mapix.pywin32.calls import CALLS
from mapix.pywin32.errors import com_error
from mapix.pywin32.explaining.describe import Describer, Word
from mapix.pywin32.explaining.tracing import Call
from mapix.pywin32.explaining.words import code_name

_SHOWN: Final = 60
_ITEMS: Final = 8
_ROWS: Final = 3


class Lines:
    """Writes a line about each call; from any thread, whole lines only."""

    def __init__(self, file: TextIO, *, as_json: bool = False) -> None:
        self._file = file
        self._json = as_json
        self._describer = Describer()
        self._lock = threading.Lock()

    def __call__(self, call: Call) -> None:
        """Write about a call."""
        with self._lock:
            record = self._record(call)
            text = json.dumps(record, ensure_ascii=False) if self._json else line(record)
            if not self._file.closed:
                print(text, file=self._file, flush=True)

    def _record(self, call: Call) -> dict[str, Any]:
        parameters, shape = described(call.owner, call.name, call.target)
        record: dict[str, Any] = {
            "object": Word(call.owner) if call.target is None else self._describer.plain(call.target),
            "call": call.name,
            "arguments": self._arguments(call, parameters),
        }
        if call.error is None:
            answer = self._describer.answer(shape, call.answer, call.target)
            record |= {"code": "S_OK", "answer": answer}
        else:
            record |= _failure(call.error)
        return record | {"seconds": round(call.seconds, 6)}

    def _arguments(self, call: Call, parameters: str) -> dict[str, Any]:
        known = [each.partition(":")[::2] for each in parameters.split()]
        known += [(f"argument{number}", "object") for number in range(len(known) + 1, len(call.given) + 1)]
        return {
            name: self._describer.argument(call.name, name, kind.partition("=")[0], value, call.target)
            for (name, kind), value in zip(known, call.given, strict=False)
        }


def described(owner: str, name: str, target: Any) -> tuple[str, str]:
    """Parameters and answer of a call, by the class that has it or one of its bases."""
    owners = [owner] if target is None else [cls.__name__ for cls in type(target).__mro__]
    for each in owners:
        if name in CALLS.get(each, {}):
            return CALLS[each][name]
    return "", "any"


def _failure(error: BaseException) -> dict[str, Any]:
    if not isinstance(error, com_error):
        return {"code": type(error).__name__, "error": str(error)}
    reason = error.mapi_error
    return {"code": code_name(error.hresult), "error": error.strerror if reason is None else reason.text}


def line(record: dict[str, Any]) -> str:
    """One call for people: `folder1.CreateMessage(None, 0) -> message1`."""
    given = ", ".join(map(shown, record["arguments"].values()))
    start = f"{record['object']}.{record['call']}({given})"
    if "error" in record:
        return f"{start} !! {record['code']}: {record['error']}"
    return start if record["answer"] is None else f"{start} -> {shown(record['answer'])}"


def shown(value: Any) -> str:
    """A description in little room."""
    if isinstance(value, Word):
        return str(value)
    if isinstance(value, str):
        return repr(value if len(value) <= _SHOWN else value[:_SHOWN] + "…")
    if isinstance(value, dict):
        return _cut([f"{key}: {shown(item)}" for key, item in value.items()], _ITEMS, "{}")
    if isinstance(value, list):
        rows = value and isinstance(value[0], dict)
        return _cut(list(map(shown, value)), _ROWS if rows else _ITEMS, "[]")
    return repr(value)


def _cut(parts: list[str], most: int, brackets: str) -> str:
    rest = [f"… {len(parts) - most} more"] if len(parts) > most else []
    return brackets[0] + ", ".join(parts[:most] + rest) + brackets[1]
