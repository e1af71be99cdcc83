"""Which categories of a table are open, as bytes that outlive it: GetCollapseState, SetCollapseState (T-068).

| bytes | what |
|---|---|
| 8 | `mapix` and the number of this form |
| 16 | digest of order and restriction, which must be the same when the state is set |
| 4 | how many headings are not as the order says, little-endian |
| 16 each | their instance keys |
| rest | the instance key of the row that was given |
"""

from __future__ import annotations

from hashlib import blake2b
from typing import Final

from mapix.objects.tables.arrangement import Arrangement
from mapix.objects.tables.headings import KEY_SIZE
from mapix.properties.errors import CorruptData, InvalidParameter, UnableToComplete

_MAGIC: Final = b"mapix\0\0\1"
_DIGEST_SIZE: Final = 16
_HEAD_SIZE: Final = len(_MAGIC) + _DIGEST_SIZE + 4


def dump(shown: Arrangement, instance_key: bytes) -> bytes:
    """The state of a table, and one of its rows. `InvalidParameter` without a row."""
    if not instance_key:
        raise InvalidParameter("a row is given by its instance key", value=instance_key)
    keys = sorted(shown.grouped.expansion.toggled) if shown.grouped is not None else []
    return b"".join((_MAGIC, _digest(shown), len(keys).to_bytes(4, "little"), *keys, bytes(instance_key)))


def load(shown: Arrangement, state: bytes) -> bytes:
    """Open and close headings as `state` says; the instance key of the row that was given with it.

    `CorruptData` for bytes that `dump` did not write, `UnableToComplete` where the table is ordered or restricted in
    another way.
    """
    number = int.from_bytes(state[_HEAD_SIZE - 4 : _HEAD_SIZE], "little")
    end = _HEAD_SIZE + number * KEY_SIZE
    if not state.startswith(_MAGIC) or len(state) <= end:
        raise CorruptData("not the state of categories", value=state[:_HEAD_SIZE])
    if state[len(_MAGIC) : _HEAD_SIZE - 4] != _digest(shown):
        raise UnableToComplete(
            "the categories were those of another order or restriction", hint="restrict and sort as then"
        )
    if shown.grouped is not None:
        keys = {state[at : at + KEY_SIZE] for at in range(_HEAD_SIZE, end, KEY_SIZE)}
        shown.grouped.expansion.replace(keys)
    return bytes(state[end:])


def _digest(shown: Arrangement) -> bytes:
    what = repr((shown.sorting, shown.where))
    return blake2b(what.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_SIZE).digest()
