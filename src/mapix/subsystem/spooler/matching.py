"""Which transport gets which recipient: pure decisions over recipient rows and address types (SPL-10..SPL-12)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mapix.interfaces.spi import AddressTypes
from mapix.properties.tag import PropTag
from mapix.subsystem.spooler.delivery import Delivery

Offer = tuple[bytes, AddressTypes]
"""A transport's uid and what it takes."""


def matches(row: Mapping[PropTag, Any], uid: bytes | None, address_type: str | None) -> bool:
    """Whether a recipient is of the provider `uid` or of `address_type`, case aside; always with neither (SPL-20)."""
    if uid is None and address_type is None:
        return True
    return AddressTypes(() if address_type is None else (address_type,), () if uid is None else (uid,)).take(row)


def candidates(row: Mapping[PropTag, Any], offers: Sequence[Offer]) -> list[bytes]:
    """The transports for a recipient in the order they are asked: all uid matches, then all type matches (SPL-10)."""
    by_uid = [uid for uid, types in offers if types.has_uid(row)]
    by_type = [uid for uid, types in offers if types.has_type(row)]
    return list(dict.fromkeys([*by_uid, *by_type]))


def next_call(
    delivery: Delivery, wanted: Mapping[int, Sequence[bytes]], order: Sequence[bytes]
) -> tuple[bytes, list[int]] | None:
    """The transport to ask next and the rows it is to handle; None when nobody is left to ask.

    `wanted` gives each row's candidates. A recipient goes to its first candidate that did not decline it in this
    round; of the transports with recipients waiting the first in `order` has its turn.
    """
    turns: dict[bytes, list[int]] = {}
    for one in delivery.ready():
        left = [uid for uid in wanted.get(one.row_id, ()) if uid not in one.declined]
        if left:
            turns.setdefault(left[0], []).append(one.row_id)
    return next(((uid, turns[uid]) for uid in order if uid in turns), None)
