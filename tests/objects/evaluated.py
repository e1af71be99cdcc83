"""A row of every kind of value, and what restrictions say of it."""

from typing import Any

from mapix.objects.restrictions.evaluate import matches
from mapix.properties.restriction import (
    Relop,
    Restriction,
)
from mapix.properties.tag import PropTag

TEXT = PropTag(0x0037001F)
OTHER = PropTag(0x3001001F)
NUMBER = PropTag(0x00170003)
BIG = PropTag(0x68210014)
REAL = PropTag(0x68230005)
FLAG = PropTag(0x6824000B)
BYTES = PropTag(0x68250102)
TEXTS = PropTag(0x6830101F)
NUMBERS = PropTag(0x68311003)

ROW: dict[PropTag, Any] = {
    TEXT: "Budget 2024",
    OTHER: "budget 2024",
    NUMBER: 5,
    BIG: -7,
    REAL: 2.5,
    FLAG: True,
    BYTES: b"\x01ab\xff",
    TEXTS: ("Red", "green"),
    NUMBERS: (1, 9),
}

LT, LE, GT, GE, EQ, NE = (Relop.LT, Relop.LE, Relop.GT, Relop.GE, Relop.EQ, Relop.NE)


def holds(restriction: Restriction, **more: Any) -> bool:
    return matches(restriction, ROW.get, **more)
