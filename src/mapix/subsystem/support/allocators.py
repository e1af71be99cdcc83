"""The three functions that MAPI hands to providers for memory (SUB-19). Values of Python need none of them: they are
here so that code written for their being there goes on working.
"""

from __future__ import annotations

from mapix.properties.errors import InvalidParameter, NotEnoughMemory

LARGEST = 1 << 30
"""Bytes that nobody gets more of at once."""


def allocate_buffer(size: int) -> bytearray:
    """A block of `size` bytes; `InvalidParameter`, `NotEnoughMemory`."""
    if size < 0:
        raise InvalidParameter("a block has a number of bytes", value=size)
    if size > LARGEST:
        raise NotEnoughMemory("a block of this size is not given out", value=size)
    return bytearray(size)


def allocate_more(size: int, block: bytearray | None) -> bytearray:
    """A block that belongs to another one."""
    if block is None:
        raise InvalidParameter("there is no block to link this one to")
    return allocate_buffer(size)


def free_buffer(block: bytearray | None) -> int:
    """Nothing is to be done: 0, for None as well."""
    return 0
