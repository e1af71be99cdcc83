"""Opening the data of an attachment as a storage: the document of an OLE object (A-010, A-014, IMS-14).

The storage is a copy aside, and transacted: its `commit` makes the document the attachment's data, permanent with the
attachment's save and its message's. What lies in it stays as long as the storage is open, whatever becomes of the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

from mapix.formats.cfb.docroot import DocRoot
from mapix.formats.cfb.lockbytes import StreamBytes
from mapix.formats.cfb.storage import create_docfile, open_docfile
from mapix.formats.storage import LockBytes, Mode
from mapix.formats.storageerrors import InvalidHeader, StorageError, mapi_error
from mapix.interfaces.prop import Access
from mapix.objects.bags.openstream import commit_value, stored_value
from mapix.objects.bags.spool import FileValue, Scratch, Spool
from mapix.objects.bags.stream import WHOLE_LIMIT
from mapix.properties.errors import InterfaceNotSupported, NotFound
from mapix.properties.tag import PropTag
from mapix.properties.value import LargeValue

if TYPE_CHECKING:
    from mapix.objects.bags.propdata import PropertyBag

_CHANGE: Final = Mode.READWRITE | Mode.TRANSACTED | Mode.SHARE_EXCLUSIVE
_READ: Final = Mode.READ | Mode.SHARE_DENY_WRITE
_PIECE: Final = 256 * 1024


def open_storage(bag: PropertyBag, tag: PropTag, access: Access, scratch: Scratch, *, create: bool) -> DocRoot:
    """The storage that a property's bytes are; `create` begins an empty one, which is the property's value at once.
    `scratch` makes files for big ones; neither it nor what is open holds the bag once the storage is closed.

    `NotFound` for an absent property unless `create`, `InterfaceNotSupported` for what is no structured storage.
    """
    value = None if create else stored_value(bag, tag)
    if value is None and not create:
        raise NotFound("the object does not have this property", value=tag, hint="create=True")
    place, writable = _held(value, scratch), bag.writable and access is not Access.READ
    try:
        root = _opened(place, _CHANGE if writable else _READ, create=create)
    except InvalidHeader as error:
        raise InterfaceNotSupported("the property holds no structured storage", value=tag) from error
    except StorageError as error:
        raise mapi_error(error) from error
    if writable:
        root.committed = lambda: commit_value(bag, tag, _snapshot(place, scratch))
    if create:
        root.committed()
    return root


def _opened(place: LockBytes, mode: int, *, create: bool) -> DocRoot:
    return create_docfile(place, mode | Mode.CREATE) if create else open_docfile(place, mode)


def _held(value: Any, scratch: Scratch) -> StreamBytes:
    """A copy of a value's bytes, in memory while they are few."""
    spool = Spool(scratch)
    if isinstance(value, LargeValue):
        with value.open() as reader:
            while piece := reader.read(_PIECE):
                spool.write(piece)
    elif value is not None:
        spool.write(value)
    return StreamBytes(cast(BinaryIO, spool), durable=False)


def _snapshot(place: LockBytes, scratch: Scratch) -> Any:
    """The bytes as they stand, as a property's value."""
    size = place.size()
    if size <= WHOLE_LIMIT:
        return place.read_at(0, size)
    spool = Spool(scratch)
    for offset in range(0, size, _PIECE):
        spool.write(place.read_at(offset, min(_PIECE, size - offset)))
    return FileValue(spool, size)
