"""What is open: storages and streams alike can be closed, reverted from above, and know what is open below them."""

from __future__ import annotations

from weakref import WeakSet

from mapix.formats.cfb.items import Item
from mapix.formats.cfb.modes import can_write
from mapix.formats.storageerrors import AccessDenied, Reverted


class OpenElement:
    """An open storage or stream. `opened` is the item it was opened of, `below` what is open in it.

    What nobody refers to any more is not open, either.
    """

    def __init__(self, opened: Item, mode: int) -> None:
        self.opened = opened
        self.below: WeakSet[OpenElement] = WeakSet()
        self._mode = mode
        self._reverted = ""

    @property
    def is_open(self) -> bool:
        """Whether it can be used."""
        return not self._reverted

    def invalidate(self, why: str) -> None:
        """From now on every call, also of what is open below, is `Reverted`."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            element._reverted = element._reverted or why
            waiting += [one for one in element.below if one.is_open]

    def invalidate_below(self, why: str) -> None:
        """From now on every call of what is open below is `Reverted`."""
        for element in list(self.below):
            element.invalidate(why)

    def open_of(self, item: Item) -> list[OpenElement]:
        """What is open of an item that is in this one."""
        return [element for element in self.below if element.is_open and element.opened is item]

    def check_not_open(self, item: Item) -> None:
        """Raises: AccessDenied where an item in this one is open."""
        if self.open_of(item):
            raise AccessDenied("it is open already", value=item.name)

    def check_usable(self) -> None:
        """Raises: Reverted."""
        if self._reverted:
            raise Reverted(self._reverted, value=self.opened.name)

    def check_writable(self) -> None:
        """Raises: Reverted, AccessDenied."""
        self.check_usable()
        if not can_write(self._mode):
            raise AccessDenied("it was opened to be read only", value=self.opened.name)
