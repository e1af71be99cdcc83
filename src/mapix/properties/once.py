"""Attributes that are found out when they are first asked for, and kept.

    class Folder:
        @once
        def is_search(self) -> bool: ...

`functools.cached_property` does the same, but until Python 3.12 it holds a lock meanwhile, one for all objects of a
class. Who finds out may have to wait for a store's lock; whoever has that and asks another object would wait for ever.
Here nothing is held: two threads may find out at once, and both are told what the first to be ready has found.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar, overload

T = TypeVar("T")


class Once(Generic[T]):
    """The attribute that `find` finds out."""

    def __init__(self, find: Callable[[Any], T]) -> None:
        self._find = find
        self.__doc__ = find.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Once[T]: ...

    @overload
    def __get__(self, instance: object, owner: type) -> T: ...

    def __get__(self, instance: object | None, owner: type) -> Once[T] | T:
        if instance is None:
            return self
        found: T = vars(instance).setdefault(self._name, self._find(instance))
        return found


once = Once
