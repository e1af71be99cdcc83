"""Documents of OLE attachments on a live storage: compound files that become a storage inside ([MS-OXMSG] 2.2.2.2)."""

from __future__ import annotations

from io import BytesIO
from typing import BinaryIO, Final, cast

from mapix.formats.cfb.storage import open_docfile
from mapix.formats.msg.layout import EMBEDDED
from mapix.formats.msg.onstorage import inner_storage, note_inside
from mapix.formats.storage import Mode, Storage
from mapix.formats.storageerrors import StorageError
from mapix.properties.value import LargeValue

_READ: Final = Mode.READ | Mode.SHARE_DENY_WRITE


def write_document(attachment: Storage, document: bytes | LargeValue) -> bool:
    """Make the compound file that `document` holds the storage inside an attachment that has none. False, and nothing
    is there, for a file that cannot be read whole.
    """
    with BytesIO(document) if isinstance(document, bytes) else document.open() as reader:
        try:
            with open_docfile(cast(BinaryIO, reader), _READ) as source:
                return _copied(source, attachment)
        except StorageError:
            return False


def _copied(source: Storage, attachment: Storage) -> bool:
    inner = inner_storage(attachment, create=True)
    assert inner is not None
    with inner:
        try:
            source.copy_to(inner)
        except StorageError:
            inner.close()
            attachment.destroy_element(EMBEDDED)
            return False
        inner.commit()
    note_inside(attachment, message=False)
    return True
