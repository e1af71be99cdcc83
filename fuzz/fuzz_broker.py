"""Coverage-guided fuzzing of what the broker hears: `python fuzz/fuzz_broker.py -max_total_time=300`.

An input is what arrives at a connection, less its first byte, which says in what pieces. Whatever comes in, only
`CorruptData` comes out; pieces make no difference, and a frame that is read is written as what is read again. Needs
atheris and msgspec.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final

from running import instrumented, run

with instrumented():
    from mapix.properties.errors import CorruptData
    from mapix.subsystem.broker import frames as f

MOST: Final = 100_000
"""Bytes of an input; more teach nothing."""

HEAD: Final = 4


def one_input(data: bytes) -> None:
    """Take what arrives apart, in pieces of the size that the first byte says."""
    if 1 < len(data) < MOST:
        with suppress(CorruptData):
            bodies = taken(data[1:], len(data))
            assert taken(data[1:], data[0] + 1) == bodies, "pieces make a difference"
            for body in bodies:
                both(body)


def taken(data: bytes, size: int) -> list[bytes]:
    """The bodies of the frames in `data`, arriving in pieces."""
    pieces = f.Pieces()
    return [body for start in range(0, len(data), size) for body in pieces.feed(data[start : start + size])]


def both(body: bytes) -> None:
    """A body as either side would read it."""
    for read in (f.request, f.answer):
        with suppress(CorruptData):
            survives(body, read)


def survives(body: bytes, read: Callable[[bytes], f.Frame]) -> None:
    """What is read is written as what is read again."""
    frame = read(body)
    assert read(f.pack(frame)[HEAD:]) == frame, "what was written is not what was read"


def judge(data: bytes) -> None:
    """Sound frames, one after the other, which either side says."""
    for body in taken(data, len(data)):
        survives(body, f.answer if _is_answer(body) else f.request)


def _is_answer(body: bytes) -> bool:
    with suppress(CorruptData):
        f.answer(body)
        return True
    return False


def seeds() -> list[bytes]:
    """Every frame there is."""
    known: dict[str, dict[str, str]] = {"secrets": {"place": "found"}, "typed": {"place": "typed"}}
    shared = f.Shared(bytes(16), "Work", "format = 1\n", disabled={bytes(16): "out of use"}, **known)
    said = [
        f.Hello(f.VERSION, 1),
        f.Join(True),
        f.Newest(),
        f.Offer(shared, 2, False),
        f.Member(-1, True, True),
        f.Status(),
        f.Stop(),
    ]
    state = f.State(1, 2.5, [f.SessionState("Work", {1: 2}, 3)])
    told = [
        f.Hello(f.VERSION, 2),
        shared,
        f.Done(),
        f.Nothing(),
        f.Newest(bytes(16)),
        state,
        f.Left(True),
        f.Learned("a", "b"),
        f.Learned("a", "c", typed=True),
    ]
    frames = [*said, *told, f.Disabled(bytes(16), "broken")]
    return [
        b"\7" + b"".join(map(f.pack, said)),
        b"\0" + b"".join(map(f.pack, told)),
        *(b"\3" + f.pack(one) for one in frames),
    ]


if __name__ == "__main__":
    run("broker", one_input, seeds())
