"""Attributes of properties: GetAttribIMsgOnIStg and SetAttribIMsgOnIStg (IMS-30..IMS-32)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import IntFlag
from typing import Final

from mapix.interfaces.prop import MapiProp
from mapix.objects.imsg.message import StorageMessage
from mapix.properties.errors import InvalidParameter, NoAccess, NotFound
from mapix.properties.tag import PropTag
from mapix.properties.value import Problem, Problems


class PropAttribute(IntFlag):
    """PROPATTR_*."""

    MANDATORY = 1
    READABLE = 2
    WRITEABLE = 4
    NOT_PRESENT = 8


_USUAL: Final = PropAttribute.READABLE | PropAttribute.WRITEABLE
_KNOWN: Final = 0xF


def get_attributes(item: MapiProp, tags: Sequence[PropTag] | None = None) -> list[PropAttribute]:
    """The attributes of properties, one for each of `tags` (all that are there when None), NOT_PRESENT for what is not.

    Raises: InvalidParameter for what was not opened on a storage.
    """
    message = _on_storage(item)
    kept = message.source.attributes()
    there = {tag >> 16 for tag in message.get_prop_list()}
    wanted = message.get_prop_list() if tags is None else tags
    return [
        PropAttribute(kept.get(tag >> 16, _USUAL)) if tag >> 16 in there else PropAttribute.NOT_PRESENT
        for tag in wanted
    ]


def set_attributes(item: MapiProp, attributes: Mapping[PropTag, int]) -> Problems:
    """Set the attributes of saved properties; without WRITEABLE they cannot be set any more. Problems of those that are
    not there.

    Raises: InvalidParameter for attributes that do not exist, NoAccess on a read-only storage.
    """
    message = _on_storage(item)
    for value in attributes.values():
        if value & ~_KNOWN:
            raise InvalidParameter("attributes are PROPATTR_* bits", value=value)
    if not message.is_writable:
        raise NoAccess("the storage is open for reading only")
    kept = message.source.attributes()
    present = {tag: int(value) for tag, value in attributes.items() if tag >> 16 in kept}
    numbers = {tag >> 16: value for tag, value in present.items()}
    if numbers:
        message.source.set_attributes(numbers)
    message.lock_again()
    return [
        Problem(place, PropTag(tag), NotFound.hresult) for place, tag in enumerate(attributes) if tag not in present
    ]


def _on_storage(item: MapiProp) -> StorageMessage:
    if not isinstance(item, StorageMessage):
        raise InvalidParameter("only messages on storages have attributes", hint="OpenIMsgOnIStg")
    return item
