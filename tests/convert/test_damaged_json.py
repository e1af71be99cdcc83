"""JSON that was changed by somebody: a message or MAPI's error, whatever it says."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.drawn import examples

from mapix.convert.plan import Plan
from mapix.convert.targets.jsonform import Json, from_json
from mapix.properties.content import MessageContent
from mapix.properties.errors import CorruptData

from .test_targets import RICH

ODD = (None, -1, 1 << 70, "x", [], {}, [[]], 1.5, True, "0xFFFFFFFFFF", "{x}", "\ud800")


@cache
def sound() -> bytes:
    """The JSON of a message with values of many types."""
    with TemporaryDirectory() as folder:
        Json(Plan("json", folder)).write(RICH, Path(folder, "x"), "x")
        return Path(folder, "x").read_bytes()


def places(told: Any) -> list[tuple[Any, Any]]:
    """Every container in a document, with every key of it."""
    found, waiting = [], [told]
    while waiting:
        one = waiting.pop()
        keys = list(one) if isinstance(one, dict) else list(range(len(one))) if isinstance(one, list) else []
        found += [(one, key) for key in keys]
        waiting += [one[key] for key in keys]
    return found


@settings(max_examples=examples(300), deadline=None)
@given(st.integers(0, 1 << 32))
def test_a_document_with_odd_values_is_a_message_or_corrupt(seed: int) -> None:
    chance = random.Random(seed)
    told = json.loads(sound())
    for container, key in chance.sample(places(told), 3):
        container[key] = chance.choice(ODD)
    with suppress(CorruptData):
        assert isinstance(from_json(json.dumps(told).encode()), MessageContent)


@settings(max_examples=examples(200), deadline=None)
@given(st.data())
def test_cut_and_turned_bytes_are_a_message_or_corrupt(data: st.DataObject) -> None:
    found = bytearray(sound()[: data.draw(st.integers(0, len(sound())))])
    for _ in range(min(len(found), 4)):
        found[data.draw(st.integers(0, len(found) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with suppress(CorruptData):
        assert isinstance(from_json(bytes(found)), MessageContent)


def test_lists_without_end_are_corrupt() -> None:
    with pytest.raises(CorruptData):
        from_json(b'{"mapix":"message","schema":1,"message":' + b"[" * 200_000)
