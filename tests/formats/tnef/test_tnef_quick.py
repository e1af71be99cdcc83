"""Lists of properties read on the short way are read as without it: values, names, defects and where they end."""

from __future__ import annotations

import struct
from random import Random
from typing import Any

import pytest
from tests.formats.tnef.tnef_cases import corpus, message, needs_corpus

from mapix.formats.defects import Defects, Strictness
from mapix.formats.msg.texts import Texts
from mapix.formats.tnef import properties, read_tnef, tnef_bytes
from mapix.formats.tnef.context import Context, Scope
from mapix.properties.content import MessageContent
from mapix.properties.errors import MapiError
from mapix.properties.tag import PropType

TYPES = [*map(int, PropType), 0x7F00, 0x0103]
IDS = (0x0037, 0x0E1D, 0x3001, 0x3701, 0x8000, 0x8001)
WORDS = (0, 1, 2, 3, 8, 0x7FFF, 0x8000, 0xFFFF, 0x80000000, 0xFFFFFFFF)
NAMES = (
    b"g" * 16 + struct.pack("<II", 0, 7),
    b"g" * 16 + struct.pack("<II", 2, 7),
    b"g" * 16 + struct.pack("<II", 1, 6) + "Key".encode("utf-16-le") + b"\0\0",
    b"g" * 16 + struct.pack("<II", 1, 8) + "Key\0".encode("utf-16-le"),
    b"g" * 16 + struct.pack("<II", 1, 0xFFFFFFF0),
)
TEXTS = (
    b"",
    b"\0",
    b"abc\0",
    b"\xe4\0",
    b"\x81\0",
    b"a\0b\0c\0d\0e\0",
    b"+AOQ-\0",
    b"abc",
    b"\0\0",
    b"\0\xd8\0\0",
    b"a\0\0\0\0\0",
)


def sized(data: bytes) -> bytes:
    return struct.pack("<II", 1, len(data)) + data + bytes(-len(data) % 4)


LENGTHY = tuple(map(int, (PropType.UNICODE, PropType.STRING8, PropType.BINARY)))
FIXED = (PropType.BOOLEAN, PropType.SHORT, PropType.LONG, PropType.SYSTIME, PropType.DOUBLE, PropType.CLSID)


def random_property(chance: Random) -> bytes:
    """A property that can be read, or nearly so."""
    number = chance.choice(IDS)
    kinds = chance.choice((LENGTHY, FIXED, TYPES))
    values = [sized(chance.choice(TEXTS)), struct.pack("<I", chance.choice(WORDS)), chance.randbytes(8)]
    value = values[0] if kinds is LENGTHY else chance.choice([*values, chance.randbytes(16)])
    return (
        struct.pack("<I", number << 16 | chance.choice(kinds)) + (chance.choice(NAMES) if number >> 15 else b"") + value
    )


def read(data: bytes, count: int, page: int, end: int) -> Any:
    """Everything that reading a list tells."""
    scope = Scope(Context(Defects()), "message", 0)
    scope.texts = Texts((page,), (page,)) if page else Texts()
    values, stop = properties.read_properties(data, 0, end, scope, "here", count)
    told = [(int(tag), repr(value)) for tag, value in sorted(values.items())]
    return told, stop, scope.context.defects.all, scope.context.names, scope.context.room


def without(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on nothing is read on the short way."""
    monkeypatch.setattr(properties, "read_quickly", lambda data, at, end, scope, wanted, *_: (at, wanted))


def test_lists_are_read_the_same_on_the_short_way_and_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = Random(11)
    lists = []
    for _ in range(2500):
        data = b"".join(random_property(chance) for _ in range(chance.randint(1, 6)))
        end = max(len(data) - chance.choice((0, 0, 0, 2, 4, 8)), 0)
        lists.append((data, chance.randint(3, 7), chance.choice((0, 1252, 932, 65000)), end))
    quick = [read(*one) for one in lists]
    without(monkeypatch)
    assert [read(*one) for one in lists] == quick


def mutants(data: bytes, number: int, seed: int) -> list[bytes]:
    """The bytes, and as many changed ones."""
    chance, made = Random(seed), [data]
    for _ in range(number):
        changed = bytearray(data)
        for _ in range(chance.choice((1, 2, 5))):
            at = chance.randrange(len(changed) - 4)
            changed[at : at + 4] = chance.choice(
                (bytes(4), b"\xff" * 4, b"\1\0\0\0", bytes((chance.randrange(256),)) + changed[at + 1 : at + 4])
            )
        made.append(summed(changed))
    return made


def summed(data: bytearray) -> bytes:
    """A stream whose checksums are right as far as its lengths are."""
    at = 6
    while at + 11 <= len(data):
        stop = at + 9 + struct.unpack_from("<I", data, at + 5)[0]
        if stop + 2 > len(data):
            break
        struct.pack_into("<H", data, stop, sum(data[at + 9 : stop]) & 0xFFFF)
        at = stop + 2
    return bytes(data)


def told(content: MessageContent) -> Any:
    """A message in a form that compares, values that are no numbers among them."""
    parts = [(shown(one.properties), one.message and told(one.message)) for one in content.attachments]
    return shown(content.properties), [shown(row) for row in content.recipients], parts, dict(content.names)


def shown(values: dict[Any, Any]) -> list[tuple[int, str]]:
    return [(int(tag), repr(value)) for tag, value in sorted(values.items())]


def result(data: bytes, strictness: Strictness) -> Any:
    try:
        parsed = read_tnef(data, strictness=strictness)
    except MapiError as error:
        return repr(error)
    return told(parsed.value), parsed.defects


@pytest.mark.parametrize("strictness", Strictness)
def test_changed_streams_are_read_the_same_on_the_short_way_and_without_it(
    strictness: Strictness, monkeypatch: pytest.MonkeyPatch
) -> None:
    streams = mutants(tnef_bytes(message()), 120, 7)
    quick = [result(data, strictness) for data in streams]
    without(monkeypatch)
    assert [result(data, strictness) for data in streams] == quick


@needs_corpus
def test_real_streams_are_read_the_same_on_the_short_way_and_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    small = [path.read_bytes() for path in corpus() if 1000 < path.stat().st_size < 20_000]
    streams = [one for data in small for one in mutants(data, 12, len(data))]
    quick = [result(data, Strictness.TOLERANT) for data in streams]
    without(monkeypatch)
    assert [result(data, Strictness.TOLERANT) for data in streams] == quick
