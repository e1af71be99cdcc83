"""Tracebacks as scripts know them: without the frames of this package, which pywin32 keeps in C."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Final

_PACKAGE: Final = str(Path(__file__).parents[1])
_FACE: Final = str(Path(__file__).parent)


def strip(error: BaseException) -> None:
    """Take the frames of this package out of the traceback of `error` and of the errors it came from.

    Where a failure comes from deeper than the face, and so should never have reached a script, they stay: they tell
    what went wrong.
    """
    for each in _chain(error):
        steps = _steps(each.__traceback__)
        while steps and _is_runner(steps[0]):
            steps.pop(0)
        if steps and _is_ours(steps[-1], _FACE):
            steps = [step for step in steps if not _is_ours(step, _PACKAGE)]
        each.__traceback__ = _joined(steps)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is not None and id(each) not in seen:
            seen.add(id(each))
            yield each
            waiting += [each.__cause__, each.__context__]


def _steps(traceback: TracebackType | None) -> list[TracebackType]:
    steps = []
    while traceback is not None:
        steps.append(traceback)
        traceback = traceback.tb_next
    return steps


def _is_ours(step: TracebackType, place: str) -> bool:
    return Path(step.tb_frame.f_code.co_filename).is_relative_to(place)


def _is_runner(step: TracebackType) -> bool:
    return step.tb_frame.f_globals.get("__name__") == f"{__package__}.runner"


def _joined(steps: list[TracebackType]) -> TracebackType | None:
    """A traceback of just these steps."""
    following: TracebackType | None = None
    for step in reversed(steps):
        following = TracebackType(following, step.tb_frame, step.tb_lasti, step.tb_lineno)
    return following
