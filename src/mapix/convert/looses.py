"""The appointments and contacts in files of calendars and cards, each a source of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from mapix.convert.items import Item, Kind
from mapix.convert.names import joined
from mapix.properties.errors import MapiError, TooBig

LARGEST: Final = 256 << 20
"""Bytes of a file of calendars or cards; a larger one fails."""


def pieces(path: str) -> list[bytes]:
    """What is in such a file, each thing by itself; one for what is none. Raises: OSError, TooBig."""
    from mapix.formats.mime.loose import divided

    with Path(path).open("rb") as file:
        data = file.read(LARGEST + 1)
    if len(data) > LARGEST:
        raise TooBig("too large a file of calendars or cards", value=path)
    return divided(data) or [data]


def items_of(path: str, name: str, target: str) -> Iterator[Item]:
    """Each of them, numbered from 1."""
    from mapix.convert.sources import broken

    try:
        for number, data in enumerate(pieces(path), 1):
            place = joined(target, f"{number:06d}")
            size = len(data)
            yield Item(f"{name}#{number}", place, Kind.BYTES, size=size, member=path, data=data, weight=size)
    except (OSError, MapiError) as error:
        yield broken(name, target, error)
