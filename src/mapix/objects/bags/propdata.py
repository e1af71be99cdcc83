"""Property bags: saved values below, unsaved changes above (IPropData, and every object with properties).

    >>> from mapix.properties.tags import PR_SUBJECT
    >>> bag = PropertyBag(MemorySource({PR_SUBJECT: "Budget"}), access=Access.MODIFY)
    >>> bag.set_props({PR_SUBJECT: "Agenda"}), bag.get_prop(PR_SUBJECT)
    ([], 'Agenda')

A provider brings a `PropertySource`; `Rules` say what is special about the properties. Transacted bags read their
source once, when they are made, so the version a later save is checked against is that of the opening (P-215, P-221).
The others act at once (P-211).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from mapix.interfaces.progress import MapiProgress
from mapix.interfaces.prop import Access, ErrorInfo, MapiProp
from mapix.interfaces.stream import DocfileStream, Stream
from mapix.objects.bags.memorysource import MemorySource
from mapix.objects.bags.names import Names, chosen
from mapix.objects.bags.propreading import Entry
from mapix.objects.bags.propwriting import WritingBag
from mapix.objects.stores.life import remembered, told
from mapix.properties.errors import InterfaceNotSupported, InvalidParameter, NoSupport
from mapix.properties.named import PropertyName
from mapix.properties.tag import PropTag, PropType
from mapix.properties.value import Problems

if TYPE_CHECKING:
    from mapix.objects.messages.sharedparts import SharedParts

__all__ = ["Entry", "MemorySource", "PropertyBag"]

T = TypeVar("T")


class PropertyBag(WritingBag):
    """A whole `MapiProp` over a source.

    `rules` are the special properties, `access` what was granted at opening, `names` the mapping of named properties
    (None where the object has none), `codepage` that of 8-bit text. A bag that is not `transacted` hands every change
    to its source at once; one that is `fresh` has never been saved, and its source is not read.
    """

    _parts: SharedParts | None = None
    _references = 1

    @remembered
    def open_property(self, tag: PropTag, kind: type[T], *, access: Access = Access.READ, create: bool = False) -> T:
        """See `MapiProp.open_property`."""
        self._check()
        if tag & 0xFFFF == PropType.UNSPECIFIED:
            raise InvalidParameter("a property is opened under its type (P-130)", value=PropTag(tag))
        if create and access is not Access.MODIFY:
            raise InvalidParameter("creating a property needs leave to modify it (P-131)", value=PropTag(tag))
        if access is Access.MODIFY:
            self._check_writable()
        opened = self._open_as(PropTag(tag), kind, access, create)
        if not isinstance(opened, kind):
            raise InterfaceNotSupported("the property does not open as this", value=kind.__name__)
        return opened

    def _open_as(self, tag: PropTag, kind: type[Any], access: Access, create: bool) -> object:
        """A property as an object; subclasses know more of them."""
        from mapix.objects.bags.openstream import is_streamed, open_stream

        if kind not in (Stream, DocfileStream) or not is_streamed(tag.type):
            raise InterfaceNotSupported("the property does not open as this", value=kind.__name__)
        if self._parts is None:
            return open_stream(self, tag, access, kind, create=create)
        key = (self, tag, kind)
        return self._parts.stream(key, lambda: open_stream(self, tag, access, kind, create=create), fresh=create)

    # copying, names, the rest

    @remembered
    def copy_to(
        self,
        target: MapiProp,
        *,
        exclude: Collection[PropTag] = (),
        without: Collection[type] = (),
        move: bool = False,
        replace: bool = True,
        progress: MapiProgress | None = None,
    ) -> Problems:
        """See `MapiProp.copy_to`."""
        from mapix.objects.copying.copy import Copying, copy_to

        self._check()
        return copy_to(Copying(self, target, move, replace, progress), exclude, without)

    @remembered
    def copy_props(
        self,
        target: MapiProp,
        include: Collection[PropTag],
        *,
        move: bool = False,
        replace: bool = True,
        progress: MapiProgress | None = None,
    ) -> Problems:
        """See `MapiProp.copy_props`."""
        from mapix.objects.copying.copy import Copying, copy_props

        self._check()
        return copy_props(Copying(self, target, move, replace, progress), include)

    @remembered
    def get_names_from_ids(
        self, ids: Iterable[int] | None = None, *, guid: bytes | None = None, flags: int = 0
    ) -> dict[int, PropertyName]:
        """See `MapiProp.get_names_from_ids`."""
        found = self._mapping().names_from_ids(ids)
        return found if ids is not None else chosen(found, guid, flags)

    @remembered
    def get_ids_from_names(
        self, names: Iterable[PropertyName] | None, *, create: bool = False
    ) -> dict[PropertyName, int]:
        """See `MapiProp.get_ids_from_names`."""
        if create and names is None:
            raise InvalidParameter("name the properties to create (P-200)")
        return self._mapping().ids_from_names(names, create=create)

    def _mapping(self) -> Names:
        self._check()
        if self._names is None:
            raise NoSupport("this object has no named properties (P-233)")
        return self._names

    def get_last_error(self) -> ErrorInfo | None:
        """See `MapiProp.get_last_error`."""
        return told(self._last_error)

    def close(self) -> None:
        """See `MapiProp.close`; twice is harmless."""
        self._references -= 1
        self._closed = self._closed or self._references <= 0

    def share(self) -> bool:
        """Count one more who has to close it; False when it is closed (IMS-13)."""
        if self._closed:
            return False
        self._references += 1
        return True

    def __repr__(self) -> str:
        state = "closed" if self._closed else "writable" if self._writable else "read-only"
        return f"<{type(self).__name__} {state}, {len(self._pending)} changes>"
