"""Attachments: property objects inside a message, and messages inside attachments (IAttach; objects section 5).

An attachment's `save_changes` makes it part of its open message; only the message's own makes it permanent.
"""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any, Final

from mapix.formats.storage import Storage
from mapix.interfaces.backend import (
    AttachmentChanges,
)
from mapix.interfaces.message import Attach, Message
from mapix.interfaces.prop import Access, ObjectType
from mapix.interfaces.stream import Stream
from mapix.objects.bags import computed, savedprops
from mapix.objects.bags.propdata import PropertyBag
from mapix.objects.messages.staging import StagedAttachment
from mapix.properties import times
from mapix.properties.errors import InterfaceNotSupported, NotFound
from mapix.properties.flags import ATTACH_EMBEDDED_MSG, ATTACH_OLE, NO_ATTACHMENT
from mapix.properties.tag import PropTag
from mapix.properties.tags import (
    PR_ATTACH_DATA_BIN,
    PR_ATTACH_DATA_OBJ,
    PR_ATTACH_METHOD,
    PR_ATTACH_SIZE,
    PR_CREATION_TIME,
    PR_LAST_MODIFICATION_TIME,
    PR_RECORD_KEY,
    PR_RENDERING_POSITION,
)

if TYPE_CHECKING:
    from mapix.formats.cfb.docroot import DocRoot
    from mapix.objects.messages.attachments import AttachmentList
    from mapix.objects.messages.messageobject import MessageObject

_DATA: Final = PR_ATTACH_DATA_OBJ.id


class AttachObject(PropertyBag, Attach):
    """One attachment of an open message."""

    object_type = ObjectType.ATTACH

    def __init__(
        self,
        message: MessageObject,
        owner: AttachmentList,
        number: int,
        staged: StagedAttachment,
        access: Access,
        *,
        new: bool = False,
    ) -> None:
        super().__init__(
            staged,
            rules=computed.ATTACHMENT,
            access=access,
            names=message.context.names,
            fresh=new,
            life=message._life,
        )
        self.context = message.context
        self._parts = message.context.parts
        self.number = number
        self._message = message
        self._owner = owner
        self._staged = staged
        if new:
            self._version = staged.version
            self._begin()

    def _begin(self) -> None:
        """What an attachment has from its creation on (A-001, A-003)."""
        from mapix.objects.messages.attachments import new_record_key

        now = times.now()
        first = {
            PR_RECORD_KEY: new_record_key(),
            PR_ATTACH_METHOD: NO_ATTACHMENT,
            PR_RENDERING_POSITION: -1,
            PR_CREATION_TIME: now,
            PR_LAST_MODIFICATION_TIME: now,
        }
        self._pending = {tag.id: (tag, value) for tag, value in first.items()}

    def _scratch(self) -> IO[bytes]:
        return self.context.backend.scratch()

    def _narrow_codepage(self) -> int:
        return self._message._narrow_codepage()

    def open_message(self, access: Access = Access.READ, *, create: bool = False) -> MessageObject:
        """The message inside (A-012); `create` begins a new one. `NotFound`."""
        from mapix.objects.messages.messageobject import MessageObject

        staged = self._staged.embedded(create=create) if create or _DATA not in self._removed else None
        if staged is None:
            raise NotFound("there is no message in this attachment", value=PR_ATTACH_DATA_OBJ)
        if create:
            self._removed.discard(_DATA)
            if self._value(PR_ATTACH_METHOD) == NO_ATTACHMENT:
                self.set_props({PR_ATTACH_METHOD: ATTACH_EMBEDDED_MSG})
        granted = Access.READ if access is Access.READ or not self._writable else Access.MODIFY

        def opened() -> MessageObject:
            return MessageObject(self.context, staged, granted, new=staged.is_new, embedded=True, life=self._life)

        return opened() if self._parts is None else self._parts.opened(staged, opened)

    def open_document(self, access: Access = Access.READ, *, create: bool = False) -> Storage:
        """The storage of an OLE object (A-010, IMS-14); `create` begins an empty one. What is written counts with its
        `commit`. `NotFound`, `InterfaceNotSupported` for data that is no structured storage, or a message inside.
        """
        from mapix.objects.messages.openstorage import open_storage

        if _DATA not in self._removed and self._staged.embedded() is not None:
            raise InterfaceNotSupported("a message is in this attachment", hint="open it as a Message")
        if create and self._value(PR_ATTACH_METHOD) == NO_ATTACHMENT:
            self.set_props({PR_ATTACH_METHOD: ATTACH_OLE})

        def opened() -> DocRoot:
            return open_storage(self, PR_ATTACH_DATA_BIN, access, self.context.backend.scratch, create=create)

        return opened() if self._parts is None else self._parts.opened((self._staged, Storage), opened, fresh=create)

    def _object_tags(self) -> tuple[PropTag, ...]:
        inside = _DATA not in self._removed and self._staged.embedded() is not None
        drawn = self._value(PR_ATTACH_METHOD) == ATTACH_OLE and self._value(PR_ATTACH_DATA_BIN) is not None
        return (PR_ATTACH_DATA_OBJ,) if inside or drawn else ()

    def _open_as(self, tag: PropTag, kind: type[Any], access: Access, create: bool) -> object:
        if tag == PR_ATTACH_DATA_OBJ and issubclass(kind, Message):
            return self.open_message(access, create=create)
        if tag >> 16 == _DATA and issubclass(kind, Storage):
            return self.open_document(access, create=create)
        if tag == PR_ATTACH_DATA_OBJ and issubclass(kind, Stream):
            tag = PR_ATTACH_DATA_BIN
        return super()._open_as(tag, kind, access, create)

    def _has_changes(self) -> bool:
        inner = self._staged.embedded()
        return super()._has_changes() or (inner is not None and inner.dirty)

    def _save(self, force: bool) -> None:
        self._owner.check(self.number, self._staged)
        if not self._fresh and PR_LAST_MODIFICATION_TIME.id not in self._pending:
            self._pending[PR_LAST_MODIFICATION_TIME.id] = (PR_LAST_MODIFICATION_TIME, times.now())
        self._pending[PR_ATTACH_SIZE.id] = (PR_ATTACH_SIZE, min(self._size(), 0x7FFFFFFF))
        if _DATA in self._removed:
            self._staged.drop_embedded()
        changes = AttachmentChanges(self._changed_values(), set(self._removed), None if force else self._version)
        self._version = self._staged.apply(changes)
        self._settle()
        self._owner.saved(self.number)

    def _size(self) -> int:
        """The sum of its properties, and the message inside (A-024)."""
        size = savedprops.size_of_all(self.stored_props())
        inner = self._staged.embedded()
        return size if inner is None else size + inner.total_size()
